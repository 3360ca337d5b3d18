/* What a bundle's statement says, as in-toto's tools read it. */
#include <string.h>

#include "base/json_out.h"
#include "domain/bundle.h"

static void
digest(struct jsonw *w, const char *sha256)
{
	jsonw_obj(w, "digest");
	jsonw_str(w, "sha256", sha256);
	jsonw_end(w);
}

static void
subject(struct jsonw *w, const struct bundle_claim *c)
{
	jsonw_arr(w, "subject");
	jsonw_obj(w, NULL);
	jsonw_str(w, "name", c->basename);
	digest(w, c->sha256);
	jsonw_end(w);
	jsonw_end(w);
}

static void
run(struct jsonw *w, const struct bundle_claim *c)
{
	jsonw_obj(w, "run");
	jsonw_str(w, "id", c->run_id);
	jsonw_str_opt(w, "job_id", c->job_id);
	jsonw_str(w, "started_at", c->started_at);
	jsonw_str(w, "finished_at", c->finished_at);
	jsonw_end(w);
	jsonw_obj(w, "artifact");
	jsonw_str(w, "name", c->name);
	jsonw_str(w, "version", c->version);
	jsonw_str_opt(w, "variant", c->variant);
	jsonw_end(w);
	jsonw_obj(w, "matrix");
	jsonw_str_opt(w, "name", c->matrix_name);
	jsonw_str_opt(w, "path", c->matrix_path);
	jsonw_end(w);
	jsonw_obj(w, "verdict");
	jsonw_str(w, "status", c->status);
	jsonw_int(w, "required_passed", c->required_passed);
	jsonw_int(w, "required_failed", c->required_failed);
	jsonw_int(w, "total_profiles", c->total);
	jsonw_end(w);
}

/* Members of the report that the statement repeats, as they are there. */
static void
repeat(struct jsonw *w, const struct jval *from, const char *const *keys)
{
	const struct jval	*v;

	for (; *keys != NULL; keys++)
		if ((v = jval_get(from, *keys)) != NULL)
			jval_write(v, w, *keys, 4096);
}

static void
targets(struct jsonw *w, const struct jval *report)
{
	static const char *const validator[] = { "basename", "sha256",
		"size_bytes", NULL };
	static const char *const target[] = { "profile_id", "required",
		"status", "classification_code", "kernel", NULL };
	const struct jval	*list = jval_get(report, "targets");

	jsonw_obj(w, "validator");
	repeat(w, jval_get(report, "validator"), validator);
	jsonw_end(w);
	jsonw_arr(w, "targets");
	for (size_t i = 0; i < jval_len(list); i++) {
		jsonw_obj(w, NULL);
		repeat(w, jval_at(list, i), target);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
history(struct jsonw *w, const struct bundle_claim *c)
{
	jsonw_obj(w, "history");
	jsonw_str(w, "chain", c->chain);
	jsonw_int(w, "seq", c->seq);
	jsonw_str(w, "record_sha256", c->record_sha256);
	jsonw_int(w, "head_count", c->head_count);
	jsonw_str(w, "head_record_sha256", c->head_sha256);
	jsonw_end(w);
}

static void
files(struct jsonw *w, const struct bundle_claim *c)
{
	jsonw_arr(w, "files");
	for (size_t i = 0; i < c->nfiles; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", c->files[i].name);
		jsonw_int(w, "size_bytes", c->files[i].size);
		digest(w, c->files[i].sha256);
		jsonw_end(w);
	}
	jsonw_end(w);
}

enum err
bundle_statement(const struct bundle_claim *c, struct buf *out)
{
	struct jsonw	 w;

	if (c->nfiles > BUNDLE_FILES_MAX)
		return ERR_TOOBIG;
	jsonw_init(&w, out, JSONW_CANONICAL);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "_type", BUNDLE_STATEMENT_TYPE);
	subject(&w, c);
	jsonw_str(&w, "predicateType", BUNDLE_PREDICATE_TYPE);
	jsonw_obj(&w, "predicate");
	jsonw_str(&w, "schema_version", BUNDLE_SCHEMA);
	run(&w, c);
	targets(&w, c->report);
	history(&w, c);
	files(&w, c);
	jsonw_end(&w);
	jsonw_end(&w);
	return buf_err(out);
}
