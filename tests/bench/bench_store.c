/*
 * What queue and history cost with the rows that are in a database: prints
 * "name microseconds" lines, medians of some hundred operations each.
 * bench.sh runs it with few rows and with many.
 *
 *   bench_store WORKDIR
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/db.h"
#include "store/store_job.h"
#include "store/store_run.h"

#define ROUNDS	200
#define SHA	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void
must(enum err e, const char *what, const struct db *db)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "bench_store: %s: %s: %s\n", what, err_text(e),
	    db == NULL ? "" : db_errmsg(db));
	exit(1);
}

static double
now_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	const double	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
say(const char *name, double *us, size_t n)
{
	qsort(us, n, sizeof(us[0]), compare);
	printf("%s %.1f\n", name, us[n / 2]);
}

static void
add(struct db *db, char *id)
{
	static const struct job_target_new target =
	    { "debian-12-6.1", true, 60000 };
	const struct job_new	 n = {
		.origin = "api", .sha256 = SHA, .size = 3, .basename = "a.o",
		.path = "", .name = "a", .version = "1", .variant = "",
		.uri = "", .mode = "", .attach_mode = "best-effort",
		.matrix_name = "", .matrix_path = "", .timeout_ms = 60000,
		.concurrency = 1, .request_id = "", .submitted_by = "",
		.targets = &target, .ntargets = 1,
	};

	must(store_job_add(db, &n, 1000000, id), "add", db);
}

/* One job through its whole life, as the worker writes it. */
static double
live(struct db *db)
{
	static const struct target_result passed = {
		.state = "pass", .message = "", .duration_ms = 5,
		.kernel_release = "6.1.0", .report_path = "runs/x",
	};
	char			 id[JOB_ID_SIZE];
	struct job_claim	 c;
	struct job		 j;
	struct run		 r = { 0 };
	int64_t			 attempt;
	double			 from, took;

	add(db, id);
	from = now_us();
	must(store_job_claim(db, "bench", 60000, NULL, &c), "claim", db);
	took = now_us() - from;
	must(store_target_start(db, &c, "debian-12-6.1", &attempt), "start",
	    db);
	must(store_target_finish(db, &c, "debian-12-6.1", &passed), "finish",
	    db);
	must(store_job_get(db, c.id, &j), "get", db);
	r.run_id = j.run_id;
	r.job_id = c.id;
	r.started_at = r.finished_at = j.created_at;
	r.name = r.version = r.variant = r.path = r.uri = j.name;
	r.sha256 = j.sha256;
	r.matrix_path = r.matrix_name = r.markdown_path = j.matrix_name;
	r.status = (char[]){ "pass" };
	r.report_path = r.report_sha256 = j.name;
	r.total = 1;
	must(store_job_complete(db, &c, &r, "", NULL, NULL), "complete", db);
	job_clear(&j);
	return took;
}

static void
measure(struct db *db)
{
	double			 us[ROUNDS], from;
	char			 id[JOB_ID_SIZE];
	int64_t			 revision, queued, running;
	struct run		*runs;
	size_t			 n;

	for (int i = 0; i < ROUNDS; i++)
		us[i] = live(db);
	say("claim", us, ROUNDS);
	add(db, id);
	for (int i = 0; i < ROUNDS; i++) {
		from = now_us();
		must(store_job_revision(db, id, &revision), "revision", db);
		us[i] = now_us() - from;
	}
	say("status", us, ROUNDS);
	for (int i = 0; i < ROUNDS; i++) {
		from = now_us();
		must(store_run_list(db, 50, &runs, &n), "list", db);
		us[i] = now_us() - from;
		runs_free(runs, n);
	}
	say("history", us, ROUNDS);
	for (int i = 0; i < ROUNDS; i++) {
		from = now_us();
		must(store_queue_counts(db, &queued, &running), "counts", db);
		us[i] = now_us() - from;
	}
	say("counts", us, ROUNDS);
}

int
main(int argc, char **argv)
{
	struct db	*db;
	struct diag	 d = DIAG_INIT;

	if (argc != 2) {
		fputs("usage: bench_store WORKDIR\n", stderr);
		return 1;
	}
	if (db_open(argv[1], DB_WORKER, &db, &d) != ERR_OK) {
		fprintf(stderr, "bench_store: %s\n", diag_text(&d));
		return 1;
	}
	measure(db);
	db_close(db);
	return 0;
}
