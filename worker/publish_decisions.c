/*
 * The decisions of the runtime as files: a trace for each, then the line of
 * the event that names it.
 */
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "domain/decision.h"
#include "worker/publish_task.h"

/* "name" in the folder of a root ("" or "tenant/project"). */
static enum err
place(const char *root, const char *name, char *out, size_t size)
{
	const char	*slash = strchr(root, '/');
	char		 tenant[REGISTRY_ID_MAX + 1];

	if (root[0] == '\0') {
		snprintf(out, size, "%s", name);
		return ERR_OK;
	}
	if (slash == NULL || (size_t)(slash - root) >= sizeof(tenant))
		return ERR_CORRUPT;
	snprintf(tenant, sizeof(tenant), "%.*s", (int)(slash - root), root);
	if (!registry_id_ok(tenant) || !registry_id_ok(slash + 1))
		return ERR_CORRUPT;
	snprintf(out, size, "cloud-registry/tenants/%s/projects/%s/%s",
	    tenant, slash + 1, name);
	return ERR_OK;
}

static enum err
put(struct task *t, const struct decision_row *r)
{
	char	 name[128], rel[PATH_MAX];
	enum err e;

	if (!decision_id_ok(r->id))
		return ERR_CORRUPT;
	snprintf(name, sizeof(name), DECISION_TRACES "/%s.json", r->id);
	if ((e = place(t->rest, name, rel, sizeof(rel))) != ERR_OK ||
	    (e = task_whole_file(t, rel, FSIO_FILE_MODE, r->trace,
	    strlen(r->trace))) != ERR_OK)
		return e;
	return task_put_line(t, r->event, r->seq);
}

enum err
task_decisions(struct task *t)
{
	struct decision_row	*rows = NULL;
	size_t			 n;
	bool			 more = true;
	enum err		 e;

	if ((e = place(t->rest, DECISION_STREAM, t->rel, sizeof(t->rel))) !=
	    ERR_OK || (e = task_open_lines(t, FSIO_FILE_MODE)) != ERR_OK)
		return e;
	while (e == ERR_OK && more) {
		if ((e = store_decision_from(t->o->db, t->rest, t->last + 1,
		    TASK_BATCH, &rows, &n)) != ERR_OK)
			return e;
		more = n == TASK_BATCH;
		for (size_t i = 0; i < n && e == ERR_OK; i++)
			if (rows[i].seq <= t->until)
				e = put(t, &rows[i]);
			else
				more = false;
		decision_rows_free(rows, n);
	}
	return e == ERR_OK ? task_close_lines(t) : e;
}
