#include "worker/registry_record.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsio.h"
#include "store/object.h"
#include "store/store_run.h"

enum err
registry_draft_init(struct registry_draft *x, struct engine *g,
    const struct registry_request *r)
{
	memset(x, 0, sizeof(*x));
	x->g = g;
	x->r = r;
	x->evidence = "claim";
	history_next_init(&x->next);
	time_rfc3339(time_now_ms(), x->created);
	return registry_details_read(r->details, &x->details);
}

void
registry_draft_clear(struct registry_draft *x)
{
	registry_compat_clear(&x->compat);
	registry_details_clear(&x->details);
	if (x->have_old)
		history_entry_free(&x->old);
	history_next_clear(&x->next);
}

/* --- checking what was stored -------------------------------------------------*/

static const char *
check_artifact(struct registry_draft *x, enum err *e)
{
	const struct registry_request	*r = x->r;
	char				 path[PATH_MAX], hex[SHA256_HEX_SIZE];
	struct stat			 st;

	if ((*e = object_path(x->g->workdir, r->sha256, path,
	    sizeof(path))) != ERR_OK)
		return NULL;
	if ((*e = sha256_file(path, hex)) != ERR_OK && *e != ERR_NOTFOUND)
		return NULL;
	if (*e == ERR_OK && strcmp(hex, r->sha256) == 0 &&
	    stat(path, &st) == 0 && st.st_size == r->size)
		return NULL;
	*e = ERR_OK;
	diag_set(&x->diag, ERR_CORRUPT, NULL, "the stored artifact is not "
	    "what was uploaded");
	return REFUSE_DAMAGED;
}

/* Did this server make that report, in a run of its own? */
static bool
ours(struct registry_draft *x)
{
	struct run	 run;
	bool		 same;

	if (x->compat.run_id[0] == '\0' || store_run_get(x->g->db,
	    x->compat.run_id, &run) != ERR_OK)
		return false;
	same = strcmp(run.report_sha256, x->r->report_sha256) == 0 &&
	    strcmp(run.sha256, x->r->sha256) == 0;
	run_clear(&run);
	return same;
}

static const char *
check_report(struct registry_draft *x, enum err *e)
{
	struct buf	 b = BUF_INIT((size_t)REGISTRY_REPORT_MAX);
	char		 path[PATH_MAX], hex[SHA256_HEX_SIZE];
	const char	*refused = NULL;

	if ((*e = object_path(x->g->workdir, x->r->report_sha256, path,
	    sizeof(path))) != ERR_OK ||
	    (*e = fsio_read(path, &b, &x->diag)) != ERR_OK ||
	    (*e = sha256_mem(b.data, b.len, hex)) != ERR_OK)
		goto out;
	x->report_size = (int64_t)b.len;
	if (strcmp(hex, x->r->report_sha256) != 0) {
		diag_set(&x->diag, ERR_CORRUPT, NULL, "the stored report is "
		    "not what was uploaded");
		refused = REFUSE_DAMAGED;
		goto out;
	}
	if (x->r->claim)
		goto out;
	*e = registry_compat_read(buf_str(&b), b.len, x->r->sha256,
	    &x->compat, &x->diag);
	if (*e == ERR_SYNTAX || *e == ERR_INVAL) {
		refused = *e == ERR_SYNTAX ? REFUSE_REPORT : REFUSE_MISMATCH;
		*e = ERR_OK;
	} else if (*e == ERR_OK)
		x->evidence = ours(x) ? "run" : "report";
out:
	buf_clear(&b);
	return refused;
}

const char *
registry_draft_check(struct registry_draft *x, enum err *e)
{
	const char	*refused;

	if ((refused = check_artifact(x, e)) != NULL || *e != ERR_OK)
		return refused;
	return check_report(x, e);
}

/* --- records -------------------------------------------------------------------*/

/* A report may name files of the machine it was made on; the name is enough. */
static void
shown(const char *path, char *out, size_t size)
{
	const char	*slash = path == NULL ? NULL : strrchr(path, '/');

	snprintf(out, size, "%s", path == NULL ? "" :
	    path[0] == '/' && slash != NULL ? slash + 1 : path);
}

