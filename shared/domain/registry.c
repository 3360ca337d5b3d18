#include "domain/registry.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json_out.h"

#define PROJECTS	"cloud-registry/tenants/%s/projects/%s"

bool
registry_id_ok(const char *s)
{
	size_t	 n = strlen(s);

	if (n == 0 || n > REGISTRY_ID_MAX || !isalnum((unsigned char)s[0]) ||
	    (unsigned char)s[0] > 0x7f)
		return false;
	return strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

enum err
registry_id(const char *field, const char *value, struct diag *d)
{
	if (value == NULL || value[0] == '\0')
		return diag_set(d, ERR_INVAL, field, "%s is required", field);
	if (!registry_id_ok(value))
		return diag_set(d, ERR_INVAL, field, "%s must match %s",
		    field, REGISTRY_ID_RULE);
	return ERR_OK;
}

static enum err
fits(int n, size_t size)
{
	return n < 0 || (size_t)n >= size ? ERR_TOOBIG : ERR_OK;
}

enum err
registry_artifact_path(const struct version_key *k, const char *sha256,
    char *out, size_t size)
{
	return fits(snprintf(out, size, PROJECTS "/artifacts/%s/%s/%s.bpf.o",
	    k->tenant, k->project, k->name, k->version, sha256), size);
}

enum err
registry_report_path(const struct version_key *k, const char *sha256,
    char *out, size_t size)
{
	return fits(snprintf(out, size, PROJECTS "/reports/%s/%s/%.12s.json",
	    k->tenant, k->project, k->name, k->version, sha256), size);
}

/* --- reports ----------------------------------------------------------------*/

enum { W_SUPPORTED, W_FAILED, W_CODES, W__MAX };

void
registry_compat_clear(struct registry_compat *c)
{
	for (int i = 0; i < W__MAX; i++)
		history_words_free(&c->words[i]);
	free(c->status);
	free(c->run_id);
	free(c->matrix_path);
	free(c->matrix_name);
	free(c->markdown_path);
	memset(c, 0, sizeof(*c));
}

/* A word of letters and "_", lower-cased; "unknown" for a blank one. */
static enum err
take_status(const char *text, char **out, struct diag *d)
{
	size_t	 n;

	text += strspn(text, " \t\r\n");
	n = strcspn(text, " \t\r\n");
	if (n == 0)
		return (*out = strdup("unknown")) == NULL ? ERR_NOMEM :
		    ERR_OK;
	if ((*out = strndup(text, n)) == NULL)
		return ERR_NOMEM;
	for (char *p = *out; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (n > 32 || strspn(*out, "abcdefghijklmnopqrstuvwxyz_") != n)
		return diag_set(d, ERR_INVAL, "report_file",
		    "the report's summary.status must be one word of at most "
		    "32 letters");
	return ERR_OK;
}

static enum err
take_text(const struct jval *from, const char *key, char **out)
{
	*out = strdup(jval_get_str(from, key, ""));
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

/*
 * The runs of this server give a target's code as such; others put it into
 * an object.
 */
static const char *
target_code(const struct jval *t)
{
	const char	*code = jval_get_str(t, "classification_code", "");

	return code[0] != '\0' ? code :
	    jval_get_str(jval_get(t, "classification"), "code", "");
}

static enum err
take_targets(const struct jval *targets, struct registry_compat *c)
{
	size_t			 n = jval_len(targets);
	const struct jval	*t;
	bool			 pass;
	enum err		 e = ERR_OK;

	c->total = (int64_t)n;
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		t = jval_at(targets, i);
		pass = strcmp(jval_get_str(t, "status", ""), "pass") == 0;
		if (jval_get_bool(t, "required", false)) {
			c->required_passed += pass;
			c->required_failed += !pass;
		}
		e = history_words_add(&c->words[pass ? W_SUPPORTED :
		    W_FAILED], jval_get_str(t, "profile_id", ""));
		if (e == ERR_OK)
			e = history_words_add(&c->words[W_CODES],
			    target_code(t));
	}
	if (e == ERR_OK)
		e = history_words_list(&c->words[W_SUPPORTED], &c->supported);
	if (e == ERR_OK)
		e = history_words_list(&c->words[W_FAILED], &c->failed);
	if (e == ERR_OK)
		e = history_words_list(&c->words[W_CODES], &c->codes);
	return e;
}

/* The report has to name these very bytes. */
static enum err
same_object(const struct jval *doc, const char *sha256, struct diag *d)
{
	const char	*has = jval_get_str(jval_get(doc, "artifact"),
			    "sha256", "");

	if (strlen(has) == 64 && strcasecmp(has, sha256) == 0)
		return ERR_OK;
	return diag_set(d, ERR_INVAL, "report_file", "the report is not about "
	    "this artifact: it names %s%.64s, the upload is %s",
	    has[0] == '\0' ? "no digest" : "", has, sha256);
}

enum err
registry_compat_read(const char *report, size_t len, const char *sha256,
    struct registry_compat *c, struct diag *d)
{
	struct diag		 why = DIAG_INIT;
	const struct jval	*matrix, *paths, *targets;
	struct jval		*doc = NULL;
	enum err		 e;

	memset(c, 0, sizeof(*c));
	if ((e = jval_parse(report, len, &doc, &why)) != ERR_OK)
		return e == ERR_NOMEM ? e : diag_set(d, ERR_SYNTAX,
		    "report_file", "the report is no JSON: %s", why.msg);
	targets = jval_get(doc, "targets");
	matrix = jval_get(doc, "matrix");
	paths = jval_get(doc, "paths");
	if (jval_type(doc) != JVAL_OBJ || (targets != NULL &&
	    (jval_type(targets) != JVAL_ARR ||
	    jval_len(targets) > HISTORY_LIST_MAX)))
		e = diag_set(d, ERR_SYNTAX, "report_file", "the report is no "
		    "validation report: an object with at most %d targets",
		    HISTORY_LIST_MAX);
	else
		e = same_object(doc, sha256, d);
	if (e == ERR_OK)
		e = take_status(jval_get_str(jval_get(doc, "summary"),
		    "status", ""), &c->status, d);
	if (e == ERR_OK && (e = take_text(jval_get(doc, "run"), "id",
	    &c->run_id)) == ERR_OK && (e = take_text(matrix, "path",
	    &c->matrix_path)) == ERR_OK && (e = take_text(matrix, "name",
	    &c->matrix_name)) == ERR_OK && (e = take_text(paths, "markdown",
	    &c->markdown_path)) == ERR_OK)
		e = take_targets(targets, c);
	jval_free(doc);
	if (e != ERR_OK)
		registry_compat_clear(c);
	return e;
}

/* --- claims -----------------------------------------------------------------*/

static void
put_list(struct jsonw *w, const char *key, const struct history_list *l)
{
	if (l->n == 0)
		return;
	jsonw_arr(w, key);
	for (size_t i = 0; i < l->n; i++)
		jsonw_str(w, NULL, l->v[i]);
	jsonw_end(w);
}

enum err
registry_claim_write(const struct version_key *k, const char *sha256,
    int64_t size, const struct registry_claim *c, struct buf *out)
{
	const char	*status = c->status == NULL || c->status[0] == '\0' ?
			    "unknown" : c->status;
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", REGISTRY_CLAIM_SCHEMA);
	jsonw_obj(&w, "artifact");
	jsonw_str(&w, "name", k->name);
	jsonw_str(&w, "version", k->version);
	jsonw_str(&w, "sha256", sha256);
	jsonw_int(&w, "size_bytes", size);
	jsonw_end(&w);
	jsonw_obj(&w, "compatibility");
	jsonw_str(&w, "summary_status", status);
	jsonw_int_opt(&w, "required_passed", c->required_passed);
	jsonw_int_opt(&w, "required_failed", c->required_failed);
	jsonw_int_opt(&w, "total_profiles", c->total != 0 ? c->total :
	    c->required_passed + c->required_failed);
	put_list(&w, "supported_profiles", &c->supported);
	put_list(&w, "failed_profiles", &c->failed);
	put_list(&w, "classification_codes", &c->codes);
	jsonw_str_opt(&w, "matrix_path", c->matrix_path);
	jsonw_str_opt(&w, "matrix_name", c->matrix_name);
	jsonw_str_opt(&w, "markdown_path", c->markdown_path);
	jsonw_end(&w);
	jsonw_bool(&w, "verified", false);
	jsonw_end(&w);
	buf_addc(out, '\n');
	return buf_err(out);
}

/* --- a request's details ------------------------------------------------------*/

static const struct {
	const char	*key;
	size_t		 at;
} texts[] = {
#define TEXT(m)	{ #m, offsetof(struct registry_details, m) }
	TEXT(variant), TEXT(uri), TEXT(manifest_path), TEXT(source_run_id),
	TEXT(matrix_path), TEXT(matrix_name), TEXT(markdown_path),
	TEXT(reason),
#undef TEXT
};

#define NTEXTS	(sizeof(texts) / sizeof(texts[0]))

static const char **
text_at(struct registry_details *x, size_t i)
{
	return (const char **)(void *)((char *)x + texts[i].at);
}

enum err
registry_details_write(const struct registry_details *x, struct buf *out)
{
	struct registry_details	 copy = *x;
	struct jsonw		 w;

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	for (size_t i = 0; i < NTEXTS; i++)
		jsonw_str_opt(&w, texts[i].key, *text_at(&copy, i));
	if (x->claimed)
		jsonw_bool(&w, "claimed", true);
	if (x->sync)
		jsonw_bool(&w, "sync", true);
	jsonw_end(&w);
	return buf_err(out);
}

enum err
registry_details_read(const char *text, struct registry_details *x)
{
	memset(x, 0, sizeof(*x));
	if (jval_parse(text, strlen(text), &x->doc, NULL) != ERR_OK)
		return ERR_CORRUPT;
	for (size_t i = 0; i < NTEXTS; i++)
		*text_at(x, i) = jval_get_str(x->doc, texts[i].key, "");
	x->claimed = jval_get_bool(x->doc, "claimed", false);
	x->sync = jval_get_bool(x->doc, "sync", false);
	return ERR_OK;
}

void
registry_details_clear(struct registry_details *x)
{
	jval_free(x->doc);
	memset(x, 0, sizeof(*x));
}

/* --- refusals -----------------------------------------------------------------*/

const struct registry_refusal *
registry_refusal(const char *code)
{
	static const struct registry_refusal rows[] = {
		{ REFUSE_PROJECT, ERR_NOTFOUND, "project" },
		{ REFUSE_EXISTS, ERR_EXISTS, "artifact_version" },
		{ REFUSE_YANKED, ERR_EXISTS, "artifact_version" },
		{ REFUSE_VERSIONS, ERR_EXISTS, "artifact_name" },
		{ REFUSE_STORAGE, ERR_NOSPACE, "artifact_file" },
		{ REFUSE_REPORT, ERR_SYNTAX, "report_file" },
		{ REFUSE_MISMATCH, ERR_INVAL, "report_file" },
		{ REFUSE_UNKNOWN, ERR_NOTFOUND, "version" },
		{ REFUSE_DAMAGED, ERR_CORRUPT, "" },
		{ REFUSE_RECORD, ERR_INVAL, "" },
		{ REFUSE_HISTORY, ERR_CORRUPT, "" },
		{ "internal", ERR_INTERNAL, "" },
	};
	const size_t	 n = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].code, code) == 0)
			return &rows[i];
	return &rows[n - 1];
}

