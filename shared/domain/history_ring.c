#include "domain/history_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/json_in.h"
#include "base/json_out.h"

/* --- one statement --------------------------------------------------------------*/

static enum err
write_line(const struct history_keyline *k, bool sealed, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_CANONICAL);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", HISTORY_KEYS_SCHEMA);
	jsonw_int(&w, "seq", k->seq);
	jsonw_str_opt(&w, "prev_sha256", k->prev_sha256);
	jsonw_str(&w, "at", k->at);
	jsonw_str(&w, "action", k->action);
	jsonw_str(&w, "key_id", k->key_id);
	jsonw_str(&w, "public_key", k->public_key);
	jsonw_str_opt(&w, "after", k->after);
	jsonw_str_opt(&w, "reason", k->reason);
	if (sealed) {
		history_seal_write(&w, &k->seal);
		jsonw_str_opt(&w, "new_signature", k->new_signature);
	}
	jsonw_end(&w);
	return buf_err(out);
}

enum err
history_keyline_sign(struct history_keyline *k, history_sign_fn sign,
    history_sign_fn sign_new, void *arg, struct buf *line, struct diag *d)
{
	struct buf		 b = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct history_seal	 own = { .want = k->public_key };
	enum err		 e;

	k->new_signature[0] = '\0';
	if ((e = write_line(k, false, &b)) == ERR_OK &&
	    (e = sign(arg, b.data, b.len, &k->seal, d)) == ERR_OK &&
	    sign_new != NULL && (e = sign_new(arg, b.data, b.len, &own, d)) ==
	    ERR_OK)
		snprintf(k->new_signature, sizeof(k->new_signature), "%s",
		    own.signature);
	if (e == ERR_OK)
		e = write_line(k, true, line);
	buf_clear(&b);
	return e;
}

/* A statement of this kind has to be signed by whom? */
static bool
signed_by_itself(const struct history_keyline *k)
{
	return strcmp(k->action, "begin") == 0 ||
	    strcmp(k->action, "adopt") == 0;
}

static bool
signatures_good(const struct history_keyline *k)
{
	struct buf		 b = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct history_seal	 own = { .want = NULL };
	bool			 rotate = strcmp(k->action, "rotate") == 0;
	bool			 good;

	snprintf(own.key_id, sizeof(own.key_id), "%s", k->key_id);
	snprintf(own.public_key, sizeof(own.public_key), "%s",
	    k->public_key);
	snprintf(own.signature, sizeof(own.signature), "%s",
	    k->new_signature);
	good = write_line(k, false, &b) == ERR_OK &&
	    history_seal_verifies(&k->seal, b.data, b.len) &&
	    rotate == (k->new_signature[0] != '\0') &&
	    (!rotate || history_seal_verifies(&own, b.data, b.len)) &&
	    (!signed_by_itself(k) ||
	    strcmp(k->public_key, k->seal.public_key) == 0);
	buf_clear(&b);
	return good;
}

enum history_fault
history_keyline_read(const char *line, size_t len, struct history_keyline *k)
{
	struct buf	 b = BUF_INIT(HISTORY_KEYLINE_MAX);
	struct jval	*doc = NULL;
	bool		 same;

	memset(k, 0, sizeof(*k));
	if (len > HISTORY_KEYLINE_MAX ||
	    jval_parse(line, len, &doc, NULL) != ERR_OK)
		return HF_RING_FORM;
	k->seq = jval_get_int(doc, "seq", -1);
	jval_copy_str(doc, "prev_sha256", k->prev_sha256,
	    sizeof(k->prev_sha256));
	jval_copy_str(doc, "at", k->at, sizeof(k->at));
	jval_copy_str(doc, "action", k->action, sizeof(k->action));
	jval_copy_str(doc, "key_id", k->key_id, sizeof(k->key_id));
	jval_copy_str(doc, "public_key", k->public_key, sizeof(k->public_key));
	jval_copy_str(doc, "after", k->after, sizeof(k->after));
	jval_copy_str(doc, "reason", k->reason, sizeof(k->reason));
	history_seal_read(doc, &k->seal);
	jval_copy_str(doc, "new_signature", k->new_signature,
	    sizeof(k->new_signature));
	jval_free(doc);
	/* Writing it again has to give the same bytes: nothing else is in it. */
	same = write_line(k, true, &b) == ERR_OK && b.len == len &&
	    memcmp(b.data, line, len) == 0;
	buf_clear(&b);
	if (!same)
		return HF_RING_FORM;
	return signatures_good(k) ? HF_NONE : HF_RING_FORGED;
}

/* --- all of them ------------------------------------------------------------------*/

struct	replay {
	struct history_trust	*trust;
	struct history_ring	*ring;
	struct history_keyline	*line;	/* the good ones */
	size_t			 n, room;
};

static void
problem(struct history_ring *r, enum history_fault f, int64_t seq,
    const char *what)
{
	if (r->fault != HF_NONE)
		return;
	r->fault = f;
	snprintf(r->problem, sizeof(r->problem), "statement %lld about the "
	    "keys %s", (long long)seq, what);
}

