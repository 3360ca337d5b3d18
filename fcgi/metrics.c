#include "metrics.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "app.h"
#include "base/fsio.h"
#include "base/timefmt.h"
#include "config.h"
#include "route.h"
#include "store/store_job.h"
#include "store/store_totals.h"
#include "store/store_worker.h"

#define ROUTES_MAX	128	/* more rows than the table has, and "other" */
#define METHODS		(METHOD_OTHER + 1)

/* Statuses that are told apart; the rest counts as "other". */
static const int statuses[] = { 200, 202, 204, 206, 304, 400, 401, 403, 404,
    405, 409, 410, 411, 412, 413, 414, 415, 416, 422, 429, 431, 500, 503,
    504, 507 };

#define NSTATUSES	(sizeof(statuses) / sizeof(statuses[0]))

/*
 * Upper bounds of the buckets, in microseconds: those of older servers
 * (5 ms, doubled eleven times), and below them what we mostly need.
 */
static const int64_t bounds[] = { 500, 1000, 2000, 5000, 10000, 20000, 40000,
    80000, 160000, 320000, 640000, 1280000, 2560000, 5120000, 10240000 };

#define NBOUNDS	(sizeof(bounds) / sizeof(bounds[0]))

typedef _Atomic uint64_t counter;

struct	cell {
	counter		 status[NSTATUSES + 1];
	counter		 bucket[NBOUNDS + 1];
	counter		 us;
};

struct	metrics {
	struct cell	 cell[ROUTES_MAX][METHODS];
	counter		 limited[ACTION__MAX];
	int64_t		 started_ms;
};

enum err
metrics_new(struct metrics **out)
{
	struct metrics	*m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (m == MAP_FAILED)
		return ERR_NOMEM;
	m->started_ms = time_now_ms();
	*out = m;
	return ERR_OK;
}

void
metrics_free(struct metrics *m)
{
	if (m != NULL)
		munmap(m, sizeof(*m));
}

static void
add(counter *c, uint64_t n)
{
	atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static uint64_t
get(const counter *c)
{
	return atomic_load_explicit(c, memory_order_relaxed);
}

void
metrics_request(struct metrics *m, const struct route *r,
    const struct req *rq, int status, int64_t us)
{
	size_t		 row = r == NULL ? ROUTES_MAX - 1 : route_index(r);
	size_t		 s = 0, b = 0;
	struct cell	*c;

	if (m == NULL || row >= ROUTES_MAX)
		return;
	c = &m->cell[row][rq->method];
	while (s < NSTATUSES && statuses[s] != status)
		s++;
	while (b < NBOUNDS && us > bounds[b])
		b++;
	add(&c->status[s], 1);
	add(&c->bucket[b], 1);
	add(&c->us, us > 0 ? (uint64_t)us : 0);
}

void
metrics_limited(struct metrics *m, enum action a)
{
	if (m != NULL)
		add(&m->limited[a], 1);
}

/* --- text -------------------------------------------------------------------- */

static void
head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* method="GET",route="/api/health" */
static void
labels(struct buf *b, size_t row, int method)
{
	const struct route	*r = row == ROUTES_MAX - 1 ? NULL :
				    route_at(row);

	buf_addf(b, "method=\"%s\",route=\"%s%s\"",
	    method_name((enum method)method), r == NULL ||
	    (r->flags & ROUTE_FIXED) != 0 ? "" : "/api",
	    r == NULL ? "other" : r->path);
}

static bool
row_used(size_t row)
{
	return row == ROUTES_MAX - 1 || route_at(row) != NULL;
}

static void
write_requests(struct buf *b, size_t row, int method, const struct cell *c)
{
	for (size_t s = 0; s <= NSTATUSES; s++) {
		uint64_t	 n = get(&c->status[s]);

		if (n == 0)
			continue;
		buf_adds(b, "bpfcompat_http_requests_total{");
		labels(b, row, method);
		if (s < NSTATUSES)
			buf_addf(b, ",status=\"%d\"} ", statuses[s]);
		else
			buf_adds(b, ",status=\"other\"} ");
		buf_addf(b, "%llu\n", (unsigned long long)n);
	}
}

static void
write_durations(struct buf *b, size_t row, int method, const struct cell *c)
{
	static const char	 name[] =
	    "bpfcompat_http_request_duration_seconds";
	uint64_t		 n = 0;

	for (size_t i = 0; i <= NBOUNDS; i++)
		n += get(&c->bucket[i]);
	if (n == 0)
		return;
	n = 0;
	for (size_t i = 0; i <= NBOUNDS; i++) {
		n += get(&c->bucket[i]);
		buf_addf(b, "%s_bucket{", name);
		labels(b, row, method);
		if (i < NBOUNDS)
			buf_addf(b, ",le=\"%g\"} ", (double)bounds[i] / 1e6);
		else
			buf_adds(b, ",le=\"+Inf\"} ");
		buf_addf(b, "%llu\n", (unsigned long long)n);
	}
	buf_addf(b, "%s_sum{", name);
	labels(b, row, method);
	buf_addf(b, "} %.6f\n%s_count{", (double)get(&c->us) / 1e6, name);
	labels(b, row, method);
	buf_addf(b, "} %llu\n", (unsigned long long)n);
}

typedef void	(*cell_fn)(struct buf *, size_t row, int method,
		    const struct cell *);

static void
each_cell(const struct metrics *m, struct buf *b, cell_fn fn)
{
	for (size_t row = 0; row < ROUTES_MAX; row++)
		for (int k = 0; row_used(row) && k < METHODS; k++)
			fn(b, row, k, &m->cell[row][k]);
}

/* Registry actions by the name that older servers have for the counter. */
static void
write_limited(const struct metrics *m, struct buf *b, bool registry)
{
	static const char *const names[] = { "bpfcompat_rate_limit_drops_total",
	    "bpfcompat_registry_rate_limit_drops_total" };

	head(b, names[registry], "counter", registry ?
	    "Registry requests that a rate limit refused." :
	    "Other requests that a rate limit refused.");
	for (int a = 0; a < ACTION__MAX; a++) {
		const struct action_info *info = action_info((enum action)a);
		const char		*word = a == ACTION_NONE ? "login" :
					    info->name;

		if (((info->flags & ACTION_REGISTRY) != 0) != registry)
			continue;
		if (strncmp(word, "registry_", 9) == 0)
			word += 9;
		buf_addf(b, "%s{action=\"%s\"} %llu\n", names[registry], word,
		    (unsigned long long)get(&m->limited[a]));
	}
}

static void
gauge(struct buf *b, const char *name, const char *help, int64_t v)
{
	head(b, name, "gauge", help);
	buf_addf(b, "%s %lld\n", name, (long long)v);
}

/* What the worker has done is in the database, since it was made. */
static void
write_totals(struct db *db, struct buf *b)
{
	static const struct {
		const char	*series, *help, *label, *prefix;
	} kinds[] = {
		{ "bpfcompat_validate_jobs_state_transitions_total",
		    "Jobs by the state they ended in.", "state", "job_" },
		{ "bpfcompat_runs_total", "Finished runs by their verdict.",
		    "status", "run_" },
		{ "bpfcompat_targets_total",
		    "Finished targets by their verdict.", "status",
		    "target_" },
	};
	struct total		 t[TOTALS_MAX];
	size_t			 n = 0;

	if (store_totals(db, t, &n) != ERR_OK)
		return;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		size_t	 len = strlen(kinds[k].prefix);

		head(b, kinds[k].series, "counter", kinds[k].help);
		for (size_t i = 0; i < n; i++)
			if (strncmp(t[i].name, kinds[k].prefix, len) == 0)
				buf_addf(b, "%s{%s=\"%s\"} %lld\n",
				    kinds[k].series, kinds[k].label,
				    t[i].name + len, (long long)t[i].n);
	}
}

