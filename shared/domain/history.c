#include "domain/history.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum	kind { TEXT, COUNT, LIST };

/* May be left out when empty; is made by the seal, so it is not signed. */
#define OPTIONAL	01
#define SEAL		02

struct	field {
	const char	*key;
	size_t		 at;	/* in struct history_record */
	enum kind	 kind;
	int		 flags;
};

#define AT(name)	#name, offsetof(struct history_record, name)

/* In the order of the file. */
static const struct field fields[] = {
	{ AT(schema_version), TEXT, 0 },
	{ AT(run_id), TEXT, 0 },
	{ AT(run_started_at), TEXT, 0 },
	{ AT(created_at), TEXT, 0 },
	{ AT(artifact_name), TEXT, 0 },
	{ AT(artifact_version), TEXT, 0 },
	{ AT(artifact_variant), TEXT, OPTIONAL },
	{ AT(artifact_path), TEXT, 0 },
	{ AT(artifact_uri), TEXT, OPTIONAL },
	{ AT(artifact_sha256), TEXT, 0 },
	{ AT(record_sha256), TEXT, OPTIONAL | SEAL },
	{ AT(prev_record_sha256), TEXT, OPTIONAL },
	{ AT(signature_alg), TEXT, OPTIONAL | SEAL },
	{ AT(signature_key_id), TEXT, OPTIONAL | SEAL },
	{ AT(signature_public_key), TEXT, OPTIONAL | SEAL },
	{ AT(signature), TEXT, OPTIONAL | SEAL },
	{ AT(manifest_path), TEXT, OPTIONAL },
	{ AT(matrix_path), TEXT, 0 },
	{ AT(matrix_name), TEXT, OPTIONAL },
	{ AT(summary_status), TEXT, 0 },
	{ AT(required_passed), COUNT, 0 },
	{ AT(required_failed), COUNT, 0 },
	{ AT(total_profiles), COUNT, 0 },
	{ AT(supported_profiles), LIST, OPTIONAL },
	{ AT(failed_profiles), LIST, OPTIONAL },
	{ AT(classification_codes), LIST, OPTIONAL },
	{ AT(json_report_path), TEXT, 0 },
	{ AT(markdown_path), TEXT, OPTIONAL },
};
#define NFIELDS	(sizeof(fields) / sizeof(fields[0]))

static const char *
text_at(const struct history_record *r, const struct field *f)
{
	const char	*s;

	memcpy(&s, (const char *)r + f->at, sizeof(s));
	return s == NULL ? "" : s;
}

static int64_t
count_at(const struct history_record *r, const struct field *f)
{
	int64_t	 n;

	memcpy(&n, (const char *)r + f->at, sizeof(n));
	return n;
}

static struct history_list
list_at(const struct history_record *r, const struct field *f)
{
	struct history_list	 l;

	memcpy(&l, (const char *)r + f->at, sizeof(l));
	return l;
}

/* --- writing -------------------------------------------------------------- */

static void
write_field(struct jsonw *w, const struct history_record *r,
    const struct field *f)
{
	struct history_list	 l;

	switch (f->kind) {
	case TEXT:
		if (f->flags & OPTIONAL)
			jsonw_str_opt(w, f->key, text_at(r, f));
		else
			jsonw_str(w, f->key, text_at(r, f));
		return;
	case COUNT:
		jsonw_int(w, f->key, count_at(r, f));
		return;
	case LIST:
		l = list_at(r, f);
		if (l.n == 0)
			return;
		jsonw_arr(w, f->key);
		for (size_t i = 0; i < l.n; i++)
			jsonw_str(w, NULL, l.v[i]);
		jsonw_end(w);
	}
}

static enum err
write_record(const struct history_record *r, enum jsonw_style style,
    int left_out, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, style);
	jsonw_obj(&w, NULL);
	for (size_t i = 0; i < NFIELDS; i++)
		if ((fields[i].flags & left_out) == 0)
			write_field(&w, r, &fields[i]);
	jsonw_end(&w);
	return buf_err(out);
}

enum err
history_canonical(const struct history_record *r, enum jsonw_style style,
    struct buf *out)
{
	return write_record(r, style, SEAL, out);
}

enum err
history_line(const struct history_record *r, enum jsonw_style style,
    struct buf *out)
{
	return write_record(r, style, 0, out);
}

enum err
history_digest(const struct history_record *r, enum jsonw_style style,
    char hex[static SHA256_HEX_SIZE])
{
	struct buf	 b = BUF_INIT(HISTORY_LINE_MAX);
	enum err	 e;

	if ((e = history_canonical(r, style, &b)) == ERR_OK)
		e = sha256_mem(b.data, b.len, hex);
	buf_clear(&b);
	return e;
}

/* --- rules ---------------------------------------------------------------- */