/* Columns are for queries; what they say has to be what was signed. */
static bool
columns_match(const struct key_row *row, const struct history_keyline *k)
{
	return row->seq == k->seq && strcmp(row->at, k->at) == 0 &&
	    strcmp(row->action, k->action) == 0 &&
	    strcmp(row->key_id, k->key_id) == 0 &&
	    strcmp(row->public_key, k->public_key) == 0 &&
	    strcmp(row->reason, k->reason) == 0 &&
	    strcmp(row->prev_sha256, k->prev_sha256) == 0;
}

static enum err
read_one(const struct key_row *row, void *arg)
{
	struct replay		*r = arg;
	struct history_ring	*ring = r->ring;
	struct history_keyline	 k;
	char			 hex[SHA256_HEX_SIZE];
	enum history_fault	 f;
	enum err		 e;

	if ((e = sha256_mem(row->line, strlen(row->line), hex)) != ERR_OK)
		return e;
	f = history_keyline_read(row->line, strlen(row->line), &k);
	if (f != HF_NONE)
		problem(ring, f, row->seq, f == HF_RING_FORM ?
		    "cannot be read" : "is not signed by who it says");
	else if (!columns_match(row, &k) || strcmp(hex, row->sha256) != 0)
		problem(ring, f = HF_RING_FORM, row->seq,
		    "is not what the columns of its row say");
	else if (k.seq != ring->n + 1 ||
	    strcmp(k.prev_sha256, ring->sha256) != 0)
		problem(ring, f = HF_RING_CUT, row->seq,
		    "does not follow the one before");
	ring->n++;
	memcpy(ring->sha256, hex, sizeof(hex));
	if (f != HF_NONE)
		return ERR_OK;
	if (strcmp(k.action, "begin") != 0)
		ring->changes = k.seq;
	if ((e = grow(&r->line, r->n, &r->room, sizeof(*r->line))) != ERR_OK)
		return e;
	r->line[r->n++] = k;
	return ERR_OK;
}

/*
 * A rotate statement carries the signatures of both keys, so whoever counts
 * vouches for the other; until nothing changes any more.
 */
static enum err
spread(struct replay *r)
{
	struct history_key	*old, *new;
	bool			 changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < r->n; i++) {
			new = history_trust_put(r->trust,
			    r->line[i].public_key);
			old = history_trust_put(r->trust,
			    r->line[i].seal.public_key);
			if (new == NULL || old == NULL)
				return ERR_TOOBIG;
			if (strcmp(r->line[i].action, "rotate") != 0 ||
			    new->trusted == old->trusted)
				continue;
			new->trusted = old->trusted = changed = true;
		}
	}
	return ERR_OK;
}

static void
set_current(struct replay *r, struct history_key *key,
    struct history_key *before, const struct history_keyline *k, int order)
{
	if (before != NULL && before != key) {
		before->current = false;
		snprintf(before->until, sizeof(before->until), "%s", k->at);
		snprintf(before->reason, sizeof(before->reason), "%s",
		    k->reason);
	}
	if (before != NULL)
		snprintf(key->from, sizeof(key->from), "%s", k->at);
	key->current = true;
	key->order = order;
	snprintf(r->ring->current, sizeof(r->ring->current), "%s",
	    key->pub64);
}

/* What the statements mean, in their order. */
static void
conclude(struct replay *r)
{
	const struct history_keyline	*k;
	struct history_key		*key, *by, *current = NULL;
	int				 order = 0;

	for (size_t i = 0; i < r->n; i++) {
		k = &r->line[i];
		key = history_trust_put(r->trust, k->public_key);
		by = history_trust_put(r->trust, k->seal.public_key);
		if (!by->trusted || (current != NULL &&
		    !signed_by_itself(k) && by != current) ||
		    (current == NULL && strcmp(k->action, "begin") != 0)) {
			problem(r->ring, HF_RING_FORGED, k->seq,
			    "is not by a key that may make it");
			continue;
		}
		if (strcmp(k->action, "revoke") == 0) {
			/* A revocation can be widened, not narrowed. */
			if (key->revoked[0] == '\0' ||
			    strcmp(k->after, key->revoked) < 0)
				snprintf(key->revoked, sizeof(key->revoked),
				    "%s", k->after);
			snprintf(key->reason, sizeof(key->reason), "%s",
			    k->reason);
			continue;
		}
		set_current(r, key, current, k, ++order);
		current = key;
	}
}

enum err
history_ring_apply(struct db *db, struct history_trust *t,
    struct history_ring *ring)
{
	struct replay	 r = { t, ring, NULL, 0, 0 };
	enum err	 e;

	memset(ring, 0, sizeof(*ring));
	/* Nobody to believe: that is said with every record. */
	if ((e = store_keys_each(db, read_one, &r)) == ERR_OK &&
	    history_trust_len(t) > 0 && (e = spread(&r)) == ERR_OK)
		conclude(&r);
	free(r.line);
	return e;
}
