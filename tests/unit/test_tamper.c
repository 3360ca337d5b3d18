/*
 * Whoever may write the database file or the published files, but has no
 * key, cannot change a byte of what is there without its being found: a
 * small work folder, every byte of every column and file of it changed in
 * turn, and what the checks say then.
 *
 * "make check" changes each byte of short texts and some of long ones; with
 * TAMPER=all ("make soak") every byte is changed, by four flipped bits and
 * by another value.
 */
#include "tests/unit/tamper_world.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/history_view.h"

#define WAYS	5	/* of changing a byte */

static size_t	 step;	/* 0: everything */

/* Of long texts each so many-th byte; with tools that slow us down, of all. */
static size_t
how_many(void)
{
	const char	*mode = getenv("TAMPER"), *pre = getenv("LD_PRELOAD");

	if (mode != NULL && strcmp(mode, "all") == 0)
		return 0;
	if (pre != NULL && strstr(pre, "vgpreload") != NULL)
		return 101;
#ifdef WITH_SANITIZER
	return 31;
#else
	return 13;
#endif
}

/* Is this way of changing byte "i" of "len" tried? */
static bool
wanted(size_t i, size_t len, int how)
{
	if (step == 0)
		return true;
	return how == (int)(i % WAYS) && ((len <= 64 && step < 20) ||
	    i % step == len % step);
}

static void
begin(void)
{
	step = how_many();
	setup();
}

TestSuite(tamper, .init = begin, .fini = teardown);

/* --- rows ----------------------------------------------------------------------------*/

struct	cell {
	const char	*table, *column;
	char		*where;		/* of the row */
	char		*text;
	size_t		 len;
	int64_t		 num;
	int		 type;
	sqlite3_stmt	*update;
	bad_fn		 bad;
	int		 made, refused;	/* changes; refused by the schema */
};

static void
restore(const struct cell *c)
{
	char	 stmt[256];

	snprintf(stmt, sizeof(stmt), "BEGIN; DELETE FROM %s; INSERT INTO %s "
	    "SELECT * FROM temp.kept; COMMIT", c->table, c->table);
	sql(stmt);
}

/* Whatever the check says of the change bound to the update. */
static void
try(struct cell *c, const char *what, size_t at)
{
	static unsigned int	 n;
	int			 rc;

	if (step > 100 && n++ % 12 != 0)
		return;
	rc = sqlite3_step(c->update);
	sqlite3_reset(c->update);
	if (rc == SQLITE_CONSTRAINT) {
		c->refused++;
		return;
	}
	cr_assert_eq(rc, SQLITE_DONE, "%s", sqlite3_errmsg(raw));
	c->made++;
	cr_assert(c->bad(), "%s.%s where %s: %s at %zu is not found",
	    c->table, c->column, c->where, what, at);
	restore(c);
}

static void
try_text(struct cell *c, const char *text, size_t len, const char *what,
    size_t at)
{
	sqlite3_bind_blob(c->update, 1, text, (int)len, SQLITE_TRANSIENT);
	try(c, what, at);
}

/* The byte "at" of what is in "b", changed in "how" of several ways. */
static char
changed(char was, int how)
{
	static const int	 flips[] = { 0, 3, 5, 7 };

	if (how < 4)
		return (char)(was ^ 1 << flips[how]);
	return was == '0' ? '1' : '0';
}
static void
each_way(struct cell *c)
{
	char	*b = calloc(1, c->len + 2), was;

	memcpy(b, c->text, c->len);
	for (size_t i = 0; i < c->len; i++) {
		was = b[i];
		for (int how = 0; how < WAYS; how++) {
			if (!wanted(i, c->len, how))
				continue;
			b[i] = changed(was, how);
			try_text(c, b, c->len, "a change", i);
		}
		b[i] = was;
	}
	b[c->len] = 'x';
	try_text(c, b, c->len + 1, "a byte more", c->len);
	b[c->len] = '\0';
	try_text(c, b, c->len + 1, "a NUL more", c->len);
	if (c->len > 0)
		try_text(c, b, c->len - 1, "a byte less", c->len);
	free(b);
}

