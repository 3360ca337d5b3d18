#include "domain/row_check.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/timefmt.h"
#include "store/object.h"
#include "store/store_run.h"

#define BATCH		200
/* As much as the worker writes of one run. */
#define REPORT_MAX	((size_t)256 * 1024 * 1024)

struct	checking {
	struct db		*db;
	const char		*workdir;
	store_problem_fn	 tell;
	void			*arg;
	int64_t			 n;
};

static enum err
problem(const char *what, const char *text, void *arg)
{
	struct checking	*c = arg;

	c->n++;
	return c->tell == NULL ? ERR_OK : c->tell(what, text, c->arg);
}

static enum err
one_object(const char *what, const char *sha256, int64_t size, void *arg)
{
	struct checking	*c = arg;
	struct stat	 st;
	char		 path[PATH_MAX], hex[SHA256_HEX_SIZE];

	if (object_path(c->workdir, sha256, path, sizeof(path)) != ERR_OK ||
	    lstat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return problem(what, "its stored object is missing", c);
	if ((size >= 0 && st.st_size != size) ||
	    sha256_file(path, hex) != ERR_OK || strcmp(hex, sha256) != 0)
		return problem(what, "its stored object is another", c);
	return ERR_OK;
}

/* --- reports ------------------------------------------------------------------*/

static bool
same_second(const char *row, const char *report)
{
	int64_t	 a, b;

	return time_parse_rfc3339(row, &a) == ERR_OK &&
	    time_parse_rfc3339(report, &b) == ERR_OK && a / 1000 == b / 1000;
}

/*
 * A report of this server has the times of its row.  One that was taken over
 * names a job of somebody else; its row's times are those of its job here.
 */
static bool
times_match(const struct run *r, const struct jval *run)
{
	int64_t	 from, to;

	if (strcmp(jval_get_str(run, "job_id", ""), r->job_id) != 0)
		return true;
	return time_parse_rfc3339(r->started_at, &from) == ERR_OK &&
	    time_parse_rfc3339(r->finished_at, &to) == ERR_OK &&
	    same_second(r->started_at, jval_get_str(run, "started_at", "")) &&
	    same_second(r->finished_at,
	    jval_get_str(run, "finished_at", "")) &&
	    jval_get_int(run, "duration_ms", to - from) == to - from;
}

static const char *
report_problem(const struct checking *c, const struct run *r, enum err *e)
{
	struct buf	 b = BUF_INIT(REPORT_MAX);
	struct jval	*doc = NULL;
	char		 path[PATH_MAX], sha[SHA256_HEX_SIZE];
	const char	*what = NULL;

	if (path_join(path, sizeof(path), c->workdir, r->report_path, NULL) !=
	    ERR_OK || fsio_read(path, &b, NULL) != ERR_OK)
		what = "its report is missing";
	else if ((*e = sha256_mem(buf_str(&b), b.len, sha)) != ERR_OK)
		goto out;
	else if (strcmp(sha, r->report_sha256) != 0)
		what = "its report is not the one that was written";
	else if (jval_parse(buf_str(&b), b.len, &doc, NULL) != ERR_OK ||
	    strcmp(jval_get_str(jval_get(doc, "run"), "id", r->run_id),
	    r->run_id) != 0 || !times_match(r, jval_get(doc, "run")))
		what = "its report says something else";
out:
	jval_free(doc);
	buf_clear(&b);
	return what;
}

static enum err
one_run(struct checking *c, const struct run *r)
{
	char		 name[RUN_ID_SIZE + 64];
	const char	*text;
	enum err	 e = ERR_OK;

	text = report_problem(c, r, &e);
	if (e != ERR_OK || text == NULL)
		return e;
	snprintf(name, sizeof(name), "run %s", r->run_id);
	return problem(name, text, c);
}

static enum err
reports(struct checking *c)
{
	struct run	*rows = NULL;
	size_t		 n = 1;
	int64_t		 after = 0, last;
	enum err	 e = ERR_OK;

	while (e == ERR_OK && n > 0) {
		if ((e = store_run_order(c->db, after, BATCH, &rows, &n,
		    &last)) != ERR_OK)
			return e;
		for (size_t i = 0; i < n && e == ERR_OK; i++)
			e = one_run(c, &rows[i]);
		runs_free(rows, n);
		after = last;
	}
	return e;
}

enum err
row_check(struct db *db, const char *workdir, store_problem_fn tell,
    void *arg, int64_t *n)
{
	struct checking	 c = { db, workdir, tell, arg, 0 };
	enum err	 e;

	if ((e = store_check_rows(db, problem, &c)) == ERR_OK &&
	    (e = store_check_objects(db, one_object, &c)) == ERR_OK)
		e = reports(&c);
	*n = c.n;
	return e;
}
