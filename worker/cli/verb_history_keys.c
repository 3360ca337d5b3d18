/* bpfcompat history keys: which key signs, and changing that. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_history.h"
#include "worker/keyring.h"

#define OUTPUT_MAX	((size_t)1024 * 1024)

struct	session {
	struct db		*db;
	struct signer		*signer;
	struct history_view	*view;
};

static void
session_close(struct session *s)
{
	history_view_free(s->view);
	signer_free(s->signer);
	if (s->db != NULL)
		db_close(s->db);
}

static enum err
session_open(const struct conf *c, enum db_role role, struct session *s,
    struct diag *d)
{
	char		 keydir[PATH_MAX];
	enum err	 e;

	memset(s, 0, sizeof(*s));
	if ((e = cli_open_db(c, role, &s->db, d)) != ERR_OK ||
	    (e = path_join(keydir, sizeof(keydir), c->workdir, "keys",
	    NULL)) != ERR_OK ||
	    (e = history_view_new(c, NULL, &s->view, d)) != ERR_OK)
		return e;
	return role != DB_WORKER ? ERR_OK : signer_new(c, keydir, &s->signer,
	    d);
}

/* --- list ----------------------------------------------------------------- */

struct	use {
	int64_t	 n;
	char	 first[TIME_RFC3339_MS_SIZE], last[TIME_RFC3339_MS_SIZE];
};

static const char *
state_of(const struct history_key *k)
{
	return k->revoked[0] != '\0' ? "revoked" : k->current ? "current" :
	    k->order > 0 ? "retired" : k->trusted ? "trusted" : "unknown";
}

static void
key_json(struct jsonw *w, const struct history_key *k, const struct use *u)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "key_id", k->id);
	jsonw_str(w, "public_key", k->pub64);
	jsonw_str(w, "state", state_of(k));
	jsonw_bool(w, "trusted", k->trusted);
	jsonw_str_opt(w, "from", k->from);
	jsonw_str_opt(w, "until", k->until);
	jsonw_str_opt(w, "revoked_after", k->revoked);
	jsonw_str_opt(w, "reason", k->reason);
	jsonw_int(w, "records", u->n);
	jsonw_str_opt(w, "first_use", u->first);
	jsonw_str_opt(w, "last_use", u->last);
	jsonw_end(w);
}

static void
key_text(struct buf *b, const struct history_key *k, const struct use *u)
{
	buf_addf(b, "%s  %-8s %s  %lld records", k->id, state_of(k),
	    k->pub64, (long long)u->n);
	if (k->from[0] != '\0')
		buf_addf(b, "  from %s", k->from);
	if (k->until[0] != '\0')
		buf_addf(b, "  until %s", k->until);
	if (k->revoked[0] != '\0')
		buf_addf(b, "  nothing after %s counts", k->revoked);
	if (k->reason[0] != '\0')
		buf_addf(b, "  (%s)", k->reason);
	if (!k->trusted)
		buf_adds(b, "  NOT TRUSTED");
	buf_addc(b, '\n');
}

static enum err
show_keys(struct session *s, bool json, struct buf *b, struct diag *d)
{
	const struct history_trust	*t;
	const struct history_key	*k;
	struct jsonw			 w;
	struct use			 u;
	char				 mark[80];
	enum err			 e;

	if ((e = db_begin_read(s->db)) != ERR_OK)
		return e;
	e = history_view_refresh(s->view, s->db, d);
	jsonw_init(&w, b, JSONW_COMPACT);
	if (json)
		jsonw_arr(&w, NULL);
	t = history_view_trust(s->view);
	for (size_t i = 0; e == ERR_OK && (k = history_trust_key(t, i)) !=
	    NULL; i++) {
		snprintf(mark, sizeof(mark), "\"signature_public_key\":\"%s\"",
		    k->pub64);
		if ((e = store_keys_use(s->db, mark, &u.n, u.first,
		    u.last)) != ERR_OK)
			break;
		if (json)
			key_json(&w, k, &u);
		else
			key_text(b, k, &u);
	}
	db_rollback(s->db);
	if (json) {
		jsonw_end(&w);
		buf_addc(b, '\n');
	}
	return e;
}

