#include "compile_json.h"

#include <limits.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_in.h"

/* As worker/compile/prepare.h limits it. */
#define PREPARE_MAX	((size_t)4 * 1024 * 1024)
#define TEXT_MAX	2000

static struct jval *
read_prepared(const struct app *app, const struct job *j)
{
	struct buf	 b = BUF_INIT(PREPARE_MAX);
	struct jval	*doc = NULL;
	char		 path[PATH_MAX];

	if (path_name_ok(j->run_id) && path_join(path, sizeof(path),
	    app->conf->workdir, "runs", j->run_id, "prepare.json", NULL) ==
	    ERR_OK && fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(buf_str(&b), b.len, &doc, NULL) != ERR_OK)
		doc = NULL;
	buf_clear(&b);
	return doc;
}

void
compile_json(const struct app *app, const struct job *j, struct jsonw *w)
{
	struct jval		*doc = read_prepared(app, j);
	const struct jval	*c = jval_get(doc, "compile");

	if (c != NULL) {
		jsonw_str_opt(w, "compiler", jval_get_str(c, "compiler",
		    ""));
		if (jval_len(jval_get(c, "diagnostics")) > 0)
			jval_write(jval_get(c, "diagnostics"), w,
			    "diagnostics", TEXT_MAX);
	}
	jval_free(doc);
}

void
compile_refusal(const struct app *app, const struct job *j,
    const char *request_id, struct reply *rp)
{
	struct jsonw	*w = reply_json(rp);

	rp->status = 400;
	jsonw_obj(w, NULL);
	jsonw_str(w, "error", j->error);
	jsonw_str(w, "code", COMPILE_FAILED);
	jsonw_str(w, "field", "source_code");
	jsonw_str(w, "job_id", j->id);
	compile_json(app, j, w);
	jsonw_str(w, "request_id", request_id);
	jsonw_end(w);
}