static enum err
check_text(const char *key, const char *s, struct diag *d)
{
	size_t	 len = strlen(s);

	if (len > HISTORY_TEXT_MAX)
		return diag_set(d, ERR_INVAL, key, "%s has %zu bytes, at most "
		    "%zu are kept", key, len, HISTORY_TEXT_MAX);
	if (!utf8_valid(s, len))
		return diag_set(d, ERR_INVAL, key, "%s is not UTF-8; such a "
		    "record could never be verified", key);
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return diag_set(d, ERR_INVAL, key, "%s holds a control "
			    "character", key);
	return ERR_OK;
}

static enum err
check_field(const struct history_record *r, const struct field *f,
    struct diag *d)
{
	struct history_list	 l;
	enum err		 e = ERR_OK;

	switch (f->kind) {
	case TEXT:
		return check_text(f->key, text_at(r, f), d);
	case COUNT:
		return count_at(r, f) >= 0 ? ERR_OK : diag_set(d, ERR_INVAL,
		    f->key, "%s is negative", f->key);
	case LIST:
		l = list_at(r, f);
		if (l.n > HISTORY_LIST_MAX)
			return diag_set(d, ERR_INVAL, f->key, "%s has %zu "
			    "entries, at most %d are kept", f->key, l.n,
			    HISTORY_LIST_MAX);
		for (size_t i = 0; i < l.n && e == ERR_OK; i++)
			e = check_text(f->key, l.v[i], d);
		return e;
	}
	return ERR_INTERNAL;
}

static bool
blank(const char *s)
{
	return s == NULL || s[strspn(s, " \t\r\n\v\f")] == '\0';
}

enum err
history_check(const struct history_record *r, struct diag *d)
{
	const struct { const char *key, *s; } needed[] = {
		{ "artifact_name", r->artifact_name },
		{ "artifact_version", r->artifact_version },
		{ "artifact_sha256", r->artifact_sha256 },
		{ "json_report_path", r->json_report_path },
	};
	enum err	 e;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (blank(needed[i].s))
			return diag_set(d, ERR_INVAL, needed[i].key,
			    "a history record needs %s", needed[i].key);
	if (!hex_is_sha256(r->artifact_sha256))
		return diag_set(d, ERR_INVAL, "artifact_sha256",
		    "artifact_sha256 is not 64 lower-case hex digits");
	for (size_t i = 0; i < NFIELDS; i++)
		if ((e = check_field(r, &fields[i], d)) != ERR_OK)
			return e;
	return ERR_OK;
}