static void
each_number(struct cell *c)
{
	const int64_t	 other[] = { c->num + 1, c->num - 1, c->num ^ 4,
			    c->num ^ 256, 0, -1, INT64_MAX };

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (other[i] == c->num)
			continue;
		sqlite3_bind_int64(c->update, 1, other[i]);
		try(c, "a number", i);
	}
}

static void
one_cell(struct cell *c)
{
	char	*stmt;

	stmt = sqlite3_mprintf("UPDATE %s SET %s = %s WHERE %s", c->table,
	    c->column, c->type == SQLITE_INTEGER ? "?1" : "CAST(?1 AS TEXT)",
	    c->where);
	cr_assert_eq(sqlite3_prepare_v2(raw, stmt, -1, &c->update, NULL),
	    SQLITE_OK, "%s: %s", stmt, sqlite3_errmsg(raw));
	if (c->type == SQLITE_INTEGER)
		each_number(c);
	else
		each_way(c);
	sqlite3_finalize(c->update);
	sqlite3_free(stmt);
}

/* "pk = 'x' AND ..." of each row, in SQL that makes it. */
static char *
where_sql(const char *table)
{
	char	*stmt, *out;

	stmt = sqlite3_mprintf("SELECT 'SELECT ' || group_concat('''' || name "
	    "|| ' IS '' || quote(' || name || ')', ' || '' AND '' || ') || "
	    "', * FROM %s' FROM pragma_table_info('%s') WHERE pk > 0", table,
	    table);
	out = one_text(stmt);
	sqlite3_free(stmt);
	return out;
}

static void
one_row(struct cell *c, sqlite3_stmt *row)
{
	const char	*text;

	c->where = strdup((const char *)sqlite3_column_text(row, 0));
	for (int i = 1; i < sqlite3_column_count(row); i++) {
		c->column = sqlite3_column_name(row, i);
		c->type = sqlite3_column_type(row, i);
		c->num = sqlite3_column_int64(row, i);
		text = (const char *)sqlite3_column_text(row, i);
		c->len = text == NULL ? 0 : strlen(text);
		c->text = strdup(text == NULL ? "" : text);
		one_cell(c);
		free(c->text);
	}
	free(c->where);
}

static void
every_byte(const char *table, bad_fn bad)
{
	struct cell	 c = { .table = table, .bad = bad };
	char		 stmt[128], *rows;
	sqlite3_stmt	*st;

	/* Somebody with the file is not bound by triggers and rules. */
	rows = one_text("SELECT group_concat('DROP TRIGGER ' || name, ';') "
	    "FROM sqlite_master WHERE type = 'trigger'");
	sql(rows);
	free(rows);
	sql("PRAGMA ignore_check_constraints=ON");
	snprintf(stmt, sizeof(stmt), "CREATE TEMP TABLE kept AS SELECT * "
	    "FROM %s", table);
	sql(stmt);
	cr_assert_not(bad(), "%s: as it was", table);
	rows = where_sql(table);
	/* The copy, so that the table can change meanwhile. */
	memcpy(strstr(rows, " FROM ") + 6, "kept", 5);
	cr_assert_eq(sqlite3_prepare_v2(raw, rows, -1, &st, NULL), SQLITE_OK,
	    "%s: %s", rows, sqlite3_errmsg(raw));
	while (sqlite3_step(st) == SQLITE_ROW)
		one_row(&c, st);
	sqlite3_finalize(st);
	free(rows);
	sql("DROP TABLE temp.kept");
	cr_assert(c.made > 0 || step > 100, "%s", table);
	if (getenv("TAMPER") != NULL)
		fprintf(stderr, "%s: %d changes, %d refused by the schema\n",
		    table, c.made, c.refused);
}

Test(tamper, of_records)
{
	every_byte("history", history_bad);
	TEST_END();
}

/* What was proved before must not stand for what is there now. */
Test(tamper, of_records_that_a_reader_has_proved)
{
	sql("DROP TRIGGER history_kept; "
	    "DELETE FROM history WHERE chain GLOB '@*'");
	every_byte("history", proof_bad);
	TEST_END();
}

Test(tamper, of_signed_ends_and_statements_about_keys)
{
	every_byte("history_head", history_bad);
	every_byte("history_checkpoints", history_bad);
	every_byte("history_keys", history_bad);
	TEST_END();
}

