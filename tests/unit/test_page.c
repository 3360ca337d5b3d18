/* Pages of runs and records: every row once, in order, by an index. */
#include "tests/unit/test.h"

#define STORE_SQL_TEXT

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "store/db.h"
#include "store/page.h"
#include "store/store_history.h"
#include "store/store_run.h"

#define ROWS	400

static char		 dir[64];
static sqlite3		*raw;
static struct db	*db;

static void
sql(const char *text)
{
	cr_assert_eq(sqlite3_exec(raw, text, NULL, NULL, NULL), SQLITE_OK,
	    "%s", sqlite3_errmsg(raw));
}

#define NUMBERS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 " \
    "FROM n WHERE i < 400) "
/* Four rows share each second; run ids do not follow the time. */
#define TIME	"printf('2026-05-%02dT12:00:%02dZ', 1 + i / 40, (i / 4) % 60)"
#define RUN_ID	"printf('20260501T000000Z-%06x', (i * 7919) % 65521)"
#define NAME	"CASE i % 3 WHEN 0 THEN 'alpha' ELSE 'beta' END"
#define STATUS	"CASE i % 50 WHEN 0 THEN 'error' ELSE 'pass' END"

static void
setup(void)
{
	char	 path[100];

	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-page-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(db_open(dir, DB_WORKER, &db, NULL), ERR_OK);
	snprintf(path, sizeof(path), "%s/bpfcompat.db", dir);
	cr_assert_eq(sqlite3_open(path, &raw), SQLITE_OK);
	sql("BEGIN");
	sql("INSERT INTO artifacts VALUES (printf('%064d', 0), 1, 't')");
	sql(NUMBERS "INSERT INTO jobs (id, origin, artifact_sha256, "
	    "artifact_size, artifact_basename, timeout_ms, concurrency, "
	    "created_at, updated_at) SELECT 'j' || i, 'api', "
	    "printf('%064d', 0), 1, 'x.o', 1, 1, 't', 't' FROM n");
	sql(NUMBERS "INSERT INTO job_targets (job_id, position, profile_id, "
	    "required, timeout_ms, updated_at) SELECT 'j' || i, 1, "
	    "CASE i % 9 WHEN 0 THEN 'rare' ELSE 'common' END, 1, 1, 't' "
	    "FROM n");
	sql(NUMBERS "INSERT INTO runs (run_id, job_id, started_at, "
	    "finished_at, artifact_name, artifact_version, artifact_sha256, "
	    "summary_status, exit_code, required_passed, required_failed, "
	    "total_profiles, report_path, report_sha256) SELECT " RUN_ID
	    ", 'j' || i, " TIME ", " TIME ", " NAME ", 'v' || (i % 5), "
	    "printf('%064d', 0), " STATUS ", 0, 1, 0, 1, 'x', 'x' FROM n");
	sql(NUMBERS "INSERT INTO history (seq, run_id, created_at, "
	    "artifact_name, artifact_version, artifact_sha256, "
	    "summary_status, record_sha256, prev_record_sha256, line) "
	    "SELECT i, CASE WHEN i % 10 THEN " RUN_ID " ELSE '' END, " TIME
	    ", " NAME ", 'v' || (i % 5), printf('%064d', 0), " STATUS ", "
	    "printf('%064d', i), CASE i WHEN 1 THEN '' ELSE "
	    "printf('%064d', i - 1) END, "
	    "'x' FROM n");
	sql(NUMBERS "INSERT INTO history_profiles SELECT CASE i % 9 WHEN 0 "
	    "THEN 'rare' ELSE 'common' END, " TIME ", CASE WHEN i % 10 THEN "
	    RUN_ID " ELSE '' END, i FROM n");
	sql("COMMIT");
}

static enum err
made(const struct history_end *end, void *arg, struct history_new *rec)
{
	(void)end;
	*rec = *(struct history_new *)arg;
	return ERR_OK;
}

static void
teardown(void)
{
	sqlite3_close(raw);
	db_close(db);
	fsio_rmtree(dir, NULL);
}

TestSuite(page, .init = setup, .fini = teardown);