static char *
trim(char *s)
{
	size_t	 len;

	while (*s != '\0' && isspace((unsigned char)*s))
		s++;
	for (len = strlen(s); len > 0 && isspace((unsigned char)s[len - 1]);)
		s[--len] = '\0';
	return s;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
history_normalize(char **v, size_t *n)
{
	size_t	 kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (*(v[kept] = trim(v[i])) != '\0')
			kept++;
	if (kept > 1)
		qsort(v, kept, sizeof(*v), by_bytes);
	*n = 0;
	for (size_t i = 0; i < kept; i++)
		if (*n == 0 || strcmp(v[*n - 1], v[i]) != 0)
			v[(*n)++] = v[i];
}

/* --- reading -------------------------------------------------------------- */

static enum err
read_list(const struct field *f, const struct jval *j,
    struct history_record *r, struct diag *d)
{
	struct history_list	 l = { NULL, jval_len(j) };

	if (jval_type(j) != JVAL_ARR || l.n > HISTORY_LIST_MAX)
		return diag_set(d, ERR_CORRUPT, f->key, "%s is no list of at "
		    "most %d texts", f->key, HISTORY_LIST_MAX);
	if (l.n > 0 && (l.v = calloc(l.n, sizeof(*l.v))) == NULL)
		return ERR_NOMEM;
	/* The record owns it from here on, also when the check fails. */
	memcpy((char *)r + f->at, &l, sizeof(l));
	for (size_t i = 0; i < l.n; i++)
		if ((l.v[i] = jval_str(jval_at(j, i), NULL)) == NULL)
			return diag_set(d, ERR_CORRUPT, f->key, "%s holds "
			    "something that is no text", f->key);
	return ERR_OK;
}

static enum err
read_field(const struct field *f, const struct jval *j,
    struct history_record *r, struct diag *d)
{
	const char	*s;
	int64_t		 n;

	if (f->kind == LIST)
		return read_list(f, j, r, d);
	if (jval_type(j) != (f->kind == TEXT ? JVAL_STR : JVAL_INT))
		return diag_set(d, ERR_CORRUPT, f->key, "%s has the wrong "
		    "type", f->key);
	if (f->kind == TEXT) {
		s = jval_str(j, "");
		memcpy((char *)r + f->at, &s, sizeof(s));
	} else {
		n = jval_int(j, 0);
		memcpy((char *)r + f->at, &n, sizeof(n));
	}
	return ERR_OK;
}

struct	reading {
	struct history_record	*rec;
	struct diag		*diag;
};

static enum err
read_member(const char *key, const struct jval *j, void *arg)
{
	struct reading	*rd = arg;

	for (size_t i = 0; i < NFIELDS; i++)
		if (strcmp(fields[i].key, key) == 0)
			return read_field(&fields[i], j, rd->rec, rd->diag);
	return diag_set(rd->diag, ERR_CORRUPT, NULL, "unknown key \"%.64s\"",
	    key);
}

/* Does writing the record again give the same bytes? */
static bool
same_bytes(struct history_entry *en, const char *line, size_t len)
{
	static const enum jsonw_style styles[] = { JSONW_CANONICAL,
		JSONW_CANONICAL_LONG };
	struct buf	 b = BUF_INIT(HISTORY_LINE_MAX);
	bool		 same = false;

	for (size_t i = 0; i < 2 && !same; i++) {
		buf_reset(&b);
		en->style = styles[i];
		same = history_line(&en->rec, styles[i], &b) == ERR_OK &&
		    b.len == len && memcmp(b.data, line, len) == 0;
	}
	buf_clear(&b);
	return same;
}

enum err
history_parse(const char *line, size_t len, struct history_entry *en,
    struct diag *d)
{
	struct reading	 rd = { &en->rec, d };
	enum err	 e;

	memset(en, 0, sizeof(*en));
	while (len > 0 && isspace((unsigned char)line[len - 1]))
		len--;
	for (; len > 0 && isspace((unsigned char)*line); len--)
		line++;
	if (len > HISTORY_LINE_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "the line has %zu bytes, "
		    "at most %zu are read", len, HISTORY_LINE_MAX);
	if ((e = jval_parse(line, len, &en->doc, d)) != ERR_OK)
		return e;
	if (jval_type(en->doc) != JVAL_OBJ)
		e = diag_set(d, ERR_CORRUPT, NULL, "the line is no object");
	else if ((e = jval_each(en->doc, read_member, &rd)) == ERR_OK &&
	    !same_bytes(en, line, len))
		e = diag_set(d, ERR_CORRUPT, NULL, "the line is not as its "
		    "writer wrote it (order of keys, spaces or escapes)");
	if (e != ERR_OK)
		history_entry_free(en);
	return e;
}

void
history_entry_free(struct history_entry *en)
{
	free(en->rec.supported_profiles.v);
	free(en->rec.failed_profiles.v);
	free(en->rec.classification_codes.v);
	jval_free(en->doc);
	memset(en, 0, sizeof(*en));
}

/* --- sealing -------------------------------------------------------------- */

/* base64 into an array that is large enough by its definition. */
static enum err
b64_into(const unsigned char *p, size_t len, char *out, size_t size)
{
	struct buf	 b = BUF_INIT(size - 1);
	enum err	 e;

	if ((e = b64_encode(p, len, &b)) == ERR_OK)
		memcpy(out, buf_str(&b), b.len + 1);
	buf_clear(&b);
	return e;
}

enum err
history_sign_local(void *arg, const void *p, size_t len,
    struct history_seal *seal, struct diag *d)
{
	const struct ed25519_key	*key = arg;
	unsigned char			 sig[ED25519_SIG_LEN];
	enum err			 e;

	if ((e = ed25519_sign(key, p, len, sig)) != ERR_OK ||
	    (e = b64_into(sig, sizeof(sig), seal->signature,
	    sizeof(seal->signature))) != ERR_OK ||
	    (e = b64_into(ed25519_public(key), ED25519_PUBLIC_LEN,
	    seal->public_key, sizeof(seal->public_key))) != ERR_OK)
		return diag_set(d, e, NULL, "signing failed");
	ed25519_key_id(ed25519_public(key), seal->key_id);
	return ERR_OK;
}

enum err
history_sign(struct history_record *r, history_sign_fn sign, void *arg,
    struct history_seal *seal, struct diag *d)
{
	struct buf	 b = BUF_INIT(HISTORY_LINE_MAX);
	enum err	 e;

	if (blank(r->schema_version))
		r->schema_version = HISTORY_SCHEMA;
	if ((e = history_check(r, d)) == ERR_OK &&
	    (e = history_canonical(r, JSONW_CANONICAL, &b)) == ERR_OK &&
	    (e = sha256_mem(b.data, b.len, seal->digest)) == ERR_OK)
		e = sign(arg, b.data, b.len, seal, d);
	buf_clear(&b);
	if (e != ERR_OK)
		return e;
	r->record_sha256 = seal->digest;
	r->signature_alg = "ed25519";
	r->signature_key_id = seal->key_id;
	r->signature_public_key = seal->public_key;
	r->signature = seal->signature;
	return ERR_OK;
}