static int
list_verb(struct conf *c, int argc, char **argv)
{
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_B("json", &json, "as a JSON array"),
		FLAG_LAST
	};
	const struct flags	 f = { "history keys list", "", "Lists the "
	    "keys whose signatures count, or counted.  Exit code 1 when the\n"
	    "statements about them were tampered with.", 0, table };
	const struct history_ring *ring;
	struct buf		 b = BUF_INIT(OUTPUT_MAX);
	struct session		 s;
	struct diag		 d = DIAG_INIT;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = session_open(c, DB_WEB, &s, &d)) == ERR_OK)
		e = show_keys(&s, json, &b, &d);
	if (e == ERR_OK) {
		code = cli_print(&b);
		ring = history_view_ring(s.view);
		if (ring->fault != HF_NONE) {
			fprintf(stderr, "bpfcompat history keys list: %s: "
			    "%s\n", history_fault_code(ring->fault),
			    ring->problem);
			code = CLI_ERROR;
		}
	} else
		code = cli_error("history keys list", json, &d);
	buf_clear(&b);
	session_close(&s);
	return code;
}

/* --- changes ----------------------------------------------------------------*/

static int
say_done(const char *verb, bool json, enum err e,
    const struct history_keyline *k, const struct diag *d)
{
	struct buf	 b = BUF_INIT(OUTPUT_MAX);
	struct jsonw	 w;
	int		 code;

	if (e != ERR_OK)
		return cli_error(verb, json, d);
	if (json) {
		jsonw_init(&w, &b, JSONW_COMPACT);
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "action", k->action);
		jsonw_str(&w, "key_id", k->key_id);
		jsonw_str(&w, "public_key", k->public_key);
		jsonw_str(&w, "at", k->at);
		jsonw_str_opt(&w, "revoked_after", k->after);
		jsonw_end(&w);
		buf_addc(&b, '\n');
	} else if (k->after[0] != '\0')
		buf_addf(&b, "The key %s is revoked: its signatures after %s "
		    "do not count.\n", k->key_id, k->after);
	else
		buf_addf(&b, "The key %s signs from now on (%s).\n"
		    "Public key: %s\n", k->key_id, k->at, k->public_key);
	code = cli_print(&b);
	buf_clear(&b);
	return code;
}

static int
rotate_verb(struct conf *c, int argc, char **argv)
{
	bool			 json = false, adopt = false;
	const char		*reason = "";
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("reason", &reason, "TEXT", "kept in the statement"),
		FLAG_B("adopt", &adopt, "go on with the key that the signer "
		    "has now, which was put there by hand"),
		FLAG_B("json", &json, "the result as a JSON object"),
		FLAG_LAST
	};
	const struct flags	 f = { "history keys rotate", "", "Makes a "
	    "new signing key.  What the old one has signed stays valid.", 0,
	    table };
	struct history_keyline	 k = { .seq = 0 };
	struct session		 s;
	struct diag		 d = DIAG_INIT;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((e = session_open(c, DB_WORKER, &s, &d)) == ERR_OK)
		e = keyring_rotate(s.db, s.signer, s.view, adopt, reason, &k,
		    &d);
	session_close(&s);
	return say_done("history keys rotate", json, e, &k, &d);
}

static int
revoke_verb(struct conf *c, int argc, char **argv)
{
	bool			 json = false;
	const char		*reason = "", *after = NULL;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("reason", &reason, "TEXT", "kept in the statement"),
		FLAG_S("after", &after, "TIME", "since when it was in other "
		    "hands (2026-05-27T12:00:00Z); without it: now"),
		FLAG_B("json", &json, "the result as a JSON object"),
		FLAG_LAST
	};
	const struct flags	 f = { "history keys revoke", "KEY", "Records "
	    "that KEY (its id or the public key) signed after a time do not "
	    "verify\nany more.  The key that signs now is replaced first.", 1,
	    table };
	struct history_keyline	 k = { .seq = 0 };
	struct session		 s;
	struct diag		 d = DIAG_INIT;
	int			 n, code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n != 1) {
		diag_set(&d, ERR_INVAL, "key", "which key? \"bpfcompat "
		    "history keys list\" shows them");
		return cli_error("history keys revoke", json, &d);
	}
	if ((e = session_open(c, DB_WORKER, &s, &d)) == ERR_OK)
		e = keyring_revoke(s.db, s.signer, s.view, argv[0], after,
		    reason, &k, &d);
	session_close(&s);
	return say_done("history keys revoke", json, e, &k, &d);
}

static const struct verb verbs[] = {
	{ "list", "the keys, since when and until when", list_verb },
	{ "rotate", "a new key signs from now on", rotate_verb },
	{ "revoke", "signatures of a key do not count any more",
	    revoke_verb },
	{ NULL, NULL, NULL },
};

int
verb_history_keys(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat history keys",
	    "The keys that sign the history.", c, argc, argv);
}
