#include "worker/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "worker/audit_local.h"

#define METADATA_MAX	4096

struct	change {
	struct db		*db;
	struct signer		*signer;
	struct history_view	*view;
	/* With the key that signs as the statements are so far. */
	history_sign_fn		 sign;
	struct keys_end		 end;
	struct buf		 line;
	struct history_keyline	 k;	/* the last statement */
	struct diag		*d;
};

/* The statement's event in the audit: with it, or not at all. */
static enum err
audit(struct change *c, const char *sha256, const char *before)
{
	const struct history_keyline	*k = &c->k;
	struct buf			 meta = BUF_INIT(METADATA_MAX);
	char				 action[64];
	struct audit_event		 ev = { .action = action };
	struct jsonw			 w;
	enum err			 e;

	snprintf(action, sizeof(action), "signing_key_%s", k->action);
	jsonw_init(&w, &meta, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "key_id", k->key_id);
	jsonw_str(&w, "public_key", k->public_key);
	jsonw_str_opt(&w, "previous_public_key", before);
	jsonw_str_opt(&w, "revoked_after", k->after);
	jsonw_str_opt(&w, "reason", k->reason);
	jsonw_int(&w, "statement", k->seq);
	jsonw_str(&w, "statement_sha256", sha256);
	jsonw_end(&w);
	ev.metadata = buf_str(&meta);
	if ((e = buf_err(&meta)) == ERR_OK)
		e = audit_local_in(c->db, &ev);
	buf_clear(&meta);
	return e == ERR_OK ? e : diag_set(c->d, e, NULL, "the change of the "
	    "key cannot be put on record: %s", db_errmsg(c->db));
}

/* Signs what is in c->k and appends it; the key to come signs, too. */
static enum err
add(struct change *c, const char *action, const char *reason, bool both)
{
	struct history_keyline	*k = &c->k;
	struct key_row		 row;
	char			 sha256[SHA256_HEX_SIZE];
	bool			 changes = strcmp(action, "revoke") != 0;
	enum err		 e;

	k->seq = c->end.seq + 1;
	snprintf(k->action, sizeof(k->action), "%s", action);
	snprintf(k->reason, sizeof(k->reason), "%s", reason);
	memcpy(k->prev_sha256, c->end.sha256, sizeof(k->prev_sha256));
	time_rfc3339(time_now_ms(), k->at);
	/* A clock that was set back does not change the order. */
	if (strcmp(k->at, c->end.at) < 0)
		memcpy(k->at, c->end.at, sizeof(k->at));
	buf_reset(&c->line);
	if ((e = history_keyline_sign(k, c->sign, both ? signer_sign_next :
	    NULL, c->signer, &c->line, c->d)) != ERR_OK ||
	    (e = sha256_mem(c->line.data, c->line.len, sha256)) != ERR_OK)
		return e;
	row = (struct key_row){ k->seq, k->at, k->action, k->key_id,
	    k->public_key, k->reason, sha256, k->prev_sha256,
	    buf_str(&c->line) };
	if ((e = store_keys_add(c->db, &row)) != ERR_OK)
		return diag_set(c->d, e, NULL, "the statement about the key "
		    "cannot be stored: %s", db_errmsg(c->db));
	if ((e = audit(c, sha256, changes ? c->end.key : "")) != ERR_OK)
		return e;
	c->end.seq = k->seq;
	memcpy(c->end.sha256, sha256, sizeof(c->end.sha256));
	memcpy(c->end.at, k->at, sizeof(c->end.at));
	if (changes)
		memcpy(c->end.key, k->public_key, sizeof(c->end.key));
	return ERR_OK;
}

static void
about(struct history_keyline *k, const char *id, const char *pub64)
{
	memset(k, 0, sizeof(*k));
	snprintf(k->key_id, sizeof(k->key_id), "%s", id);
	snprintf(k->public_key, sizeof(k->public_key), "%s", pub64);
}

/*
 * Which key the signer has: told with a signature over a statement about no
 * key, which means nothing to anybody.
 */
static enum err
ask_key(struct change *c, struct history_seal *seal)
{
	struct history_keyline	 none;
	enum err		 e;

	about(&none, "", "");
	buf_reset(&c->line);
	e = history_keyline_sign(&none, signer_sign, NULL, c->signer,
	    &c->line, c->d);
	*seal = none.seal;
	return e;
}

/* A database that has signed nothing with the ring yet begins it. */
static enum err
begin_if_none(struct change *c)
{
	struct history_seal	 seal;
	enum err		 e;

	if (c->end.seq > 0)
		return ERR_OK;
	if ((e = ask_key(c, &seal)) != ERR_OK)
		return e;
	about(&c->k, seal.key_id, seal.public_key);
	return add(c, "begin", "", false);
}

