#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "worker/cli/suite_run.h"

#define STATE_SCHEMA	"suite_state.v1"
#define STATE_MAX	((size_t)1024 * 1024)

static enum err
state_path(const struct suite_ctx *x, const char *suffix,
    char out[static PATH_MAX])
{
	char	 name[96];

	snprintf(name, sizeof(name), "%.64s%s", x->s.name, suffix);
	return path_join(out, PATH_MAX, x->g->workdir, "suites", name, NULL);
}

static enum err
lock(struct suite_ctx *x, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), x->g->workdir, "suites",
	    NULL)) != ERR_OK || (e = fsio_mkdirs(path, d)) != ERR_OK ||
	    (e = state_path(x, ".lock", path)) != ERR_OK)
		return e;
	e = fsio_lock(path, 0, &x->lock, d);
	if (e == ERR_BUSY)
		return diag_set(d, e, NULL, "the suite %s is being run in "
		    "this work folder already; wait for it, or give another "
		    "--workdir", x->s.name);
	return e;
}

/* Nobody would ever work off what a killed run left in the queue. */
static void
cancel_left(struct suite_ctx *x)
{
	const struct jval	*all = jval_get(x->state, "cases");

	for (size_t i = 0; i < jval_len(all); i++)
		(void)store_job_cancel(x->g->db, jval_get_str(jval_at(all,
		    i), "job_id", ""));
}

enum err
suite_state_open(struct suite_ctx *x, struct diag *d)
{
	struct buf	 b = BUF_INIT(STATE_MAX);
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = lock(x, d)) != ERR_OK ||
	    (e = state_path(x, ".json", path)) != ERR_OK)
		return e;
	/* A damaged state is as good as none: every case runs again. */
	if (fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(buf_str(&b), b.len, &x->state, NULL) == ERR_OK &&
	    strcmp(jval_get_str(x->state, "schema", ""), STATE_SCHEMA) != 0) {
		jval_free(x->state);
		x->state = NULL;
	}
	buf_clear(&b);
	if (x->o->resume && x->state == NULL)
		progress_note(x->progress, "nothing to resume: this work "
		    "folder has no earlier run of the suite");
	if (!x->o->resume)
		cancel_left(x);
	return ERR_OK;
}

void
suite_state_find(struct suite_ctx *x, struct suite_item *it)
{
	const struct jval	*all = jval_get(x->state, "cases"), *c;
	struct job		 j;

	for (size_t i = 0; i < jval_len(all); i++) {
		c = jval_at(all, i);
		if (strcmp(jval_get_str(c, "name", ""), it->c->name) != 0 ||
		    strcmp(jval_get_str(c, "key", ""), it->key) != 0 ||
		    store_job_get(x->g->db, jval_get_str(c, "job_id", ""),
		    &j) != ERR_OK)
			continue;
		if (strcmp(j.state, "completed") == 0 ||
		    strcmp(j.state, "queued") == 0 ||
		    strcmp(j.state, "running") == 0) {
			snprintf(it->job_id, sizeof(it->job_id), "%s", j.id);
			it->resumed = true;
		}
		job_clear(&j);
	}
}

enum err
suite_state_write(const struct suite_ctx *x, struct diag *d)
{
	struct buf	 b = BUF_INIT(STATE_MAX);
	char		 path[PATH_MAX];
	struct jsonw	 w;
	enum err	 e;

	jsonw_init(&w, &b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", STATE_SCHEMA);
	jsonw_str(&w, "suite", x->s.name);
	jsonw_arr(&w, "cases");
	for (size_t i = 0; i < x->n; i++) {
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "name", x->item[i].c->name);
		jsonw_str(&w, "key", x->item[i].key);
		jsonw_str(&w, "job_id", x->item[i].job_id);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(&b, '\n');
	if ((e = buf_err(&b)) == ERR_OK &&
	    (e = state_path(x, ".json", path)) == ERR_OK)
		e = fsio_write_atomic(path, buf_str(&b), b.len,
		    FSIO_FILE_MODE, d);
	buf_clear(&b);
	return e;
}

void
suite_state_close(struct suite_ctx *x)
{
	jval_free(x->state);
	x->state = NULL;
	if (x->lock != -1)
		fsio_unlock(x->lock);
	x->lock = -1;
}