/* What the pages of this filter hold together, walked "step" at a time. */
static size_t
walk_runs(struct page p, int64_t step)
{
	char		 cursor[PAGE_CURSOR_MAX], last[64] = "~";
	struct run	*rows;
	size_t		 n, all = 0;

	p.limit = step;
	for (;;) {
		struct page_place	 at = { "", "", 0 };

		cr_assert_eq(store_run_page(db, &p, &rows, &n), ERR_OK);
		for (size_t i = 0; i < n; i++) {
			char	 key[64];

			snprintf(key, sizeof(key), "%s %s",
			    rows[i].started_at, rows[i].run_id);
			cr_assert_lt(strcmp(key, last), 0, "%s, %s", last,
			    key);
			memcpy(last, key, sizeof(key));
		}
		all += n;
		if (n > 0) {
			snprintf(at.at, sizeof(at.at), "%s",
			    rows[n - 1].started_at);
			snprintf(at.id, sizeof(at.id), "%s",
			    rows[n - 1].run_id);
		}
		runs_free(rows, n);
		if ((int64_t)n < step)
			return all;
		cr_assert_eq(page_cursor(&p, "runs", &at, cursor), ERR_OK);
		cr_assert_eq(page_cursor_parse(&p, "runs", cursor), ERR_OK);
	}
}

static size_t
walk_history(struct page p, int64_t step)
{
	struct history_row	*rows;
	bool			*seen = calloc(ROWS + 1, sizeof(*seen));
	size_t			 n, all = 0;

	p.limit = step;
	for (;;) {
		cr_assert_eq(store_history_page(db, "", &p, &rows, &n),
		    ERR_OK);
		for (size_t i = 0; i < n; i++) {
			cr_assert_not(seen[rows[i].seq]);
			seen[rows[i].seq] = true;
		}
		all += n;
		if (n > 0) {
			snprintf(p.after.at, sizeof(p.after.at), "%s",
			    rows[n - 1].created_at);
			snprintf(p.after.id, sizeof(p.after.id), "%s",
			    rows[n - 1].run_id);
			p.after.seq = rows[n - 1].seq;
		}
		history_rows_free(rows, n);
		if ((int64_t)n < step)
			break;
	}
	free(seen);
	return all;
}

static const struct {
	struct page	 page;
	size_t		 want;
} filters[] = {
	{ { 0 }, 400 },
	{ { .name = "alpha" }, 133 },
	{ { .name = "alpha", .version = "v1" }, 27 },
	{ { .name = "nobody" }, 0 },
	{ { .status = "error" }, 8 },
	{ { .name = "alpha", .status = "error" }, 2 },
	{ { .profile = "rare" }, 44 },
	{ { .profile = "rare", .status = "error" }, 0 },
	{ { .profile = "rare", .name = "alpha" }, 44 },
	{ { .profile = "rare", .name = "beta" }, 0 },
	{ { .name = "beta", .version = "v1", .profile = "common",
	    .status = "pass" }, 53 },
	{ { .from = "2026-05-03T00:00:00" }, 321 },
	{ { .to = "2026-05-03T00:00:00" }, 79 },
	{ { .from = "2026-05-02T00:00:00", .to = "2026-05-03T00:00:00",
	    .name = "alpha" }, 13 },
};

Test(page, every_row_comes_once_whatever_the_filter)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		cr_expect_eq(walk_runs(filters[i].page, 7), filters[i].want,
		    "runs of filter %zu: %zu", i,
		    walk_runs(filters[i].page, 7));
		cr_expect_eq(walk_history(filters[i].page, 7),
		    filters[i].want, "records of filter %zu: %zu", i,
		    walk_history(filters[i].page, 7));
	}
	TEST_END();
}

