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
}

void
history_next_clear(struct history_next *n)
{
	buf_clear(&n->line);
	buf_clear(&n->head_line);
}

/*
 * The digest in the column is what the next record will name: it has to be
 * that of the line beside it.
 */
static enum err
check_tail(const struct history_end *end, struct diag *d)
{
	struct history_entry	 en;
	char			 hex[SHA256_HEX_SIZE];
	enum err		 e;
	bool			 good;

	if (end->seq == 0)
		return ERR_OK;
	if ((e = history_parse(end->line, strlen(end->line), &en, NULL)) ==
	    ERR_NOMEM)
		return e;
	good = e == ERR_OK;
	if (good) {
		e = history_digest(&en.rec, en.style, hex);
		good = e == ERR_OK && strcmp(hex, end->sha256) == 0 &&
		    en.rec.record_sha256 != NULL &&
		    strcmp(hex, en.rec.record_sha256) == 0;
		history_entry_free(&en);
	}
	return good ? ERR_OK : diag_set(d, ERR_CORRUPT, NULL, "the last "
	    "record of the history (%lld) is not what was signed, so nothing "
	    "is appended to it; run \"bpfcompat history verify\" and restore "
	    "the row", (long long)end->seq);
}

static enum err
sign_end(const struct history_end *end, const char *digest,
    history_sign_fn sign, void *arg, struct history_next *n, struct diag *d)
{
	struct history_head	*h = &n->head;

	h->count = end->seq + 1;
	h->keys = end->keys;
	snprintf(h->chain, sizeof(h->chain), "%s", end->chain);
	snprintf(h->record_sha256, sizeof(h->record_sha256), "%s", digest);
	snprintf(h->keys_sha256, sizeof(h->keys_sha256), "%s",
	    end->keys_sha256);
	time_rfc3339(time_now_ms(), h->signed_at);
	return history_head_sign(h, sign, arg, &n->head_line, d);
}

static void
fill(const struct history_record *r, const struct history_next *n,
    struct history_new *out)
{
	*out = (struct history_new){ .run_id = r->run_id,
	    .created_at = r->created_at, .name = r->artifact_name,
	    .version = r->artifact_version, .sha256 = r->artifact_sha256,
	    .status = r->summary_status, .record_sha256 = r->record_sha256,
	    .line = buf_str(&n->line), .head = buf_str(&n->head_line) };
}

enum err
history_next_sign(const struct history_end *end, struct history_record *r,
    history_sign_fn sign, void *arg, struct history_next *n,
    struct history_new *out, struct diag *d)
{
	enum err	 e;

	buf_reset(&n->line);
	buf_reset(&n->head_line);
	if ((e = check_tail(end, d)) != ERR_OK)
		return e;
	r->prev_record_sha256 = end->sha256;
	if ((e = history_sign(r, sign, arg, &n->seal, d)) != ERR_OK ||
	    (e = history_line(r, JSONW_CANONICAL, &n->line)) != ERR_OK ||
	    (e = sign_end(end, n->seal.digest, sign, arg, n, d)) != ERR_OK)
		return e;
	fill(r, n, out);
	return ERR_OK;
}

enum err
history_next_keep(const struct history_end *end,
    const struct history_entry *en, history_sign_fn sign, void *arg,
    struct history_next *n, struct history_new *out, struct diag *d)
{
	const struct history_record	*r = &en->rec;
	enum err			 e;

	buf_reset(&n->line);
	buf_reset(&n->head_line);
	if (strcmp(r->prev_record_sha256 == NULL ? "" : r->prev_record_sha256,
	    end->sha256) != 0 || r->record_sha256 == NULL)
		return diag_set(d, ERR_INVAL, "prev_record_sha256", "the "
		    "record does not follow the end of the chain (%lld)",
		    (long long)end->seq);
	if ((e = check_tail(end, d)) != ERR_OK ||
	    (e = history_line(r, en->style, &n->line)) != ERR_OK ||
	    (e = sign_end(end, r->record_sha256, sign, arg, n, d)) != ERR_OK)
		return e;
	fill(r, n, out);
	return ERR_OK;
}
