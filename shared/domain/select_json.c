#include "domain/select_impl.h"

#include <string.h>

static void
candidate_json(struct jsonw *w, const char *key,
    const struct select_candidate *c)
{
	jsonw_obj(w, key);
	jsonw_str(w, "artifact_version", c->version);
	jsonw_str_opt(w, "artifact_variant", c->variant);
	jsonw_str(w, "run_id", c->ref.run_id);
	jsonw_str(w, "summary_status", c->status);
	jsonw_int(w, "score", c->score);
	jsonw_raw(w, "reasons", buf_str(&c->reasons), c->reasons.len);
	jsonw_bool(w, "policy_accepted", c->accepted);
	if (!c->accepted)
		jsonw_raw(w, "policy_violations", buf_str(&c->violations),
		    c->violations.len);
	if (!c->accepted)
		jsonw_raw(w, "rejection_codes", buf_str(&c->codes),
		    c->codes.len);
	jsonw_str(w, "evidence", c->evidence);
	jsonw_str_opt(w, "evidence_profile", c->evidence_profile);
	jsonw_str(w, "created_at", c->created_at);
	jsonw_str(w, "artifact_sha256", c->ref.artifact_sha256);
	jsonw_str(w, "chain", c->ref.chain);
	jsonw_int(w, "record_seq", c->ref.seq);
	jsonw_str(w, "record_sha256", c->ref.record_sha256);
	jsonw_end(w);
}

static void
list_json(struct jsonw *w, const char *key, const struct select_candidate *c,
    size_t n)
{
	jsonw_arr(w, key);
	for (size_t i = 0; i < n; i++)
		candidate_json(w, NULL, &c[i]);
	jsonw_end(w);
}

void
selection_json(struct jsonw *w, const char *key, const struct selection *s)
{
	jsonw_obj(w, key);
	jsonw_str(w, "schema_version", SELECT_SCHEMA);
	jsonw_str(w, "artifact_name", s->name);
	jsonw_str_opt(w, "requested_version", s->version);
	jsonw_str_opt(w, "target_profile_id", s->target_profile);
	jsonw_str_opt(w, "host_profile_hint", s->hint);
	if (s->policy.len > 0)
		jsonw_raw(w, "policy", buf_str(&s->policy), s->policy.len);
	if (s->naccepted > 0)
		candidate_json(w, "selected", &s->accepted[0]);
	jsonw_int(w, "candidates_reviewed", s->reviewed);
	jsonw_int(w, "candidates_accepted", s->total_accepted);
	jsonw_int(w, "candidates_rejected", s->reviewed - s->total_accepted);
	if (s->naccepted > 0)
		list_json(w, "candidates", s->accepted, s->naccepted);
	list_json(w, "rejected", s->rejected, s->nrejected);
	jsonw_end(w);
}
