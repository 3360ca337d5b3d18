/*
 * Databases that older programs have left, opened by this one: each
 * migration runs over rows.  tests/unit/old/ holds what was in them.
 */
#include "tests/unit/test.h"

#define STORE_SQL_TEXT

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/history_view.h"
#include "store/db.h"
#include "worker/publish.h"

#define NEWEST	((int)(sizeof(migrations) / sizeof(migrations[0])))
/* Who signed the records of schema-3.sql. */
#define KEY	"ktxyvtmyE58U1IJ1lKjecw0t8aTiVSxlDH4iMENDCsQ="

static char	 dir[64];
static sqlite3	*raw;

static void
sql(const char *text)
{
	char	*why = NULL;

	cr_assert_eq(sqlite3_exec(raw, text, NULL, NULL, &why), SQLITE_OK,
	    "%.60s: %s", text, why);
}

static void
rows_of(int schema)
{
	struct buf	 b = BUF_INIT(1 << 20);
	const char	*top = getenv("top_srcdir");
	char		 path[512];

	snprintf(path, sizeof(path), "%s/tests/unit/old/schema-%d.sql",
	    top == NULL ? "." : top, schema);
	if (fsio_read(path, &b, NULL) == ERR_OK)
		sql(buf_str(&b));
	buf_clear(&b);
}

/* A database of this schema, with rows of it and of those before. */
static void
make(int schema)
{
	char	 path[96], text[96];

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-migrate-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/bpfcompat.db", dir);
	cr_assert_eq(sqlite3_open(path, &raw), SQLITE_OK);
	sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
	for (int i = 0; i < schema; i++) {
		sql(migrations[i].sql);
		rows_of(i + 1);
	}
	snprintf(text, sizeof(text), "PRAGMA user_version=%d; "
	    "PRAGMA application_id=%d", schema, DB_APPLICATION_ID);
	sql(text);
}

static void
done(void)
{
	sqlite3_close(raw);
	fsio_rmtree(dir, NULL);
}

static int
number(const char *text)
{
	sqlite3_stmt	*st;
	int		 n = -1;

	cr_assert_eq(sqlite3_prepare_v2(raw, text, -1, &st, NULL), SQLITE_OK,
	    "%s: %s", text, sqlite3_errmsg(raw));
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return n;
}

static struct db *
opened(void)
{
	struct diag	 d = DIAG_INIT;
	struct db	*db;

	cr_assert_eq(db_open(dir, DB_WORKER, &db, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(number("PRAGMA user_version"), NEWEST);
	return db;
}

/* The chain as it was signed then. */
static void
chain_is_whole(struct db *db)
{
	const struct history_walk	 w = { .workdir = dir, .chain = "",
		.threads = 1 };
	struct history_view		*v;
	struct history_sum		 sum;
	struct conf			 c;

	cr_assert_eq(conf_load(&c, NULL), ERR_OK);
	c.workdir = dir;
	cr_assert_eq(history_view_new(&c, KEY, &v, NULL), ERR_OK);
	cr_assert_eq(db_begin_read(db), ERR_OK);
	cr_assert_eq(history_view_refresh(v, db, NULL), ERR_OK);
	cr_assert_eq(history_chain_check(db, &w, history_view_trust(v),
	    history_view_ring(v), &sum, NULL), ERR_OK);
	db_rollback(db);
	cr_assert_eq(sum.records, 3);
	cr_assert_eq(sum.failed, 0);
	cr_assert_eq(sum.end_fault, HF_NONE, "%s", sum.end_problem);
	history_view_free(v);
}

Test(migrate, rows_of_schema_3_come_over_and_verify)
{
	struct db	*db;

	make(3);
	db = opened();
	chain_is_whole(db);
	cr_assert_eq(number("SELECT count(*) FROM runs"), 3);
	cr_assert_eq(number("SELECT count(*) FROM history_profiles"), 3);
	cr_assert_eq(number("SELECT count(*) FROM run_profiles"), 3);
	cr_assert_eq(number("SELECT n FROM totals WHERE name = 'run_pass'"),
	    3);
	cr_assert_eq(number("SELECT group_concat(seq, '') FROM run_order"),
	    123);
	cr_assert_eq(number("SELECT count(*) FROM pragma_foreign_key_check"),
	    0);
	db_close(db);
	done();
	TEST_END();
}

Test(migrate, what_was_there_before_is_published)
{
	struct publish_opts	 o = { .mode = PUBLISH_APPEND };
	struct publish_sum	 sum;
	struct diag		 d = DIAG_INIT;

	make(3);
	o.db = opened();
	o.workdir = dir;
	cr_assert_eq(publish(&o, &sum, &d), ERR_OK, "%s", d.msg);
	o.mode = PUBLISH_CHECK;
	cr_assert_eq(publish(&o, &sum, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(sum.differences, 0);
	cr_assert_eq(sum.files, 5);
	db_close(o.db);
	done();
	TEST_END();
}

Test(migrate, from_each_schema_with_rows)
{
	struct db	*db;

	for (int i = 3; i < NEWEST; i++) {
		make(i);
		db = opened();
		chain_is_whole(db);
		cr_assert_eq(number("SELECT count(*) FROM history "
		    "WHERE chain = 'acme/web'"), i >= 11);
		cr_assert_eq(number("SELECT count(*) FROM registry_requests"),
		    i >= 11);
		cr_assert_eq(number("SELECT count(*) FROM "
		    "pragma_foreign_key_check"), 0, "schema %d", i);
		db_close(db);
		done();
	}
	TEST_END();
}

/* A newer program's database is left alone. */
Test(migrate, a_newer_schema_is_refused)
{
	struct diag	 d = DIAG_INIT;
	struct db	*db = NULL;
	char		 text[64];

	make(NEWEST);
	snprintf(text, sizeof(text), "PRAGMA user_version=%d", NEWEST + 1);
	sql(text);
	cr_assert_eq(db_open(dir, DB_WORKER, &db, &d), ERR_UNSUPPORTED);
	cr_assert_not_null(strstr(d.msg, "newer"), "%s", d.msg);
	cr_assert_eq(number("PRAGMA user_version"), NEWEST + 1);
	done();
	TEST_END();
}
