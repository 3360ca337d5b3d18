/*
 * Uploads and yanks: what leaves a signed record.  Size, names and digest are
 * settled here; everything that depends on what is there already is decided
 * by the worker, inside the transaction that writes.
 */
#include <stdio.h>
#include <string.h>

#include "audited.h"
#include "domain/registry.h"
#include "field_registry.h"
#include "handlers.h"
#include "registry_ask.h"
#include "registry_json.h"

#define ID_MAX		128
#define TEXT		(FIELD_QUERY | FIELD_FORM)
#define TEXT_MAX	512
#define CLAIM_MAX	((size_t)512 * 1024)

enum { U_TENANT, U_PROJECT, U_NAME, U_VERSION, U_FILE, U_VARIANT, U_URI,
	U_MANIFEST, U_RUN, U_SHA256, U_REPORT, U_REPORT_TEXT, U_STATUS,
	U_PASSED, U_FAILED, U_TOTAL, U_MATRIX, U_MATRIX_NAME, U_MARKDOWN,
	U_SUPPORTED, U_FAILING, U_CODES };

const struct field registry_upload_fields[] = {
	[U_TENANT] = { "tenant", field_registry_id, TEXT | FIELD_REQUIRED,
	    ID_MAX },
	[U_PROJECT] = { "project", field_registry_id, TEXT | FIELD_REQUIRED,
	    ID_MAX },
	[U_NAME] = { "artifact_name", field_registry_id,
	    TEXT | FIELD_REQUIRED, ID_MAX },
	[U_VERSION] = { "artifact_version", field_registry_id,
	    TEXT | FIELD_REQUIRED, ID_MAX },
	[U_FILE] = { "artifact_file", field_content,
	    FIELD_FORM | FIELD_FILE | FIELD_REQUIRED, 0 },
	[U_VARIANT] = { "artifact_variant", field_text, TEXT, TEXT_MAX },
	[U_URI] = { "artifact_uri", field_text, TEXT, 2048 },
	[U_MANIFEST] = { "manifest_path", field_text, TEXT, TEXT_MAX },
	[U_RUN] = { "source_run_id", field_registry_id, TEXT, ID_MAX },
	[U_SHA256] = { "artifact_sha256", field_digest, TEXT, ID_MAX },
	[U_REPORT] = { "report_file", field_content, FIELD_FORM | FIELD_FILE,
	    REGISTRY_REPORT_MAX },
	[U_REPORT_TEXT] = { "report_json", field_prose, FIELD_FORM,
	    BODY_FORM_EXTRA },
	[U_STATUS] = { "summary_status", field_word, TEXT, 32 },
	[U_PASSED] = { "required_passed", field_count, TEXT, 16 },
	[U_FAILED] = { "required_failed", field_count, TEXT, 16 },
	[U_TOTAL] = { "total_profiles", field_count, TEXT, 16 },
	[U_MATRIX] = { "matrix_path", field_text, TEXT, TEXT_MAX },
	[U_MATRIX_NAME] = { "matrix_name", field_text, TEXT, TEXT_MAX },
	[U_MARKDOWN] = { "markdown_path", field_text, TEXT, TEXT_MAX },
	[U_SUPPORTED] = { "supported_profiles", field_profile,
	    FIELD_FORM | FIELD_LIST, 64 },
	[U_FAILING] = { "failed_profiles", field_profile,
	    FIELD_FORM | FIELD_LIST, 64 },
	[U_CODES] = { "classification_codes", field_code,
	    FIELD_FORM | FIELD_LIST, 64 },
	{ NULL, NULL, 0, 0 },
};

/* --- the report, or the claim in its place -----------------------------------*/

static enum err
object_of(struct app *app, struct call *c, const void *p, size_t len,
    struct object **out)
{
	struct object	*o = NULL;
	enum err	 e;

	if ((e = object_new(app->conf->workdir, (int64_t)len, &o, &c->d)) ==
	    ERR_OK && (e = object_add(o, p, len, &c->d)) == ERR_OK &&
	    (e = object_seal(o, &c->d)) == ERR_OK) {
		*out = o;
		return ERR_OK;
	}
	object_free(o);
	return e;
}

static struct history_list
list_of(const struct value *v)
{
	return (struct history_list){ v->list, v->nlist };
}

/* Did the uploader say anything about a result? */
static bool
claims(const struct value *v)
{
	static const int hints[] = { U_STATUS, U_PASSED, U_FAILED, U_TOTAL,
		U_SUPPORTED, U_FAILING, U_CODES };

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (v[hints[i]].set)
			return true;
	return false;
}

