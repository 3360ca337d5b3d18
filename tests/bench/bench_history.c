/*
 * What the signed history costs with the rows that are in a database.
 * Prints "name value" lines, microseconds: of a wall clock the best round of
 * "verify" and "raw" for all rows with all cores, and of the processor, so
 * that other work on the machine does not count, the same as "verify_cpu"
 * and "raw_cpu" (mean of the rounds) and "prove" (median).
 *
 *   bench_history WORKDIR
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/timefmt.h"
#include "domain/history_view.h"

#define ROUNDS	3
#define PROVES	201

static void
must(enum err e, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "bench_history: %s: %s\n", what, err_text(e));
	exit(1);
}

/* What a verification is about at least: bytes, key, signature. */
struct	signed_row {
	char		*p;
	size_t		 len;
	unsigned char	 pub[ED25519_PUBLIC_LEN], sig[ED25519_SIG_LEN];
};

struct	loaded {
	struct signed_row	*row;
	size_t			 n, room;
};

static enum err
load_row(const struct history_row *r, void *arg)
{
	struct loaded		*l = arg;
	struct history_scan	 sc;
	struct signed_row	*s;
	struct buf		 b = BUF_INIT(HISTORY_LINE_MAX);
	char			 pub[64], sig[128];

	if (l->n == l->room) {
		l->room = l->room == 0 ? 1024 : l->room * 2;
		l->row = reallocarray(l->row, l->room, sizeof(*l->row));
		must(l->row == NULL ? ERR_NOMEM : ERR_OK, "rows");
	}
	s = &l->row[l->n++];
	must(history_scan(r->line, strlen(r->line), &sc) &&
	    history_scan_text(&sc, HISTORY_SIGNATURE_PUBLIC_KEY, pub,
	    sizeof(pub)) && history_scan_text(&sc, HISTORY_SIGNATURE, sig,
	    sizeof(sig)) ? ERR_OK : ERR_CORRUPT, "row");
	must(b64_exact(pub, strlen(pub), s->pub, sizeof(s->pub), NULL), "key");
	must(b64_exact(sig, strlen(sig), s->sig, sizeof(s->sig), NULL), "sig");
	must(history_scan_canonical(&sc, &b), "bytes");
	s->len = b.len;
	s->p = buf_steal(&b);
	return ERR_OK;
}

/* Only the signatures, by libsodium, in as many processes as cores. */
static int64_t
raw_verify(const struct loaded *l, long cores)
{
	int64_t	 from = time_mono_us();
	int	 status;

	for (long c = 0; c < cores; c++)
		if (fork() == 0) {
			for (size_t i = (size_t)c; i < l->n;
			    i += (size_t)cores)
				if (!ed25519_verify(l->row[i].pub,
				    l->row[i].p, l->row[i].len,
				    l->row[i].sig))
					_exit(1);
			_exit(0);
		}
	for (long c = 0; c < cores; c++)
		must(wait(&status) != -1 && status == 0 ? ERR_OK :
		    ERR_CORRUPT, "raw verify");
	return time_mono_us() - from;
}