/* A name of its own for each, also within one second. */
static void
make_run_id(const char *kind, char *out, size_t size)
{
	char	 rfc[TIME_RFC3339_SIZE], compact[TIME_RFC3339_SIZE], rnd[7];
	size_t	 n = 0;

	time_rfc3339(time_now_ms(), rfc);
	for (const char *p = rfc; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			compact[n++] = *p;
	compact[n] = '\0';
	rnd_hex(3, rnd);
	snprintf(out, size, "%s-%s-%s", kind, compact, rnd);
}

static void
from_report(struct registry_draft *x)
{
	struct history_record		*rec = &x->rec;
	const struct registry_compat	*c = &x->compat;

	shown(c->matrix_path, x->matrix_path, sizeof(x->matrix_path));
	shown(c->markdown_path, x->markdown_path, sizeof(x->markdown_path));
	rec->matrix_path = x->matrix_path;
	rec->matrix_name = c->matrix_name;
	rec->markdown_path = x->markdown_path;
	rec->summary_status = c->status;
	rec->required_passed = c->required_passed;
	rec->required_failed = c->required_failed;
	rec->total_profiles = c->total;
	rec->supported_profiles = c->supported;
	rec->failed_profiles = c->failed;
	rec->classification_codes = c->codes;
}

enum err
registry_draft_upload(struct registry_draft *x)
{
	const struct registry_request	*r = x->r;
	const struct registry_details	*dt = &x->details;
	const struct version_key	 k = { r->tenant, r->project, r->name,
					    r->version };
	enum err			 e;

	if ((e = registry_artifact_path(&k, r->sha256, x->artifact_path,
	    sizeof(x->artifact_path))) != ERR_OK ||
	    (e = registry_report_path(&k, r->report_sha256, x->report_path,
	    sizeof(x->report_path))) != ERR_OK)
		return e;
	if (dt->source_run_id[0] != '\0')
		snprintf(x->run_id, sizeof(x->run_id), "%s",
		    dt->source_run_id);
	else
		make_run_id("upload", x->run_id, sizeof(x->run_id));
	x->rec = (struct history_record){ .schema_version = HISTORY_SCHEMA,
	    .run_id = x->run_id, .run_started_at = x->created,
	    .created_at = x->created, .artifact_name = r->name,
	    .artifact_version = r->version, .artifact_variant = dt->variant,
	    .artifact_path = x->artifact_path, .artifact_uri = dt->uri,
	    .artifact_sha256 = r->sha256, .manifest_path = dt->manifest_path,
	    .json_report_path = x->report_path };
	if (!r->claim)
		from_report(x);
	else
		x->rec.summary_status = dt->claimed ?
		    REGISTRY_STATUS_CLAIMED : "unknown";
	return ERR_OK;
}

enum err
registry_draft_yank(struct registry_draft *x,
    const struct registry_version *v)
{
	static const char	*codes[] = { "YANKED" };
	struct history_record	*rec = &x->rec;
	enum err		 e;

	if ((e = history_parse(v->line, strlen(v->line), &x->old,
	    &x->diag)) != ERR_OK)
		return e;
	x->have_old = true;
	make_run_id("yank", x->run_id, sizeof(x->run_id));
	*rec = (struct history_record){ .schema_version = HISTORY_SCHEMA,
	    .run_id = x->run_id, .run_started_at = x->created,
	    .created_at = x->created,
	    .artifact_name = x->old.rec.artifact_name,
	    .artifact_version = x->old.rec.artifact_version,
	    .artifact_variant = x->old.rec.artifact_variant,
	    .artifact_path = x->old.rec.artifact_path,
	    .artifact_sha256 = x->old.rec.artifact_sha256,
	    .summary_status = REGISTRY_STATUS_YANKED,
	    .classification_codes = { codes, 1 },
	    .json_report_path = x->old.rec.json_report_path };
	return ERR_OK;
}

enum err
registry_draft_make(const struct history_end *end, void *arg,
    struct history_new *out)
{
	struct registry_draft	*x = arg;

	return history_next_sign(end, &x->rec, signer_sign, x->g->signer,
	    &x->next, out, &x->diag);
}
