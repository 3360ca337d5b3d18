#include "domain/history_next.h"

#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"

void
history_next_init(struct history_next *n)
{
	memset(n, 0, sizeof(*n));
	buf_init(&n->line, HISTORY_LINE_MAX);
	buf_init(&n->head_line, HISTORY_LINE_MAX);
	buf_init(&n->begin_line, HISTORY_KEYLINE_MAX);
}

void
history_next_clear(struct history_next *n)
{
	buf_clear(&n->line);
	buf_clear(&n->head_line);
	buf_clear(&n->begin_line);
}

/*
 * The digest in the column is what the next record will name: it has to be
 * that of the line beside it.
 */
static enum err
check_tail(const struct history_end *end, struct diag *d)
{
	struct buf		 b = BUF_INIT(HISTORY_LINE_MAX);
	struct history_scan	 sc;
	char			 hex[SHA256_HEX_SIZE];
	bool			 good;

	if (end->seq == 0)
		return ERR_OK;
	good = history_scan(end->line, strlen(end->line), &sc) &&
	    history_scan_canonical(&sc, &b) == ERR_OK &&
	    sha256_mem(b.data, b.len, hex) == ERR_OK &&
	    strcmp(hex, end->sha256) == 0 &&
	    history_scan_is(&sc, HISTORY_RECORD_SHA256, hex);
	buf_clear(&b);
	return good ? ERR_OK : diag_set(d, ERR_CORRUPT, NULL, "the last "
	    "record of the history (%lld) is not what was signed, so nothing "
	    "is appended to it; run \"bpfcompat history verify\" and restore "
	    "the row", (long long)end->seq);
}

static void
start(const struct history_end *end, struct history_next *n)
{
	buf_reset(&n->line);
	buf_reset(&n->head_line);
	buf_reset(&n->begin_line);
	n->seal.want = end->keys.seq == 0 ? NULL : end->keys.key;
}

/* The statement that the key which has just signed is the first one. */
static enum err
sign_begin(history_sign_fn sign, void *arg, const struct history_seal *by,
    struct history_next *n, struct diag *d)
{
	struct history_keyline	*k = &n->begin;
	enum err		 e;

	memset(k, 0, sizeof(*k));
	k->seq = 1;
	k->seal.want = by->public_key;
	time_rfc3339(time_now_ms(), k->at);
	snprintf(k->action, sizeof(k->action), "begin");
	snprintf(k->key_id, sizeof(k->key_id), "%s", by->key_id);
	snprintf(k->public_key, sizeof(k->public_key), "%s", by->public_key);
	if ((e = history_keyline_sign(k, sign, NULL, arg, &n->begin_line,
	    d)) != ERR_OK || (e = sha256_mem(n->begin_line.data,
	    n->begin_line.len, n->begin_sha256)) != ERR_OK)
		return e;
	n->begin_row = (struct key_row){ 1, k->at, k->action, k->key_id,
	    k->public_key, "", n->begin_sha256, "",
	    buf_str(&n->begin_line) };
	return ERR_OK;
}

/* Signs the end, and the begin of the ring when there is none. */
static enum err
sign_end(const struct history_end *end, const char *digest,
    history_sign_fn sign, void *arg, struct history_next *n, struct diag *d)
{
	struct history_head	*h = &n->head;
	enum err		 e;

	memset(h, 0, sizeof(*h));
	h->count = end->seq + 1;
	h->keys = end->keys.seq;
	snprintf(h->chain, sizeof(h->chain), "%s", end->chain);
	snprintf(h->record_sha256, sizeof(h->record_sha256), "%s", digest);
	snprintf(h->keys_sha256, sizeof(h->keys_sha256), "%s",
	    end->keys.sha256);
	time_rfc3339(time_now_ms(), h->signed_at);
	h->seal.want = n->seal.want;
	if (end->keys.seq > 0)
		return history_head_sign(h, sign, arg, &n->head_line, d);
	/* Who signs is known only after somebody did. */
	if ((e = history_head_sign(h, sign, arg, &n->head_line, d)) !=
	    ERR_OK || (e = sign_begin(sign, arg, &h->seal, n, d)) != ERR_OK)
		return e;
	buf_reset(&n->head_line);
	h->keys = 1;
	memcpy(h->keys_sha256, n->begin_sha256, sizeof(h->keys_sha256));
	h->seal.want = n->begin.public_key;
	return history_head_sign(h, sign, arg, &n->head_line, d);
}

static void
fill(const struct history_end *end, const struct history_record *r,
    const struct history_next *n, struct history_new *out)
{
	*out = (struct history_new){ .run_id = r->run_id,
	    .created_at = r->created_at, .name = r->artifact_name,
	    .version = r->artifact_version, .sha256 = r->artifact_sha256,
	    .status = r->summary_status, .record_sha256 = r->record_sha256,
	    .line = buf_str(&n->line), .head = buf_str(&n->head_line),
	    .begin = end->keys.seq == 0 ? &n->begin_row : NULL };
}

enum err
history_next_sign(const struct history_end *end, struct history_record *r,
    history_sign_fn sign, void *arg, struct history_next *n,
    struct history_new *out, struct diag *d)
{
	enum err	 e;

	start(end, n);
	if ((e = check_tail(end, d)) != ERR_OK)
		return e;
	r->prev_record_sha256 = end->sha256;
	if (r->created_at != NULL && strcmp(r->created_at, end->keys.from) <
	    0) {
		snprintf(n->created, sizeof(n->created), "%s",
		    end->keys.from);
		r->created_at = n->created;
	}
	if ((e = history_sign(r, sign, arg, &n->seal, d)) != ERR_OK ||
	    (e = history_line(r, JSONW_CANONICAL, &n->line)) != ERR_OK ||
	    (e = sign_end(end, n->seal.digest, sign, arg, n, d)) != ERR_OK)
		return e;
	fill(end, r, n, out);
	return ERR_OK;
}

enum err
history_next_keep(const struct history_end *end,
    const struct history_entry *en, history_sign_fn sign, void *arg,
    struct history_next *n, struct history_new *out, struct diag *d)
{
	const struct history_record	*r = &en->rec;
	enum err			 e;

	start(end, n);
	if (strcmp(r->prev_record_sha256 == NULL ? "" : r->prev_record_sha256,
	    end->sha256) != 0 || r->record_sha256 == NULL)
		return diag_set(d, ERR_INVAL, "prev_record_sha256", "the "
		    "record does not follow the end of the chain (%lld)",
		    (long long)end->seq);
	if ((e = check_tail(end, d)) != ERR_OK ||
	    (e = history_line(r, en->style, &n->line)) != ERR_OK ||
	    (e = sign_end(end, r->record_sha256, sign, arg, n, d)) != ERR_OK)
		return e;
	fill(end, r, n, out);
	return ERR_OK;
}
