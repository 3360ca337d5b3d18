#include "tests/unit/test.h"

/* The statements themselves, not only their names. */
#define STORE_SQL_TEXT

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "store/db.h"
#include "store/store_job.h"
#include "store/store_kernel.h"
#include "store/store_run.h"
#include "store/store_worker.h"

#define SHA	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER_SHA	"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"

static char		 dir[64];
static struct db	*db;

static struct db *
open_db(enum db_role role)
{
	struct db	*h = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(db_open(dir, role, &h, &d), ERR_OK, "%s", d.msg);
	return h;
}

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-store-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	db = open_db(DB_WORKER);
}

static void
teardown(void)
{
	db_close(db);
	fsio_rmtree(dir, NULL);
}

static const struct job_target_new two_targets[] = {
	{ "debian-12-6.1", true, 60000 },
	{ "debian-11-5.10", false, 60000 },
};

static const struct job_new base_job = {
	.origin = "api", .sha256 = SHA, .size = 3, .basename = "x.bpf.o",
	.path = "", .name = "x", .version = "", .variant = "", .uri = "",
	.mode = "load_only", .attach_mode = "disabled", .matrix_name = "m",
	.matrix_path = "", .timeout_ms = 60000, .concurrency = 2,
	.request_id = "r", .submitted_by = "", .targets = two_targets,
	.ntargets = 2,
};

static void
add(char id[static JOB_ID_SIZE])
{
	cr_assert_eq(store_job_add(db, &base_job, 100, id), ERR_OK, "%s",
	    db_errmsg(db));
}

TestSuite(store, .init = setup, .fini = teardown);

Test(store, a_job_comes_back_as_it_was_queued)
{
	char		 id[JOB_ID_SIZE];
	struct job	 j;
	struct job_target *t;
	size_t		 n;

	add(id);
	cr_assert_eq(store_job_get(db, id, &j), ERR_OK);
	cr_assert_str_eq(j.state, "queued");
	cr_assert_str_eq(j.basename, "x.bpf.o");
	cr_assert_eq(j.exit_code, -1);
	cr_assert_eq(store_job_targets(db, id, &t, &n), ERR_OK);
	cr_assert_eq(n, 2);
	cr_assert_str_eq(t[0].profile_id, "debian-12-6.1");
	cr_assert(t[0].required);
	cr_assert_not(t[1].required);
	job_targets_free(t, n);
	job_clear(&j);
	TEST_END();
}

Test(store, inputs_come_back_in_the_order_they_were_given)
{
	static const struct job_input_new in[] = {
		{ INPUT_MANIFEST, SHA, 3, "m.yaml" },
		{ INPUT_FILE, OTHER_SHA, 7, "loader" },
		{ INPUT_FILE, SHA, 3, "libx.so.1" },
	};
	struct job_new	 j = base_job;
	struct job_input *got = NULL;
	char		 id[JOB_ID_SIZE];
	size_t		 n = 0;

	j.inputs = in;
	j.ninputs = 3;
	cr_assert_eq(store_job_add(db, &j, 100, id), ERR_OK, "%s",
	    db_errmsg(db));
	cr_assert_eq(store_job_inputs(db, id, &got, &n), ERR_OK);
	cr_assert_eq(n, 3);
	cr_assert_str_eq(got[0].kind, INPUT_MANIFEST);
	cr_assert_str_eq(got[0].basename, "m.yaml");
	cr_assert_str_eq(got[1].sha256, OTHER_SHA);
	cr_assert_eq(got[1].size, 7);
	cr_assert_eq(job_inputs_find(got, n, INPUT_FILE), &got[1]);
	cr_assert_null(job_inputs_find(got, n, INPUT_SOURCE));
	job_inputs_free(got, n);
	TEST_END();
}

Test(store, a_job_without_further_inputs_has_none)
{
	struct job_input *got = NULL;
	char		 id[JOB_ID_SIZE];
	size_t		 n = 9;

	add(id);
	cr_assert_eq(store_job_inputs(db, id, &got, &n), ERR_OK);
	cr_assert_eq(n, 0);
	job_inputs_free(got, n);
	TEST_END();
}