static enum err
claim_object(struct app *app, struct call *c, const struct version_key *k,
    struct object **out)
{
	const struct value	*v = c->f.v;
	struct registry_claim	 claim = { .status = v[U_STATUS].str,
		.required_passed = v[U_PASSED].num,
		.required_failed = v[U_FAILED].num,
		.total = v[U_TOTAL].num, .matrix_path = v[U_MATRIX].str,
		.matrix_name = v[U_MATRIX_NAME].str,
		.markdown_path = v[U_MARKDOWN].str,
		.supported = list_of(&v[U_SUPPORTED]),
		.failed = list_of(&v[U_FAILING]),
		.codes = list_of(&v[U_CODES]) };
	struct buf		 b = BUF_INIT(CLAIM_MAX);
	enum err		 e;

	e = registry_claim_write(k, object_sha256(v[U_FILE].file),
	    object_size(v[U_FILE].file), &claim, &b);
	if (e == ERR_OK)
		e = object_of(app, c, b.data, b.len, out);
	buf_clear(&b);
	return e;
}

/* *own: made here, and freed by the caller. */
static enum err
report_object(struct app *app, struct call *c, const struct version_key *k,
    struct object **out, bool *own)
{
	const struct value	*v = c->f.v;

	*own = !v[U_REPORT].set;
	if (v[U_REPORT].set) {
		*out = v[U_REPORT].file;
		return ERR_OK;
	}
	if (v[U_REPORT_TEXT].set)
		return object_of(app, c, v[U_REPORT_TEXT].str,
		    strlen(v[U_REPORT_TEXT].str), out);
	return claim_object(app, c, k, out);
}

/* --- upload ------------------------------------------------------------------*/

static enum err
check_digest(struct call *c)
{
	const struct value	*v = c->f.v;
	const char		*is = object_sha256(v[U_FILE].file);

	if (!v[U_SHA256].set || strcmp(v[U_SHA256].str, is) == 0)
		return ERR_OK;
	diag_set(&c->d, ERR_INVAL, "artifact_sha256", "the upload's SHA-256 "
	    "is %s, not %s; nothing was stored", is, v[U_SHA256].str);
	diag_word(&c->d, "digest_mismatch");
	return ERR_INVAL;
}

/*
 * What the rows say already: a worker is not needed to refuse, and not to
 * repeat an answer.  It decides again on what it sees then.
 */
static enum err
precheck(struct app *app, struct call *c, const struct version_key *k,
    const struct object *report, bool *same)
{
	struct registry_version	 old;
	struct db		*db;
	const char		*word;
	enum err		 e;

	*same = false;
	if ((e = app_db(app, &db, &c->d)) != ERR_OK)
		return e;
	e = store_version_get(db, k, &old);
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	word = registry_same(&old, object_sha256(c->f.v[U_FILE].file),
	    object_sha256(report), &c->d);
	version_clear(&old);
	*same = word == NULL;
	diag_word(&c->d, word);
	return word == NULL ? ERR_OK : registry_refusal(word)->err;
}

static enum err
ask_upload(struct app *app, struct call *c, const struct version_key *k,
    struct object *report, bool *repeated)
{
	const struct value	*v = c->f.v;
	bool			 claim = !v[U_REPORT].set &&
				    !v[U_REPORT_TEXT].set;
	struct registry_details	 dt = { .variant = v[U_VARIANT].str,
		.uri = v[U_URI].str, .manifest_path = v[U_MANIFEST].str,
		.source_run_id = v[U_RUN].str, .matrix_path = "",
		.matrix_name = "", .markdown_path = "", .reason = "",
		.claimed = claim && claims(v) };
	struct object		*objects[] = { v[U_FILE].file, report };
	struct buf		 details = BUF_INIT(16 * 1024);
	struct registry_ask	 ask = { .kind = "upload", .key = *k,
		.sha256 = object_sha256(v[U_FILE].file),
		.size = object_size(v[U_FILE].file),
		.report_sha256 = object_sha256(report), .claim = claim,
		.actor = c->who.subject,
		.identity_type = principal_kind_name(c->who.kind),
		.request_id = c->rq->id, .address = c->who.address,
		.user_agent = c->rq->user_agent };
	enum err		 e;

	if ((e = registry_details_write(&dt, &details)) == ERR_OK) {
		ask.details = buf_str(&details);
		e = registry_ask(app, c, &ask, objects, 2, repeated);
	}
	buf_clear(&details);
	return e;
}

