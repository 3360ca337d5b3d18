#include "registry_json.h"

#include "domain/registry.h"

void
project_json(struct jsonw *w, const char *key,
    const struct registry_project *p)
{
	jsonw_obj(w, key);
	jsonw_str(w, "schema_version", REGISTRY_PROJECT_SCHEMA);
	jsonw_str(w, "tenant", p->tenant);
	jsonw_str(w, "project", p->project);
	jsonw_str(w, "visibility", p->visibility);
	jsonw_str_opt(w, "default_matrix_path", p->matrix_path);
	jsonw_str(w, "created_at", p->created_at);
	jsonw_str(w, "updated_at", p->updated_at);
	jsonw_end(w);
}

void
version_json(struct jsonw *w, const char *key,
    const struct registry_version *v, bool yank)
{
	bool	 yanked = v->yanked_at[0] != '\0';

	jsonw_obj(w, key);
	jsonw_str(w, "artifact_name", v->name);
	jsonw_str(w, "artifact_version", v->version);
	jsonw_str(w, "artifact_sha256", v->sha256);
	jsonw_int(w, "artifact_size_bytes", v->size);
	jsonw_str(w, "record", yank ? "yank" : "upload");
	/* "run", "report" or "claim": only the first two were measured. */
	jsonw_str(w, "evidence", v->evidence);
	jsonw_bool(w, "selectable", !yanked);
	jsonw_str(w, "report_sha256", v->report_sha256);
	if (yanked) {
		jsonw_obj(w, "yanked");
		jsonw_str(w, "at", v->yanked_at);
		jsonw_str(w, "by", v->yanked_by);
		jsonw_str(w, "reason", v->yank_reason);
		jsonw_str(w, "record_sha256", v->yank_record_sha256);
		jsonw_end(w);
	}
	jsonw_end(w);
}