static enum err
rotate(struct change *c, bool adopt, const char *reason)
{
	struct history_seal	 seal = { .want = NULL };
	enum err		 e;

	if (!adopt && signer_is_external(c->signer))
		return diag_set(c->d, ERR_UNSUPPORTED, NULL, "the key of an "
		    "external signer is changed there; afterwards run "
		    "\"bpfcompat history keys rotate --adopt\"");
	e = adopt ? ask_key(c, &seal) : signer_sign_next(c->signer, "", 0,
	    &seal, c->d);
	if (e != ERR_OK)
		return e;
	if (strcmp(seal.public_key, c->end.key) == 0)
		return diag_set(c->d, ERR_EXISTS, NULL, "the key %s signs "
		    "already", seal.key_id);
	about(&c->k, seal.key_id, seal.public_key);
	if (!adopt)
		c->k.seal.want = c->end.key;
	if ((e = add(c, adopt ? "adopt" : "rotate", reason, !adopt)) == ERR_OK)
		c->sign = adopt ? signer_sign : signer_sign_next;
	return e;
}

/* --- the ends of the chains -------------------------------------------------------*/

static enum err
sign_head(struct change *c, const char *chain)
{
	struct history_head	 h = { .count = 0 };
	struct history_sum	 sum;
	enum err		 e;

	if ((e = history_view_end(c->view, c->db, chain, &sum)) != ERR_OK)
		return e;
	h = sum.head;
	h.keys = c->end.seq;
	memcpy(h.keys_sha256, c->end.sha256, sizeof(h.keys_sha256));
	time_rfc3339(time_now_ms(), h.signed_at);
	h.seal.want = c->end.key;
	buf_reset(&c->line);
	if ((e = history_head_sign(&h, c->sign, c->signer, &c->line, c->d)) !=
	    ERR_OK)
		return e;
	return store_history_head_put(c->db, chain, h.count,
	    buf_str(&c->line));
}

/* Nothing is signed anew over an end that is not what was signed. */
static enum err
check_head(struct change *c, const char *chain)
{
	struct history_sum	 sum;
	enum err		 e;

	if ((e = history_view_end(c->view, c->db, chain, &sum)) != ERR_OK ||
	    sum.end_fault == HF_NONE)
		return e;
	return diag_set(c->d, ERR_CORRUPT, NULL, "the end of the chain "
	    "\"%.100s\" does not verify (%s): %s; restore it first", chain,
	    history_fault_code(sum.end_fault), sum.end_problem);
}

typedef enum err (*chain_fn)(struct change *, const char *chain);

