#include "worker/cli/job_report.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "store/store_run.h"

bool
job_canceled(const struct job *j)
{
	return strcmp(j->state, "canceled") == 0;
}

bool
job_has_report(const struct engine *g, const struct job *j)
{
	char	 path[PATH_MAX], rel[64];

	snprintf(rel, sizeof(rel), RUN_REPORT, j->run_id);
	return j->run_id[0] != '\0' && path_join(path, sizeof(path),
	    g->workdir, rel, NULL) == ERR_OK && fsio_exists(path);
}

static enum err
read_at(const struct engine *g, const char *rel, struct buf *b,
    struct jval **doc, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), g->workdir, rel, NULL)) ==
	    ERR_OK && (e = fsio_read(path, b, d)) == ERR_OK)
		e = jval_parse(buf_str(b), b->len, doc, d);
	return e;
}

enum err
job_report_read(const struct engine *g, const struct job *j, struct buf *b,
    struct jval **doc, struct diag *d)
{
	struct run	 run = { 0 };
	char		 rel[64];
	enum err	 e;

	if (job_canceled(j)) {
		snprintf(rel, sizeof(rel), RUN_REPORT, j->run_id);
		return read_at(g, rel, b, doc, d);
	}
	if ((e = store_run_get(g->db, j->run_id, &run)) != ERR_OK)
		return diag_set(d, e, NULL, "run %s has no row: %s",
		    j->run_id, err_text(e));
	e = read_at(g, run.report_path, b, doc, d);
	run_clear(&run);
	return e;
}