Test(page, an_appended_record_is_found_by_each_of_its_kernels)
{
	struct page		 p = { .profile = "brand-new", .limit = 5 };
	struct history_new	 rec = { "20270101T000000Z-abcdef",
		"2027-01-01T00:00:00Z", "alpha", "v9", "", "pass", "",
		"{\"supported_profiles\":[\"brand-new\",\"common\"],"
		"\"failed_profiles\":[\"rare\"]}", "head" };
	struct history_row	*rows = NULL;
	char			 digest[65];
	size_t			 n;

	snprintf(digest, sizeof(digest), "%064d", 401);
	rec.sha256 = rec.record_sha256 = digest;
	cr_assert_eq(db_begin(db), ERR_OK);
	cr_assert_eq(db_end(db, store_history_append(db, "", made, &rec)),
	    ERR_OK, "%s", db_errmsg(db));
	cr_assert_eq(store_history_page(db, "", &p, &rows, &n), ERR_OK);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(rows[0].version, "v9");
	history_rows_free(rows, n);
	p.profile = "rare";
	cr_assert_eq(store_history_page(db, "", &p, &rows, &n), ERR_OK);
	cr_assert_str_eq(rows[0].version, "v9");
	history_rows_free(rows, n);
	TEST_END();
}

/* A row that arrives at the top moves no page below it. */
Test(page, new_rows_do_not_move_a_page)
{
	struct page	 p = { .limit = 10 };
	struct run	*rows, *again;
	size_t		 n;

	cr_assert_eq(store_run_page(db, &p, &rows, &n), ERR_OK);
	snprintf(p.after.at, sizeof(p.after.at), "%s", rows[4].started_at);
	snprintf(p.after.id, sizeof(p.after.id), "%s", rows[4].run_id);
	sql("UPDATE jobs SET id = 'new' WHERE id = 'j1' AND 0");
	sql("INSERT INTO jobs (id, origin, artifact_sha256, artifact_size, "
	    "artifact_basename, timeout_ms, concurrency, created_at, "
	    "updated_at) VALUES ('new', 'api', printf('%064d', 0), 1, 'x.o', "
	    "1, 1, 't', 't'); INSERT INTO runs (run_id, job_id, started_at, "
	    "finished_at, artifact_name, artifact_version, artifact_sha256, "
	    "summary_status, exit_code, required_passed, required_failed, "
	    "total_profiles, report_path, report_sha256) VALUES ('z', 'new', "
	    "'2027-01-01T00:00:00Z', 't', 'n', 'v', printf('%064d', 0), "
	    "'pass', 0, 0, 0, 0, 'x', 'x')");
	p.limit = 5;
	cr_assert_eq(store_run_page(db, &p, &again, &n), ERR_OK);
	for (size_t i = 0; i < 5; i++)
		cr_assert_str_eq(again[i].run_id, rows[5 + i].run_id);
	runs_free(rows, 10);
	runs_free(again, 5);
	TEST_END();
}

Test(page, a_version_means_its_newest_run)
{
	struct run	 run;

	cr_assert_eq(store_run_of_version(db, "alpha", "v1", &run), ERR_OK);
	cr_assert_str_eq(run.started_at, "2026-05-10T12:00:39Z");
	run_clear(&run);
	cr_assert_eq(store_run_of_version(db, "alpha", "V1", &run),
	    ERR_NOTFOUND);
	TEST_END();
}

/* No table is read through and nothing is sorted, however many rows. */
Test(page, each_way_to_narrow_has_its_index)
{
	static const enum stmt_id ids[] = { STMT_RUN_LIST,
		STMT_RUN_LIST_STATUS, STMT_RUN_LIST_NAME,
		STMT_RUN_LIST_VERSION, STMT_RUN_LIST_PROFILE,
		STMT_HISTORY_PAGE, STMT_HISTORY_PAGE_STATUS,
		STMT_HISTORY_PAGE_NAME, STMT_HISTORY_PAGE_VERSION,
		STMT_HISTORY_PAGE_PROFILE, STMT_HISTORY_OF_RUN };
	char		 text[8192];
	sqlite3_stmt	*st;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char	*name = statements[ids[i]].name;
		int		 steps = 0;

		snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s",
		    statements[ids[i]].sql);
		cr_assert_eq(sqlite3_prepare_v2(raw, text, -1, &st, NULL),
		    SQLITE_OK, "%s: %s", name, sqlite3_errmsg(raw));
		while (sqlite3_step(st) == SQLITE_ROW) {
			const char	*d;

			d = (const char *)sqlite3_column_text(st, 3);
			cr_expect(strncmp(d, "SCAN", 4) != 0 &&
			    strstr(d, "TEMP B-TREE") == NULL, "%s: %s", name,
			    d);
			/* The place is found in the index, not counted to. */
			if (steps++ == 0 && ids[i] != STMT_HISTORY_OF_RUN)
				cr_expect_not_null(strpbrk(d, "<>"),
				    "%s: %s", name, d);
		}
		cr_expect_gt(steps, 0);
		sqlite3_finalize(st);
	}
	TEST_END();
}