static enum err
each_chain(struct change *c, chain_fn fn)
{
	char		**chain = NULL;
	size_t		  n = 0;
	enum err	  e;

	if ((e = store_history_chains(c->db, &chain, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		if (e == ERR_OK)
			e = fn(c, chain[i]);
		free(chain[i]);
	}
	free(chain);
	return e;
}

/* --- the two changes -----------------------------------------------------------------*/

struct	wish {
	bool		 adopt;
	bool		 ends;		/* only sign the ends of the chains */
	int64_t		 records;	/* then: how many were checked */
	const char	*revoke;	/* id or public key, or NULL */
	const char	*after, *reason;
};

static const struct history_key *
find(const struct history_trust *t, const char *key, bool *ambiguous)
{
	const struct history_key	*k, *found = NULL;

	*ambiguous = false;
	for (size_t i = 0; (k = history_trust_key(t, i)) != NULL; i++) {
		if (strcmp(k->pub64, key) == 0)
			return k;
		if (strcmp(k->id, key) != 0)
			continue;
		/* Ids are short: two keys may have the same. */
		*ambiguous = found != NULL;
		found = k;
	}
	return found;
}

static enum err
revoke(struct change *c, const struct wish *w)
{
	const struct history_key	*k;
	char				 now[TIME_RFC3339_SIZE];
	const char			*after = w->after;
	bool				 ambiguous;
	enum err			 e;

	k = find(history_view_trust(c->view), w->revoke, &ambiguous);
	if (k == NULL || ambiguous)
		return diag_set(c->d, k == NULL ? ERR_NOTFOUND : ERR_INVAL,
		    "key", k == NULL ? "no key of the history has this id or "
		    "public key; \"bpfcompat history keys list\" shows them" :
		    "several keys have this id; give the public key");
	time_rfc3339(time_now_ms(), now);
	if (after == NULL)
		after = now;
	if (k->revoked[0] != '\0' && strcmp(k->revoked, after) <= 0)
		return diag_set(c->d, ERR_EXISTS, "key", "the key %s is "
		    "revoked already; its signatures after %s do not count",
		    k->id, k->revoked);
	if (strcmp(k->pub64, c->end.key) == 0 &&
	    (e = rotate(c, false, w->reason)) != ERR_OK)
		return e;
	about(&c->k, k->id, k->pub64);
	snprintf(c->k.after, sizeof(c->k.after), "%s", after);
	c->k.seal.want = c->end.key;
	return add(c, "revoke", w->reason, false);
}

/* That all were looked at and vouched for is on record, too. */
static enum err
audit_ends(struct change *c, int64_t records)
{
	char			 meta[64];
	struct audit_event	 ev = { .action = "history_sign",
				    .metadata = meta };

	snprintf(meta, sizeof(meta), "{\"records\":%lld}",
	    (long long)records);
	return audit_local_in(c->db, &ev);
}

static enum err
perform(struct change *c, const struct wish *w)
{
	enum err	 e;

	if ((e = history_view_refresh(c->view, c->db, c->d)) != ERR_OK ||
	    (e = store_keys_end(c->db, &c->end)) != ERR_OK ||
	    (e = each_chain(c, check_head)) != ERR_OK ||
	    (e = begin_if_none(c)) != ERR_OK)
		return e;
	if (w->revoke != NULL)
		e = revoke(c, w);
	else if (!w->ends)
		e = rotate(c, w->adopt, w->reason);
	if (e == ERR_OK)
		e = each_chain(c, sign_head);
	return e == ERR_OK && w->ends ? audit_ends(c, w->records) : e;
}

static enum err
change(struct db *db, struct signer *s, struct history_view *v,
    const struct wish *w, struct history_keyline *done, struct diag *d)
{
	struct change	*c = calloc(1, sizeof(*c));
	enum err	 e;

	if (c == NULL)
		return ERR_NOMEM;
	*c = (struct change){ .db = db, .signer = s, .view = v,
	    .sign = signer_sign, .d = d };
	buf_init(&c->line, HISTORY_LINE_MAX);
	if ((e = db_begin(db)) == ERR_OK)
		e = db_end(db, perform(c, w));
	/*
	 * From here on the database says who signs; should this process end
	 * now, the next signature finds the key.
	 */
	if (e == ERR_OK && c->sign == signer_sign_next)
		e = signer_use(s, c->end.key, d);
	if (e == ERR_OK)
		*done = c->k;
	else if (d->code == ERR_OK)
		diag_set(d, e, NULL, "the %s: %s (%s)", w->ends ?
		    "ends could not be signed" : "keys could not be changed",
		    err_text(e), db_errmsg(db));
	buf_clear(&c->line);
	free(c);
	return e;
}

static enum err
check_reason(const char *reason, struct diag *d)
{
	for (const char *p = reason; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return diag_set(d, ERR_INVAL, "reason", "the reason "
			    "is one line of text");
	return strlen(reason) <= HISTORY_REASON_MAX ? ERR_OK : diag_set(d,
	    ERR_INVAL, "reason", "the reason has at most %d bytes",
	    HISTORY_REASON_MAX);
}

enum err
keyring_rotate(struct db *db, struct signer *s, struct history_view *v,
    bool adopt, const char *reason, struct history_keyline *done,
    struct diag *d)
{
	struct wish	 w = { .adopt = adopt,
			    .reason = reason };
	enum err	 e;

	return (e = check_reason(reason, d)) != ERR_OK ? e :
	    change(db, s, v, &w, done, d);
}

enum err
keyring_revoke(struct db *db, struct signer *s, struct history_view *v,
    const char *key, const char *after, const char *reason,
    struct history_keyline *done, struct diag *d)
{
	struct wish	 w = { .revoke = key, .after = after,
			    .reason = reason };
	int64_t		 ms;
	enum err	 e;

	if (after != NULL && (strlen(after) != TIME_RFC3339_SIZE - 1 ||
	    time_parse_rfc3339(after, &ms) != ERR_OK))
		return diag_set(d, ERR_INVAL, "after", "a time is written "
		    "2026-05-27T12:00:00Z");
	return (e = check_reason(reason, d)) != ERR_OK ? e :
	    change(db, s, v, &w, done, d);
}

enum err
keyring_sign_ends(struct db *db, struct signer *s, struct history_view *v,
    int64_t records, struct diag *d)
{
	struct wish		 w = { .ends = true, .records = records };
	struct history_keyline	 none;

	return change(db, s, v, &w, &none, d);
}