Test(store, an_input_with_a_bad_name_stores_no_job)
{
	static const struct job_input_new in = { INPUT_FILE, OTHER_SHA, 7,
	    "../loader" };
	struct job_new	 j = base_job;
	char		 id[JOB_ID_SIZE];
	int64_t		 queued, running;

	j.inputs = &in;
	j.ninputs = 1;
	cr_assert_eq(store_job_add(db, &j, 100, id), ERR_INVAL);
	cr_assert_eq(store_queue_counts(db, &queued, &running), ERR_OK);
	cr_assert_eq(queued, 0);
	TEST_END();
}

Test(store, a_caller_at_his_own_limit_leaves_room_for_others)
{
	struct job_new	 j = base_job;
	char		 id[JOB_ID_SIZE];
	int64_t		 queued, running;

	j.submitted_by = "ci";
	j.max_own = 2;
	cr_assert_eq(store_job_add(db, &j, 10, id), ERR_OK);
	cr_assert_eq(store_job_add(db, &j, 10, id), ERR_OK);
	cr_assert_eq(store_job_add(db, &j, 10, id), ERR_LIMITED);
	j.submitted_by = "another";
	cr_assert_eq(store_job_add(db, &j, 10, id), ERR_OK);
	cr_assert_eq(store_queue_counts(db, &queued, &running), ERR_OK);
	cr_assert_eq(queued, 3);
	TEST_END();
}

Test(store, a_full_queue_refuses_and_stores_nothing)
{
	char	 id[JOB_ID_SIZE];
	int64_t	 queued, running;

	cr_assert_eq(store_job_add(db, &base_job, 1, id), ERR_OK);
	cr_assert_eq(store_job_add(db, &base_job, 1, id), ERR_FULL);
	cr_assert_eq(store_queue_counts(db, &queued, &running), ERR_OK);
	cr_assert_eq(queued, 1);
}

Test(store, the_same_idempotency_key_gives_the_same_job)
{
	struct job_new	 j = base_job;
	char		 a[JOB_ID_SIZE], b[JOB_ID_SIZE];

	j.idempotency_key = "k1";
	cr_assert_eq(store_job_add(db, &j, 10, a), ERR_OK);
	cr_assert_eq(store_job_add(db, &j, 10, b), ERR_EXISTS);
	cr_assert_str_eq(a, b);
}

Test(store, a_claim_is_exclusive_until_the_lease_runs_out)
{
	struct job_claim one, two;
	char		 id[JOB_ID_SIZE];
	bool		 cancel;

	add(id);
	cr_assert_eq(store_job_claim(db, "w1", 60000, NULL, &one), ERR_OK);
	cr_assert_eq(store_job_claim(db, "w2", 60000, NULL, &two),
	    ERR_NOTFOUND);
	/* Its lease ends now. */
	cr_assert_eq(store_job_renew(db, &one, -1000, &cancel), ERR_OK);
	cr_assert_eq(store_job_claim(db, "w2", 60000, NULL, &two), ERR_OK);
	cr_assert_eq(two.attempt, 2);
	cr_assert_eq(store_job_renew(db, &one, 60000, &cancel), ERR_LEASE);
	cr_assert_eq(store_job_progress(db, &one, "s", "m", 50), ERR_LEASE);
	cr_assert_eq(store_job_progress(db, &two, "s", "m", 50), ERR_OK);
}

static const struct target_result passed = {
	.state = "pass", .message = "", .duration_ms = 5,
	.kernel_release = "6.1.0", .report_path = "runs/x",
};