/* --- cursors and times ---------------------------------------------------- */

Test(cursor, fits_only_the_list_and_the_filter_it_came_from)
{
	struct page_place	 at = { "2026-05-01T12:00:00.123Z",
		"20260501T120000Z-abcdef", 77 };
	struct page		 p = { .name = "a" }, other = { .name = "b" };
	char			 cursor[PAGE_CURSOR_MAX];

	cr_assert_eq(page_cursor(&p, "runs", &at, cursor), ERR_OK);
	cr_assert_eq(strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(cursor));
	cr_assert_eq(page_cursor_parse(&p, "runs", cursor), ERR_OK);
	cr_assert_str_eq(p.after.at, at.at);
	cr_assert_str_eq(p.after.id, at.id);
	cr_assert_eq(p.after.seq, 77);
	cr_assert_eq(page_cursor_parse(&p, "records", cursor), ERR_INVAL);
	cr_assert_eq(page_cursor_parse(&other, "runs", cursor), ERR_INVAL);
	p.version = "";
	cr_assert_eq(page_cursor_parse(&p, "runs", cursor), ERR_INVAL);
	TEST_END();
}

Test(cursor, anything_that_is_not_ours_is_refused)
{
	static const char *const bad[] = { "", "x", "AAAA", "====", "a b",
		"MQ", "MQo", "../../etc/passwd",
		"MQphYmMKeAp5CjE", "_-_-_-_-" };
	struct page_place	 at = { "2026", "r", 1 };
	struct page		 p = { .limit = 1 };
	char			 cursor[PAGE_CURSOR_MAX], longer[600];
	size_t			 n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(page_cursor_parse(&p, "runs", bad[i]),
		    ERR_INVAL, "%s", bad[i]);
	cr_assert_eq(page_cursor(&p, "runs", &at, cursor), ERR_OK);
	n = strlen(cursor);
	for (size_t cut = 1; cut <= 8; cut++) {
		snprintf(longer, sizeof(longer), "%.*s", (int)(n - cut),
		    cursor);
		cr_expect_eq(page_cursor_parse(&p, "runs", longer),
		    ERR_INVAL, "%s", longer);
	}
	snprintf(longer, sizeof(longer), "%s=", cursor);
	cr_expect_eq(page_cursor_parse(&p, "runs", longer), ERR_INVAL);
	memset(longer, 'A', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	cr_expect_eq(page_cursor_parse(&p, "runs", longer), ERR_INVAL);
	cr_assert_str_eq(p.after.at, "");
	TEST_END();
}

Test(page_time, days_and_seconds_and_nothing_else)
{
	static const char *const bad[] = { "", "2026", "2026-13-01",
		"2026-02-30", "2026-05-01 12:00:00Z", "2026-05-01T12:00:00",
		"2026-05-01T12:00:00.5Z", "2026-05-01T12:00:00+02:00",
		"2026-05-01T24:00:00Z", "yesterday" };
	char	 out[PAGE_TIME_SIZE];

	cr_assert_eq(page_time("2026-05-01", out), ERR_OK);
	cr_assert_str_eq(out, "2026-05-01T00:00:00");
	cr_assert_eq(page_time("2026-05-01T12:34:56Z", out), ERR_OK);
	cr_assert_str_eq(out, "2026-05-01T12:34:56");
	/* Both forms of a stored time lie at or above it. */
	cr_assert_lt(strcmp(out, "2026-05-01T12:34:56Z"), 0);
	cr_assert_lt(strcmp(out, "2026-05-01T12:34:56.000Z"), 0);
	cr_assert_gt(strcmp(out, "2026-05-01T12:34:55.999Z"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(page_time(bad[i], out), ERR_INVAL, "%s",
		    bad[i]);
	TEST_END();
}