static int64_t
cpu_us(int who)
{
	struct rusage	 u;

	getrusage(who, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
	    u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int64_t
thread_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t
full_verify(const struct conf *c, struct db *db, struct history_view *v)
{
	const struct history_walk	 w = { .workdir = c->workdir,
		.chain = HISTORY_CHAIN_SERVER };
	struct history_sum		 sum;
	int64_t				 from = time_mono_us();

	must(history_chain_check(db, &w, history_view_trust(v),
	    history_view_ring(v), &sum, NULL), "verify");
	must(sum.failed == 0 && sum.end_fault == HF_NONE ? ERR_OK :
	    ERR_CORRUPT, "verify");
	return time_mono_us() - from;
}

static void
best(int64_t *have, int64_t us)
{
	if (*have == 0 || us < *have)
		*have = us;
}

static void
measure_verify(const struct conf *c, struct db *db, struct history_view *v)
{
	struct loaded	 l = { NULL, 0, 0 };
	long		 cores = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t		 raw = 0, full = 0, raw_cpu, full_cpu;

	must(store_history_each(db, HISTORY_CHAIN_SERVER, 1, INT64_MAX,
	    load_row, &l), "load");
	raw_cpu = cpu_us(RUSAGE_CHILDREN);
	for (int i = 0; i < ROUNDS; i++)
		best(&raw, raw_verify(&l, cores));
	raw_cpu = cpu_us(RUSAGE_CHILDREN) - raw_cpu;
	full_cpu = cpu_us(RUSAGE_SELF);
	for (int i = 0; i < ROUNDS; i++)
		best(&full, full_verify(c, db, v));
	full_cpu = cpu_us(RUSAGE_SELF) - full_cpu;
	/* Once more each, the other way round. */
	best(&full, full_verify(c, db, v));
	best(&raw, raw_verify(&l, cores));
	printf("rows %zu\nraw %lld\nverify %lld\nraw_cpu %lld\n"
	    "verify_cpu %lld\n", l.n, (long long)raw, (long long)full,
	    (long long)raw_cpu / ROUNDS, (long long)full_cpu / ROUNDS);
	for (size_t i = 0; i < l.n; i++)
		free(l.row[i].p);
	free(l.row);
}

static int
compare(const void *a, const void *b)
{
	const int64_t	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum err
keep(const struct history_row *row, void *arg)
{
	struct history_row	*to = arg;

	*to = (struct history_row){ row->seq, strdup(row->run_id),
	    strdup(row->created_at), strdup(row->name),
	    strdup(row->version), strdup(row->sha256), strdup(row->status),
	    strdup(row->record_sha256), strdup(row->prev_sha256),
	    strdup(row->line) };
	return ERR_OK;
}

/*
 * One record of a fetch, by a process that knows nothing yet: keys, ring,
 * signed end, the record and the way to the next checkpoint.
 */
static void
measure_prove(const struct conf *c, struct db *db, int64_t rows)
{
	struct history_view	*view;
	struct history_verdict	 v;
	struct history_row	*row;
	struct history_sum	 sum;
	int64_t			 us[PROVES], at, from;

	for (int i = 0; i < PROVES; i++) {
		/* Not a multiple of the checkpoints' distance. */
		at = 1 + (int64_t)i * 7919 % rows;
		row = calloc(1, sizeof(*row));
		from = thread_us();
		must(history_view_new(c, NULL, &view, NULL), "view");
		must(history_view_refresh(view, db, NULL), "keys");
		must(history_view_end(view, db, HISTORY_CHAIN_SERVER, &sum),
		    "end");
		must(store_history_each(db, HISTORY_CHAIN_SERVER, at, at,
		    keep, row), "row");
		must(history_view_prove(view, db, HISTORY_CHAIN_SERVER, row,
		    &v), "prove");
		must(v.verified ? ERR_OK : ERR_CORRUPT, "verdict");
		us[i] = thread_us() - from;
		history_rows_free(row, 1);
		history_view_free(view);
	}
	qsort(us, PROVES, sizeof(us[0]), compare);
	printf("prove %lld\nprove_p99 %lld\n", (long long)us[PROVES / 2],
	    (long long)us[PROVES * 99 / 100]);
}

int
main(int argc, char **argv)
{
	struct history_view	*v;
	struct history_last	 last;
	struct conf		 c;
	struct diag		 d = DIAG_INIT;
	struct db		*db;

	if (argc != 2) {
		fputs("usage: bench_history WORKDIR\n", stderr);
		return 1;
	}
	must(conf_load(&c, &d), diag_text(&d));
	c.workdir = argv[1];
	must(db_open(c.workdir, DB_WEB, &db, &d), diag_text(&d));
	must(db_begin_read(db), "begin");
	must(history_view_new(&c, NULL, &v, &d), "view");
	must(history_view_refresh(v, db, &d), diag_text(&d));
	must(store_history_last(db, HISTORY_CHAIN_SERVER, &last), "last");
	measure_prove(&c, db, last.seq);
	measure_verify(&c, db, v);
	history_last_clear(&last);
	history_view_free(v);
	db_rollback(db);
	db_close(db);
	return 0;
}
