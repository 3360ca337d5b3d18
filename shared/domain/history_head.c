#include "domain/history_head.h"

#include <string.h>

#include "base/json_in.h"

/* Names, digests, a time, a key and a signature are below 1000 bytes. */
#define HEAD_MAX	2048

static enum err
write_head(const struct history_head *h, bool sealed, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_CANONICAL);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", HISTORY_HEAD_SCHEMA);
	jsonw_str_opt(&w, "chain", h->chain);
	jsonw_int(&w, "count", h->count);
	jsonw_str(&w, "record_sha256", h->record_sha256);
	jsonw_int_opt(&w, "keys", h->keys);
	jsonw_str_opt(&w, "keys_sha256", h->keys_sha256);
	jsonw_str(&w, "signed_at", h->signed_at);
	if (sealed)
		history_seal_write(&w, &h->seal);
	jsonw_end(&w);
	return buf_err(out);
}

enum err
history_head_sign(struct history_head *h, history_sign_fn sign, void *arg,
    struct buf *line, struct diag *d)
{
	struct buf	 b = BUF_INIT(HEAD_MAX);
	enum err	 e;

	if ((e = write_head(h, false, &b)) == ERR_OK &&
	    (e = sign(arg, b.data, b.len, &h->seal, d)) == ERR_OK)
		e = write_head(h, true, line);
	buf_clear(&b);
	return e;
}

/* Writing it again has to give the same bytes, so nothing else is in it. */
static bool
same_bytes(const struct history_head *h, const char *line, size_t len)
{
	struct buf	 b = BUF_INIT(HEAD_MAX);
	bool		 same;

	same = write_head(h, true, &b) == ERR_OK && b.len == len &&
	    memcmp(b.data, line, len) == 0;
	buf_clear(&b);
	return same;
}

static bool
signature_good(const struct history_head *h, const struct history_trust *t)
{
	struct buf	 b = BUF_INIT(HEAD_MAX);
	bool		 good;

	good = write_head(h, false, &b) == ERR_OK &&
	    history_trust_verifies(t, &h->seal, b.data, b.len);
	buf_clear(&b);
	return good;
}

enum history_fault
history_head_read(const char *line, size_t len,
    const struct history_trust *t, struct history_head *h, struct diag *d)
{
	struct jval	*doc = NULL;

	memset(h, 0, sizeof(*h));
	if (len > HEAD_MAX || jval_parse(line, len, &doc, NULL) != ERR_OK) {
		diag_set(d, ERR_CORRUPT, NULL, "the signed end of the chain "
		    "cannot be read");
		return HF_HEAD_FORM;
	}
	h->count = jval_get_int(doc, "count", -1);
	jval_copy_str(doc, "chain", h->chain, sizeof(h->chain));
	jval_copy_str(doc, "record_sha256", h->record_sha256,
	    sizeof(h->record_sha256));
	h->keys = jval_get_int(doc, "keys", 0);
	jval_copy_str(doc, "keys_sha256", h->keys_sha256,
	    sizeof(h->keys_sha256));
	jval_copy_str(doc, "signed_at", h->signed_at, sizeof(h->signed_at));
	history_seal_read(doc, &h->seal);
	jval_free(doc);
	if (!same_bytes(h, line, len)) {
		diag_set(d, ERR_CORRUPT, NULL, "the signed end of the chain "
		    "is not as its writer wrote it");
		return HF_HEAD_FORM;
	}
	if (signature_good(h, t))
		return HF_NONE;
	diag_set(d, ERR_CORRUPT, NULL, "the signed end of the chain is not "
	    "signed by a trusted key");
	return HF_HEAD_FORGED;
}