const char *
registry_quota(const struct registry_limits *l, int64_t versions,
    int64_t bytes, int64_t size, struct diag *d)
{
	if (l->versions_per_name > 0 && versions >= l->versions_per_name) {
		diag_set(d, ERR_EXISTS, "artifact_name", "this artifact has "
		    "%lld versions, as many as a name may have "
		    "(BPFCOMPAT_REGISTRY_MAX_ARTIFACT_VERSIONS_PER_NAME); "
		    "use another name", (long long)versions);
		return REFUSE_VERSIONS;
	}
	if (l->project_bytes > 0 && size > l->project_bytes - bytes) {
		diag_set(d, ERR_NOSPACE, "artifact_file", "the project holds "
		    "%lld of the %lld bytes it may "
		    "(BPFCOMPAT_REGISTRY_MAX_PROJECT_STORAGE_BYTES); the "
		    "upload has %lld", (long long)bytes,
		    (long long)l->project_bytes, (long long)size);
		return REFUSE_STORAGE;
	}
	return NULL;
}

const char *
registry_same(const struct registry_version *v, const char *sha256,
    const char *report_sha256, struct diag *d)
{
	if (v->yanked_at[0] != '\0') {
		diag_set(d, ERR_EXISTS, "artifact_version", "this version was "
		    "yanked and its name is not given again; use another "
		    "version");
		return REFUSE_YANKED;
	}
	if (strcmp(v->sha256, sha256) != 0) {
		diag_set(d, ERR_EXISTS, "artifact_version", "this version is "
		    "there with other bytes (%s); versions never change, use "
		    "another one", v->sha256);
		return REFUSE_EXISTS;
	}
	if (strcmp(v->report_sha256, report_sha256) != 0) {
		diag_set(d, ERR_EXISTS, "artifact_version", "this version is "
		    "there with the same bytes but another report or claim; "
		    "versions never change, use another one");
		return REFUSE_EXISTS;
	}
	return NULL;
}