static void
write_database(struct app *app, struct buf *b)
{
	int64_t		 queued = 0, running = 0, workers = 0;
	size_t		 valid = 0, broken = 0;
	struct db	*db;
	bool		 ok = app_db(app, &db, NULL) == ERR_OK &&
			    store_queue_counts(db, &queued, &running) ==
			    ERR_OK && store_workers_alive(db,
			    app->conf->lease, &workers) == ERR_OK;

	gauge(b, "bpfcompat_database_up", "Whether the database answers.", ok);
	if (!ok)
		return;
	gauge(b, "bpfcompat_validate_jobs_queued", "Jobs that wait.", queued);
	gauge(b, "bpfcompat_validate_jobs_active", "Jobs that run.", running);
	gauge(b, "bpfcompat_workers_alive", "Workers seen lately.", workers);
	write_totals(db, b);
	gauge(b, "bpfcompat_registry_grants_usable",
	    "Whether the grant file can be used.",
	    grants_refresh(app->grants, NULL, NULL) == ERR_OK);
	grants_count(app->grants, time_now_ms(), &valid, &broken);
	gauge(b, "bpfcompat_registry_grants_valid", "Grants in force.",
	    (int64_t)valid);
	gauge(b, "bpfcompat_registry_grants_broken",
	    "Grants that break a rule.", (int64_t)broken);
}

enum err
metrics_write(struct app *app, struct buf *b)
{
	const struct metrics	*m = app->metrics;

	head(b, "bpfcompat_build_info", "gauge", "Version of the server.");
	buf_addf(b, "bpfcompat_build_info{version=\"%s\"} 1\n",
	    PACKAGE_VERSION);
	if (m != NULL) {
		gauge(b, "bpfcompat_start_time_seconds",
		    "When the server started, since the epoch.",
		    m->started_ms / 1000);
		head(b, "bpfcompat_http_requests_total", "counter",
		    "Answered requests.");
		each_cell(m, b, write_requests);
		head(b, "bpfcompat_http_request_duration_seconds",
		    "histogram", "Time from the request to its answer.");
		each_cell(m, b, write_durations);
		write_limited(m, b, true);
		write_limited(m, b, false);
	}
	write_database(app, b);
	return buf_err(b);
}