Test(tamper, of_events_seals_and_their_files)
{
	sql("INSERT INTO audit_files SELECT 1, 2, sum(length(CAST(line AS "
	    "BLOB)) + 1) FROM audit WHERE seq <= 2");
	republish();
	every_byte("audit_files", files_bad);
	every_byte("audit", audit_bad);
	every_byte("audit_seals", audit_bad);
	TEST_END();
}

Test(tamper, of_the_registry_and_of_keys_that_were_taken_over)
{
	every_byte("registry_versions", rows_bad);
	every_byte("registry_usage", rows_bad);
	every_byte("registry_projects", files_bad);
	every_byte("history_foreign_keys", rows_bad);
	TEST_END();
}

Test(tamper, of_runs_and_their_order)
{
	every_byte("runs", runs_bad);
	every_byte("run_order", files_bad);
	TEST_END();
}

/* A file with a mark will be looked at, so one that was set hides nothing. */
static bool
marked_or_bad(void)
{
	char	*n = one_text("SELECT count(*) FROM outbox "
		    "WHERE changed > published");
	bool	 marked = n[0] != '0';

	free(n);
	return marked || files_bad();
}

Test(tamper, of_what_was_published)
{
	every_byte("outbox", marked_or_bad);
	TEST_END();
}

/* --- files ---------------------------------------------------------------------------*/

static void
change_file(int fd, const struct buf *b, const char *rel, bad_fn bad)
{
	char	 c;

	for (size_t i = 0; i < b->len; i++)
		for (int how = 0; how < WAYS; how++) {
			if (!wanted(i, b->len, how))
				continue;
			c = changed(b->data[i], how);
			cr_assert_eq(pwrite(fd, &c, 1, (off_t)i), 1);
			cr_assert(bad(), "byte %zu of %s, way %d, is not "
			    "found", i, rel, how);
			cr_assert_eq(pwrite(fd, &b->data[i], 1, (off_t)i), 1);
		}
	cr_assert_eq(pwrite(fd, "", 1, (off_t)b->len), 1);
	cr_assert(bad(), "a byte more in %s is not found", rel);
	cr_assert_eq(ftruncate(fd, (off_t)b->len - 1), 0);
	cr_assert(bad(), "a byte less in %s is not found", rel);
	cr_assert_eq(pwrite(fd, b->data, b->len, 0), (ssize_t)b->len);
}

static int
every_file(const char *rel, bad_fn bad)
{
	char		 path[512], sub[512];
	struct buf	 b = BUF_INIT(1 << 20);
	struct dirent	*de;
	struct stat	 st;
	int		 n = 0, fd;
	DIR		*dp;

	snprintf(path, sizeof(path), "%s/%s", dir, rel);
	cr_assert_eq(lstat(path, &st), 0, "%s", path);
	if (S_ISDIR(st.st_mode)) {
		dp = opendir(path);
		while ((de = readdir(dp)) != NULL)
			if (de->d_name[0] != '.') {
				snprintf(sub, sizeof(sub), "%s/%s", rel,
				    de->d_name);
				n += every_file(sub, bad);
			}
		closedir(dp);
		return n;
	}
	fd = open(path, O_RDWR);
	cr_assert_eq(fsio_read(path, &b, NULL), ERR_OK);
	change_file(fd, &b, rel, bad);
	close(fd);
	buf_clear(&b);
	cr_assert_not(bad(), "%s as it was", rel);
	return 1;
}

Test(tamper, of_published_files)
{
	cr_assert_not(files_bad());
	cr_assert_geq(every_file("registry", files_bad), 2);
	/* Description, chain, two key files, two artifacts, two reports. */
	cr_assert_geq(every_file("cloud-registry", files_bad), 9);
	TEST_END();
}

/*
 * Keys of others may stand in the list in any form; here the project's copy
 * of it tells.
 */
Test(tamper, of_files_of_runs_objects_and_keys)
{
	cr_assert_not(runs_bad());
	cr_assert_eq(every_file("runs", runs_bad), 4);
	cr_assert_eq(every_file("objects", rows_bad), 2);
	cr_assert_eq(every_file("keys/" HISTORY_PUBLIC_FILE, files_bad), 1);
	cr_assert_eq(every_file("keys/" HISTORY_TRUSTED_FILE, files_bad), 1);
	TEST_END();
}