static enum err
upload_reply(struct app *app, struct call *c, const struct version_key *k,
    const struct registry_project *p, bool repeated)
{
	struct registry_version	 v;
	struct jsonw		*w;
	struct db		*db;
	char			 text[768];
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_version_get(db, k, &v)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_CORRUPT : e;
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	/* The names need no escaping: see their rule. */
	snprintf(text, sizeof(text), "/api/registry/artifacts/download?"
	    "tenant=%s&project=%s&artifact_name=%s&version=%s", k->tenant,
	    k->project, k->name, k->version);
	jsonw_str(w, "download_uri", text);
	jsonw_obj(w, "result");
	project_json(w, "project", p);
	jsonw_raw(w, "record", v.line, strlen(v.line));
	e = registry_artifact_path(k, v.sha256, text, sizeof(text));
	jsonw_str(w, "stored_artifact_path", text);
	jsonw_str(w, "stored_artifact_uri", c->f.v[U_URI].str);
	jsonw_int(w, "artifact_size_bytes", v.size);
	jsonw_str(w, "evidence", v.evidence);
	jsonw_bool(w, "repeated", repeated);
	jsonw_end(w);
	jsonw_end(w);
	version_clear(&v);
	return e;
}

enum err
h_registry_upload(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	const struct version_key k = { v[U_TENANT].str, v[U_PROJECT].str,
		v[U_NAME].str, v[U_VERSION].str };
	struct audit_event	 ev = { .action = "artifact_upload",
		.tenant = k.tenant, .project = k.project,
		.artifact_name = k.name, .artifact_version = k.version,
		.metadata = "{\"repeated\":true}", .fold = true };
	struct registry_project	 p;
	struct object		*report = NULL;
	struct db		*db;
	bool			 own = false, repeated = false;
	enum err		 e;

	if ((e = check_digest(c)) != ERR_OK ||
	    (e = registry_project_known(app, c, k.tenant, k.project, &db,
	    &p)) != ERR_OK)
		return e;
	if ((e = report_object(app, c, &k, &report, &own)) == ERR_OK &&
	    (e = precheck(app, c, &k, report, &repeated)) == ERR_OK)
		e = repeated ? audited_allow(app, c, &ev) :
		    ask_upload(app, c, &k, report, &repeated);
	if (e == ERR_OK)
		e = upload_reply(app, c, &k, &p, repeated);
	if (own)
		object_free(report);
	project_clear(&p);
	return e;
}

/* --- yank --------------------------------------------------------------------*/

enum { Y_TENANT, Y_PROJECT, Y_NAME, Y_VERSION, Y_REASON };

const struct field registry_yank_fields[] = {
	[Y_TENANT] = { "tenant", field_registry_id, TEXT | FIELD_REQUIRED,
	    ID_MAX },
	[Y_PROJECT] = { "project", field_registry_id, TEXT | FIELD_REQUIRED,
	    ID_MAX },
	[Y_NAME] = { "artifact_name", field_registry_id,
	    TEXT | FIELD_REQUIRED, ID_MAX },
	[Y_VERSION] = { "version", field_registry_id, TEXT | FIELD_REQUIRED,
	    ID_MAX },
	[Y_REASON] = { "reason", field_text, TEXT | FIELD_REQUIRED,
	    REGISTRY_REASON_MAX },
	{ NULL, NULL, 0, 0 },
};

static enum err
yank_reply(struct app *app, struct call *c, const struct version_key *k,
    bool repeated)
{
	struct registry_version	 v;
	struct jsonw		*w;
	struct db		*db;
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = store_version_get(db, k, &v)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_CORRUPT : e;
	w = reply_json(c->rp);
	jsonw_obj(w, NULL);
	version_json(w, "version", &v, true);
	jsonw_bool(w, "repeated", repeated);
	jsonw_end(w);
	version_clear(&v);
	return ERR_OK;
}

enum err
h_registry_yank(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	const struct version_key k = { v[Y_TENANT].str, v[Y_PROJECT].str,
		v[Y_NAME].str, v[Y_VERSION].str };
	struct registry_details	 dt = { .variant = "", .uri = "",
		.manifest_path = "", .source_run_id = "", .matrix_path = "",
		.matrix_name = "", .markdown_path = "",
		.reason = v[Y_REASON].str };
	struct registry_ask	 ask = { .kind = "yank", .key = k,
		.actor = c->who.subject,
		.identity_type = principal_kind_name(c->who.kind),
		.request_id = c->rq->id, .address = c->who.address,
		.user_agent = c->rq->user_agent };
	struct buf		 details = BUF_INIT(8 * 1024);
	struct db		*db;
	bool			 repeated;
	enum err		 e;

	if ((e = registry_project_known(app, c, k.tenant, k.project, &db,
	    NULL)) != ERR_OK ||
	    (e = registry_details_write(&dt, &details)) != ERR_OK)
		goto out;
	ask.details = buf_str(&details);
	if ((e = registry_ask(app, c, &ask, NULL, 0, &repeated)) == ERR_OK)
		e = yank_reply(app, c, &k, repeated);
out:
	buf_clear(&details);
	return e;
}
