#include "domain/history.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "domain/history_fields.h"

#define ROW(name, kind, flags)						\
	{ #name, sizeof(#name) - 1, offsetof(struct history_record, name),	\
	    HISTORY_##kind, (flags) }
#define OPTIONAL	HISTORY_OPTIONAL
#define SEAL		HISTORY_SEAL

const struct history_field_row history_fields[HISTORY_NFIELDS] = {
	ROW(schema_version, TEXT, 0),
	ROW(run_id, TEXT, 0),
	ROW(run_started_at, TEXT, 0),
	ROW(created_at, TEXT, 0),
	ROW(artifact_name, TEXT, 0),
	ROW(artifact_version, TEXT, 0),
	ROW(artifact_variant, TEXT, OPTIONAL),
	ROW(artifact_path, TEXT, 0),
	ROW(artifact_uri, TEXT, OPTIONAL),
	ROW(artifact_sha256, TEXT, 0),
	ROW(record_sha256, TEXT, OPTIONAL | SEAL),
	ROW(prev_record_sha256, TEXT, OPTIONAL),
	ROW(signature_alg, TEXT, OPTIONAL | SEAL),
	ROW(signature_key_id, TEXT, OPTIONAL | SEAL),
	ROW(signature_public_key, TEXT, OPTIONAL | SEAL),
	ROW(signature, TEXT, OPTIONAL | SEAL),
	ROW(manifest_path, TEXT, OPTIONAL),
	ROW(matrix_path, TEXT, 0),
	ROW(matrix_name, TEXT, OPTIONAL),
	ROW(summary_status, TEXT, 0),
	ROW(required_passed, COUNT, 0),
	ROW(required_failed, COUNT, 0),
	ROW(total_profiles, COUNT, 0),
	ROW(supported_profiles, LIST, OPTIONAL),
	ROW(failed_profiles, LIST, OPTIONAL),
	ROW(classification_codes, LIST, OPTIONAL),
	ROW(json_report_path, TEXT, 0),
	ROW(markdown_path, TEXT, OPTIONAL),
};

static const char *
text_at(const struct history_record *r, const struct history_field_row *f)
{
	const char	*s;

	memcpy(&s, (const char *)r + f->at, sizeof(s));
	return s == NULL ? "" : s;
}

static int64_t
count_at(const struct history_record *r, const struct history_field_row *f)
{
	int64_t	 n;

	memcpy(&n, (const char *)r + f->at, sizeof(n));
	return n;
}

static struct history_list
list_at(const struct history_record *r, const struct history_field_row *f)
{
	struct history_list	 l;

	memcpy(&l, (const char *)r + f->at, sizeof(l));
	return l;
}

/* --- writing -------------------------------------------------------------- */

static void
write_field(struct jsonw *w, const struct history_record *r,
    const struct history_field_row *f)
{
	struct history_list	 l;

	switch (f->kind) {
	case HISTORY_TEXT:
		if (f->flags & OPTIONAL)
			jsonw_str_opt(w, f->key, text_at(r, f));
		else
			jsonw_str(w, f->key, text_at(r, f));
		return;
	case HISTORY_COUNT:
		jsonw_int(w, f->key, count_at(r, f));
		return;
	case HISTORY_LIST:
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
	for (size_t i = 0; i < HISTORY_NFIELDS; i++)
		if ((history_fields[i].flags & left_out) == 0)
			write_field(&w, r, &history_fields[i]);
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
check_field(const struct history_record *r, const struct history_field_row *f,
    struct diag *d)
{
	struct history_list	 l;
	enum err		 e = ERR_OK;

	switch (f->kind) {
	case HISTORY_TEXT:
		return check_text(f->key, text_at(r, f), d);
	case HISTORY_COUNT:
		return count_at(r, f) >= 0 ? ERR_OK : diag_set(d, ERR_INVAL,
		    f->key, "%s is negative", f->key);
	case HISTORY_LIST:
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
	for (size_t i = 0; i < HISTORY_NFIELDS; i++)
		if ((e = check_field(r, &history_fields[i], d)) != ERR_OK)
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
	return seal->want == NULL || strcmp(seal->want, seal->public_key) ==
	    0 ? ERR_OK : diag_set(d, ERR_WRONGSTATE, NULL, "the key at hand "
	    "(%s) is not the one that signs now", seal->key_id);
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