Test(store, a_finished_target_survives_a_takeover_and_is_not_started_again)
{
	struct job_claim c, d;
	char		 id[JOB_ID_SIZE];
	int64_t		 attempt;
	bool		 cancel;
	struct job_target *t;
	size_t		 n;

	add(id);
	cr_assert_eq(store_job_claim(db, "w1", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_target_start(db, &c, "debian-12-6.1", &attempt),
	    ERR_OK);
	cr_assert_eq(attempt, 1);
	cr_assert_eq(store_target_start(db, &c, "debian-11-5.10", &attempt),
	    ERR_OK);
	cr_assert_eq(store_target_finish(db, &c, "debian-12-6.1", &passed),
	    ERR_OK);
	cr_assert_eq(store_job_renew(db, &c, -1000, &cancel), ERR_OK);
	cr_assert_eq(store_job_claim(db, "w2", 60000, NULL, &d), ERR_OK);
	cr_assert_eq(store_job_targets(db, id, &t, &n), ERR_OK);
	cr_assert_str_eq(t[0].state, "pass");
	cr_assert_str_eq(t[1].state, "pending");
	job_targets_free(t, n);
	cr_assert_eq(store_target_start(db, &d, "debian-12-6.1", &attempt),
	    ERR_LEASE);
	cr_assert_eq(store_target_start(db, &d, "debian-11-5.10", &attempt),
	    ERR_OK);
	cr_assert_eq(attempt, 2);
	/* The first worker comes back late: refused. */
	cr_assert_eq(store_target_finish(db, &c, "debian-11-5.10", &passed),
	    ERR_LEASE);
	TEST_END();
}

Test(store, completing_writes_the_run_and_the_job_together)
{
	struct job_claim c;
	char		 id[JOB_ID_SIZE];
	struct job	 j;
	struct run	 r = { 0 }, got, *all;
	size_t		 n;

	add(id);
	cr_assert_eq(store_job_claim(db, "w", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_job_get(db, id, &j), ERR_OK);
	r.run_id = j.run_id;
	r.job_id = id;
	r.started_at = r.finished_at = j.created_at;
	r.name = r.version = r.variant = r.path = r.uri = j.name;
	r.sha256 = j.sha256;
	r.matrix_path = r.matrix_name = r.markdown_path = j.matrix_name;
	r.status = (char *)"pass";
	r.report_path = r.report_sha256 = j.name;
	r.total = 2;
	cr_assert_eq(store_job_complete(db, &c, &r, "done", NULL,
	    NULL), ERR_OK, "%s",
	    db_errmsg(db));
	cr_assert_eq(store_job_complete(db, &c, &r, "done", NULL,
	    NULL), ERR_LEASE);
	cr_assert_eq(store_run_get(db, j.run_id, &got), ERR_OK);
	cr_assert_str_eq(got.status, "pass");
	run_clear(&got);
	cr_assert_eq(store_run_list(db, 10, &all, &n), ERR_OK);
	cr_assert_eq(n, 1);
	runs_free(all, n);
	job_clear(&j);
	cr_assert_eq(store_job_get(db, id, &j), ERR_OK);
	cr_assert_str_eq(j.state, "completed");
	cr_assert_eq(j.percent, 100);
	cr_assert_eq(j.exit_code, 0);
	job_clear(&j);
	TEST_END();
}

Test(store, canceling_a_waiting_job_ends_it_and_a_running_one_is_asked)
{
	struct job_claim c;
	char		 id[JOB_ID_SIZE], id2[JOB_ID_SIZE];
	struct job	 j;
	bool		 cancel = false;

	add(id);
	cr_assert_eq(store_job_cancel(db, id), ERR_OK);
	cr_assert_eq(store_job_get(db, id, &j), ERR_OK);
	cr_assert_str_eq(j.state, "canceled");
	job_clear(&j);
	cr_assert_eq(store_job_cancel(db, id), ERR_OK, "twice is fine");

	add(id2);
	cr_assert_eq(store_job_claim(db, "w", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_job_cancel(db, id2), ERR_OK);
	cr_assert_eq(store_job_renew(db, &c, 60000, &cancel), ERR_OK);
	cr_assert(cancel);
	cr_assert_eq(store_job_end(db, &c, "canceled", "canceled", "stop"),
	    ERR_OK);
	cr_assert_eq(store_job_cancel(db, "val-none"), ERR_NOTFOUND);
	TEST_END();
}

Test(store, a_released_job_waits_again)
{
	struct job_claim c;
	char		 id[JOB_ID_SIZE];

	add(id);
	cr_assert_eq(store_job_claim(db, "w", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_job_release(db, &c, "handed back"), ERR_OK);
	cr_assert_eq(store_job_claim(db, "v", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(c.attempt, 2);
}

Test(store, the_revision_grows_with_a_target)
{
	struct job_claim c;
	char		 id[JOB_ID_SIZE];
	int64_t		 a, b, attempt;

	add(id);
	cr_assert_eq(store_job_claim(db, "w", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_job_revision(db, id, &a), ERR_OK);
	cr_assert_eq(store_target_start(db, &c, "debian-12-6.1", &attempt),
	    ERR_OK);
	cr_assert_eq(store_job_revision(db, id, &b), ERR_OK);
	cr_assert_gt(b, a);
}

Test(store, the_web_role_cannot_write_results)
{
	struct db	*web = open_db(DB_WEB);
	struct job_claim c = { .id = "x", .holder = "y", .attempt = 1 };
	char		 id[JOB_ID_SIZE];

	cr_assert_eq(store_job_add(web, &base_job, 10, id), ERR_OK, "%s",
	    db_errmsg(web));
	cr_assert_eq(store_job_cancel(web, id), ERR_OK, "%s", db_errmsg(web));
	cr_assert_eq(store_target_finish(web, &c, "p", &passed), ERR_DENIED);
	cr_assert_eq(store_job_release(web, &c, ""), ERR_DENIED);
	cr_assert_eq(store_kernel_del(web, "p"), ERR_DENIED);
	db_close(web);
	TEST_END();
}

Test(store, a_write_by_another_process_wakes_the_watcher)
{
	struct db_watch	*w;
	struct diag	 d = DIAG_INIT;
	pid_t		 pid;
	int		 status;

	cr_assert_eq(db_watch_new(db, &w, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(db_watch_wait(w, 0), ERR_TIMEOUT);
	pid = fork();
	if (pid == 0) {
		struct db	*other = NULL;
		char		 id[JOB_ID_SIZE];

		if (db_open(dir, DB_WEB, &other, NULL) != ERR_OK)
			_exit(1);
		status = store_job_add(other, &base_job, 10, id) != ERR_OK;
		db_close(other);
		_exit(status);
	}
	cr_assert_eq(db_watch_wait(w, 10000), ERR_OK);
	waitpid(pid, &status, 0);
	cr_assert_eq(status, 0);
	db_watch_free(w);
	TEST_END();
}

Test(store, what_wakes_the_watcher_can_be_read)
{
	/* Static: the child must not close them, nor seem to lose them. */
	static struct db_watch	*w;
	static struct db	*reader;
	int64_t		 rev, last;
	char		 id[JOB_ID_SIZE];
	struct job_claim c;
	int		 status = 0;
	pid_t		 pid;

	add(id);
	reader = open_db(DB_WEB);
	cr_assert_eq(db_watch_new(reader, &w, NULL), ERR_OK);
	cr_assert_eq(store_job_claim(db, "w", 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_job_revision(reader, id, &last), ERR_OK);
	last += 50;
	pid = fork();
	if (pid == 0) {
		struct db	*other = NULL;

		if (db_open(dir, DB_WORKER, &other, NULL) != ERR_OK)
			_exit(1);
		for (int i = 0; i < 50; i++)
			status |= store_job_progress(other, &c, "s", "m", i) !=
			    ERR_OK;
		db_close(other);
		_exit(status);
	}
	/* The last commit wakes too: no revision is ever missed for good. */
	do {
		db_watch_drain(w);
		cr_assert_eq(store_job_revision(reader, id, &rev), ERR_OK);
	} while (rev < last && db_watch_wait(w, 10000) == ERR_OK);
	waitpid(pid, &status, 0);
	cr_assert_eq(status, 0);
	cr_assert_eq(rev, last);
	db_watch_free(w);
	db_close(reader);
	TEST_END();
}

static int
nobody_alive(int64_t pid, const char *holder)
{
	(void)pid;
	(void)holder;
	return 0;
}

Test(store, the_leases_of_a_dead_worker_end_at_the_next_start)
{
	struct worker_row dead = { "h:b:1:1", 1, "h", "b", 2, "", "active" };
	struct worker_row me = { "h:b:2:2", 2, "h", "b", 2, "", "active" };
	struct job_claim c;
	char		 id[JOB_ID_SIZE];
	int64_t		 alive;

	add(id);
	cr_assert_eq(store_worker_put(db, &dead), ERR_OK);
	cr_assert_eq(store_job_claim(db, dead.holder, 60000, NULL, &c),
	    ERR_OK);
	cr_assert_eq(store_worker_put(db, &me), ERR_OK);
	cr_assert_eq(store_workers_reap(db, &me, nobody_alive), ERR_OK);
	cr_assert_eq(store_job_claim(db, me.holder, 60000, NULL, &c), ERR_OK);
	cr_assert_eq(store_workers_alive(db, 10000, &alive), ERR_OK);
	cr_assert_eq(alive, 1);
}

Test(store, every_statement_can_be_prepared)
{
	for (int i = 0; i < STMT__MAX; i++) {
		struct stmt	*s = db_stmt(db, i);

		stmt_text(s, ":no-such-parameter", "x");
		/* Prepared, so only the parameter is wrong. */
		cr_expect_eq(stmt_step(s), ERR_INTERNAL, "statement %d: %s",
		    i, db_errmsg(db));
	}
}

/* With 100000 jobs behind it no statement may read them all. */
Test(store, no_statement_reads_a_whole_table)
{
	static const char *const large[] = { "SCAN jobs", "SCAN job_targets",
	    "SCAN runs", "SCAN target_attempts", "SCAN artifacts",
	    "SCAN job_inputs" };
	char		 path[100], sql[8192];
	sqlite3		*h;
	sqlite3_stmt	*st;
	const char	*detail;

	snprintf(path, sizeof(path), "%s/bpfcompat.db", dir);
	cr_assert_eq(sqlite3_open(path, &h), SQLITE_OK);
	for (int i = 0; i < STMT__MAX; i++) {
		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s",
		    statements[i].sql);
		cr_assert_eq(sqlite3_prepare_v2(h, sql, -1, &st, NULL),
		    SQLITE_OK, "%s", sqlite3_errmsg(h));
		while (sqlite3_step(st) == SQLITE_ROW) {
			detail = (const char *)sqlite3_column_text(st, 3);
			for (size_t k = 0; k < 6; k++)
				cr_expect(strncmp(detail, large[k],
				    strlen(large[k])) != 0 ||
				    strstr(detail, "USING") != NULL,
				    "%s: %s", statements[i].name, detail);
		}
		sqlite3_finalize(st);
	}
	sqlite3_close(h);
	TEST_END();
}

/* Rows of an older version stay as they are when the schema grows. */
Test(store, a_database_of_the_first_version_is_brought_up_to_date)
{
	char		 old[64] = "/tmp/bpfcompat-store-XXXXXX";
	char		 path[100], id[JOB_ID_SIZE];
	sqlite3		*h;
	struct db	*up = NULL;
	struct diag	 d = DIAG_INIT;
	struct job	 j;

	cr_assert_not_null(mkdtemp(old));
	snprintf(path, sizeof(path), "%s/bpfcompat.db", old);
	cr_assert_eq(sqlite3_open(path, &h), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(h, migrations[0].sql, NULL, NULL, NULL),
	    SQLITE_OK);
	snprintf(path, sizeof(path), "PRAGMA user_version=1; "
	    "PRAGMA application_id=%d", DB_APPLICATION_ID);
	cr_assert_eq(sqlite3_exec(h, path, NULL, NULL, NULL), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(h, "INSERT INTO artifacts VALUES ('" SHA
	    "', 3, 't'); INSERT INTO jobs (id, origin, artifact_sha256, "
	    "artifact_size, artifact_basename, timeout_ms, concurrency, "
	    "created_at, updated_at) VALUES ('val-1', 'cli', '" SHA "', 3, "
	    "'x.o', 1, 1, 't', 't')", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(h);
	cr_assert_eq(db_open(old, DB_WORKER, &up, &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(store_job_get(up, "val-1", &j), ERR_OK);
	cr_assert_str_eq(j.basename, "x.o");
	job_clear(&j);
	cr_assert_eq(store_job_add(up, &base_job, 100, id), ERR_OK);
	db_close(up);
	fsio_rmtree(old, NULL);
	TEST_END();
}

Test(store, a_newer_or_foreign_database_is_refused)
{
	char		 path[100];
	sqlite3		*h;
	struct db	*other = NULL;
	struct diag	 d = DIAG_INIT;

	snprintf(path, sizeof(path), "%s/bpfcompat.db", dir);
	cr_assert_eq(sqlite3_open(path, &h), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(h, "PRAGMA user_version=999", NULL, NULL,
	    NULL), SQLITE_OK);
	sqlite3_close(h);
	cr_assert_eq(db_open(dir, DB_WORKER, &other, &d), ERR_UNSUPPORTED);
	cr_assert_not_null(strstr(d.msg, "newer bpfcompat"));
	TEST_END();
}
