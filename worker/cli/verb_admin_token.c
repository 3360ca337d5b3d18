/*
 * bpfcompat admin token: the registry's grants.  A token is shown once, when
 * it is made; the file keeps a salted digest of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "domain/grants.h"
#include "domain/grants_edit.h"
#include "worker/audit_local.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"

#define TOKEN_BYTES	32	/* random ones, written in hex */
#define TOKEN_SIZE	(sizeof("bpfc_") + 2 * TOKEN_BYTES)
#define PREFIX_LEN	8	/* digits of a digest that name a grant */
#define LIFE_DEFAULT_MS	((int64_t)90 * 24 * 3600 * 1000)
#define LIFE_MAX_MS	((int64_t)3650 * 24 * 3600 * 1000)
#define OUTPUT_MAX	((size_t)16 * 1024 * 1024)

/* --- the audit --------------------------------------------------------------- */

struct	deed {
	const char	*action;
	const char	*subject, *tenant;
	int64_t		 n;
};

static enum err
append(struct db *db, const struct deed *deed)
{
	struct buf		 meta = BUF_INIT(4096);
	struct jsonw		 w;
	bool			 one = strcmp(deed->tenant, "*") != 0;
	struct audit_event	 ev = { .action = deed->action,
				    .tenant = one ? deed->tenant : "" };
	enum err		 e;

	jsonw_init(&w, &meta, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str_opt(&w, "subject", deed->subject);
	jsonw_int(&w, "grants", deed->n);
	jsonw_end(&w);
	ev.metadata = buf_str(&meta);
	e = audit_local_in(db, &ev);
	buf_clear(&meta);
	return e;
}

/* Both or neither: a change that nobody can see afterwards is none. */
static enum err
save(const struct conf *c, struct grants_edit *g, const struct deed *deed,
    struct diag *d)
{
	struct db	*db = NULL;
	enum err	 e;

	if ((e = db_open(c->workdir, DB_WORKER, &db, d)) != ERR_OK)
		return e;
	if ((e = db_begin(db)) != ERR_OK ||
	    (e = append(db, deed)) != ERR_OK)
		diag_set(d, e, NULL, "cannot write the audit: %s",
		    db_errmsg(db));
	else
		e = grants_edit_save(g, d);
	e = db_end(db, e);
	db_close(db);
	return e;
}

/* --- create ------------------------------------------------------------------ */

struct	wish {
	struct grant_new n;
	int64_t		 life_ms;
	bool		 never;
	char		 token[TOKEN_SIZE];
	char		 until[TIME_RFC3339_SIZE];
};

static void
show_created(const struct wish *w, bool json, struct buf *out)
{
	struct jsonw	 j;

	if (!json) {
		fprintf(stderr, "For %s, tenant %s, projects %s, %s, until "
		    "%s.  It is not shown again:\n", w->n.subject,
		    w->n.tenant, w->n.projects, w->n.can_write ?
		    "read and write" : "read", w->n.expires_at[0] == '\0' ?
		    "it is revoked" : w->n.expires_at);
		buf_addf(out, "%s\n", w->token);
		return;
	}
	jsonw_init(&j, out, JSONW_INDENT);
	jsonw_obj(&j, NULL);
	jsonw_str(&j, "token", w->token);
	jsonw_str(&j, "subject", w->n.subject);
	jsonw_str(&j, "tenant", w->n.tenant);
	jsonw_str(&j, "projects", w->n.projects);
	jsonw_bool(&j, "can_read", true);
	jsonw_bool(&j, "can_write", w->n.can_write);
	jsonw_str_opt(&j, "not_before", w->n.not_before);
	jsonw_str_opt(&j, "expires_at", w->n.expires_at);
	jsonw_end(&j);
	buf_addc(out, '\n');
}

static enum err
create(const struct conf *c, struct wish *w, struct diag *d)
{
	const struct deed	 deed = { "token_create", w->n.subject,
				    w->n.tenant, 1 };
	struct grants_edit	*g = NULL;
	enum err		 e;

	if (w->n.subject == NULL || w->n.tenant == NULL ||
	    w->n.projects == NULL)
		return diag_set(d, ERR_INVAL, w->n.subject == NULL ?
		    "subject" : w->n.tenant == NULL ? "tenant" : "projects",
		    "--subject, --tenant and --projects are needed; "
		    "--projects '*' is every project");
	if (w->never && w->n.expires_at[0] != '\0')
		return diag_set(d, ERR_INVAL, "expires-at",
		    "--never-expires and --expires-at exclude each other");
	if (!w->never && w->n.expires_at[0] == '\0') {
		time_rfc3339(time_now_ms() + w->life_ms, w->until);
		w->n.expires_at = w->until;
	}
	memcpy(w->token, "bpfc_", 5);
	rnd_hex(TOKEN_BYTES, w->token + 5);
	w->n.token = w->token;
	if ((e = grants_edit_open(c->workdir, true, &g, d)) == ERR_OK &&
	    (e = grants_edit_add(g, &w->n, d)) == ERR_OK)
		e = save(c, g, &deed, d);
	grants_edit_close(g);
	return e;
}

static int
create_verb(struct conf *c, int argc, char **argv)
{
	struct wish		 w = { { .not_before = "", .expires_at = "" },
				    LIFE_DEFAULT_MS, false, "", "" };
	bool			 json = false, read = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("subject", &w.n.subject, "NAME", "whom it is for: the "
		    "name in the audit"),
		FLAG_S("tenant", &w.n.tenant, "NAME", "its tenant; \"*\": "
		    "every one"),
		FLAG_S("projects", &w.n.projects, "NAMES", "its projects, by "
		    "commas; \"*\": every one and the tenant itself"),
		FLAG_B("read", &read, "it may read (always so)"),
		FLAG_B("write", &w.n.can_write, "it may write, too"),
		FLAG_S("not-before", &w.n.not_before, "TIME", "from then on "
		    "(RFC 3339)"),
		FLAG_S("expires-at", &w.n.expires_at, "TIME", "until then "
		    "(RFC 3339)"),
		FLAG_D("expires-in", &w.life_ms, 1000, LIFE_MAX_MS, "for so "
		    "long (default 2160h)"),
		FLAG_B("never-expires", &w.never, "until it is revoked"),
		FLAG_B("json", &json, "as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin token create", "", "Makes a "
	    "registry token and prints it; only a digest is kept.", 0, table };
	struct buf		 out = BUF_INIT(64 * 1024);
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	w.n.can_read = true;
	if ((d.code = create(c, &w, &d)) == ERR_OK) {
		show_created(&w, json, &out);
		code = cli_print(&out);
	} else
		code = cli_error("admin token create", json, &d);
	explicit_bzero(&w, sizeof(w));
	buf_clear(&out);
	return code;
}

/* --- hash -------------------------------------------------------------------- */

static enum err
hash_file(const struct conf *c, int64_t *n, struct diag *d)
{
	struct deed		 deed = { "token_hash", "", "*", 0 };
	struct grants_edit	*g = NULL;
	enum err		 e;

	*n = 0;
	if ((e = grants_edit_open(c->workdir, true, &g, d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < grants_edit_count(g); i++)
		if (grants_edit_get(g, i)->plaintext &&
		    !grants_edit_get(g, i)->hashed) {
			grants_edit_hash(g, i);
			deed.n++;
		}
	if (deed.n > 0)
		e = save(c, g, &deed, d);
	*n = deed.n;
	grants_edit_close(g);
	return e;
}

/* One line of standard input: an argument would be seen by everybody. */
static enum err
hash_line(struct buf *out, struct diag *d)
{
	char		 line[GRANTS_TOKEN_MAX + 2];
	struct jsonw	 w;
	enum err	 e;

	if (fgets(line, sizeof(line), stdin) == NULL)
		line[0] = '\0';
	if (strchr(line, '\n') == NULL && strlen(line) == sizeof(line) - 1)
		return diag_set(d, ERR_TOOBIG, NULL, "a token has at most %d "
		    "bytes", GRANTS_TOKEN_MAX);
	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0')
		return diag_set(d, ERR_INVAL, NULL,
		    "no token came on standard input");
	jsonw_init(&w, out, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	e = grants_hash_write(line, &w);
	jsonw_end(&w);
	buf_addc(out, '\n');
	explicit_bzero(line, sizeof(line));
	return e;
}

static int
hash_verb(struct conf *c, int argc, char **argv)
{
	bool			 file = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_B("file", &file, "hash every token that the grant file "
		    "holds as it is"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin token hash", "", "Reads a token "
	    "from standard input and prints what a grant holds instead.", 0,
	    table };
	struct buf		 out = BUF_INIT(4096);
	struct diag		 d = DIAG_INIT;
	int64_t			 hashed;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (file) {
		if ((d.code = hash_file(c, &hashed, &d)) == ERR_OK)
			buf_addf(&out, "%lld token%s hashed\n",
			    (long long)hashed, hashed == 1 ? "" : "s");
	} else
		d.code = hash_line(&out, &d);
	code = d.code == ERR_OK ? cli_print(&out) :
	    cli_error("admin token hash", false, &d);
	buf_clear(&out);
	return code;
}

/* --- list -------------------------------------------------------------------- */

static void
prefix_of(const struct grant *g, char out[static SHA256_HEX_SIZE])
{
	hex_encode(g->digest, SHA256_LEN, out);
	out[PREFIX_LEN] = '\0';
}

static const char *
state_of(const struct grant *g, int64_t now)
{
	if (g->broken[0] != '\0')
		return "broken";
	if (now < g->from)
		return "not yet";
	return now < g->until ? "valid" : "expired";
}

static void
list_json(const struct grant *g, int64_t now, struct jsonw *w)
{
	char	 text[SHA256_HEX_SIZE];

	jsonw_obj(w, NULL);
	jsonw_str(w, "subject", g->subject);
	jsonw_str(w, "tenant", g->tenant);
	jsonw_arr(w, "projects");
	if (g->all_projects)
		jsonw_str(w, NULL, "*");
	for (size_t i = 0; i < g->nprojects; i++)
		jsonw_str(w, NULL, g->projects[i]);
	jsonw_end(w);
	jsonw_bool(w, "can_read", g->can_read);
	jsonw_bool(w, "can_write", g->can_write);
	jsonw_bool(w, "hashed", g->hashed);
	prefix_of(g, text);
	if (g->hashed)
		jsonw_str(w, "hash_prefix", text);
	if (g->from > 0) {
		time_rfc3339(g->from, text);
		jsonw_str(w, "not_before", text);
	}
	if (g->until < INT64_MAX) {
		time_rfc3339(g->until, text);
		jsonw_str(w, "expires_at", text);
	}
	jsonw_bool(w, "has_plaintext", g->plaintext);
	jsonw_str(w, "state", state_of(g, now));
	jsonw_str_opt(w, "problem", g->broken);
	jsonw_str_opt(w, "unknown_member", g->odd);
	jsonw_end(w);
}

static void
list_text(const struct grant *g, int64_t now, struct buf *out)
{
	char	 text[SHA256_HEX_SIZE];

	prefix_of(g, text);
	buf_addf(out, "%-8s  %-9s %s  tenant %s  projects",
	    g->hashed ? text : "-", state_of(g, now), g->subject, g->tenant);
	if (g->all_projects)
		buf_adds(out, " *");
	for (size_t i = 0; i < g->nprojects; i++)
		buf_addf(out, " %s", g->projects[i]);
	buf_addf(out, "  %s", g->can_write ? "write" :
	    g->can_read ? "read" : "nothing");
	if (g->until < INT64_MAX) {
		time_rfc3339(g->until, text);
		buf_addf(out, "  until %s", text);
	}
	if (g->plaintext)
		buf_adds(out, "  (in the clear)");
	if (g->broken[0] != '\0')
		buf_addf(out, "  (%s)", g->broken);
	if (g->odd[0] != '\0')
		buf_addf(out, "  (unknown member: %s)", g->odd);
	buf_addc(out, '\n');
}

static void
list_all(const struct grants_edit *g, bool json, struct buf *out)
{
	int64_t		 now = time_now_ms();
	size_t		 n = grants_edit_count(g);
	struct jsonw	 w;

	if (!json) {
		for (size_t i = 0; i < n; i++)
			list_text(grants_edit_get(g, i), now, out);
		if (n == 0)
			buf_adds(out, "no tokens\n");
		return;
	}
	jsonw_init(&w, out, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", GRANTS_SCHEMA);
	jsonw_arr(&w, "tokens");
	for (size_t i = 0; i < n; i++)
		list_json(grants_edit_get(g, i), now, &w);
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(out, '\n');
}

static int
list_named(struct conf *c, const char *verb, int argc, char **argv)
{
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_B("json", &json, "as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { verb, "", "Lists the registry's grants "
	    "without their tokens.", 0, table };
	struct buf		 out = BUF_INIT(OUTPUT_MAX);
	struct diag		 d = DIAG_INIT;
	struct grants_edit	*g = NULL;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((d.code = grants_edit_open(c->workdir, false, &g, &d)) ==
	    ERR_OK) {
		list_all(g, json, &out);
		code = cli_print(&out);
	} else
		code = cli_error(verb, json, &d);
	grants_edit_close(g);
	buf_clear(&out);
	return code;
}

/* --- revoke ------------------------------------------------------------------ */

struct	which {
	const char	*subject, *tenant, *project, *prefix;
	bool		 all_tenants;
};

static enum err
which_check(const struct which *w, struct diag *d)
{
	if (w->subject == NULL)
		return diag_set(d, ERR_INVAL, "subject",
		    "--subject is needed");
	if (w->tenant == NULL && !w->all_tenants)
		return diag_set(d, ERR_INVAL, "tenant",
		    "--tenant or --all-tenants is needed");
	if (w->all_tenants && (w->tenant != NULL || w->project != NULL))
		return diag_set(d, ERR_INVAL, "all-tenants", "--all-tenants "
		    "excludes --tenant and --project");
	return ERR_OK;
}

/* Whole grants: with a project every one that covers it. */
static bool
matches(const struct grant *g, const struct which *w)
{
	char	 prefix[SHA256_HEX_SIZE];
	size_t	 n = w->prefix == NULL ? 0 : strlen(w->prefix);

	hex_encode(g->digest, SHA256_LEN, prefix);
	return strcmp(g->subject, w->subject) == 0 &&
	    (w->all_tenants || strcmp(g->tenant, w->tenant) == 0) &&
	    (w->project == NULL || grant_covers(g, g->tenant, w->project)) &&
	    (n == 0 || (g->hashed && strncmp(prefix, w->prefix, n) == 0));
}

static enum err
revoke_some(const struct conf *c, const struct which *w, bool dry, int64_t *n,
    struct diag *d)
{
	struct deed		 deed = { "token_revoke", w->subject,
				    w->all_tenants ? "*" : w->tenant, 0 };
	struct grants_edit	*g = NULL;
	enum err		 e;

	if ((e = which_check(w, d)) != ERR_OK ||
	    (e = grants_edit_open(c->workdir, !dry, &g, d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < grants_edit_count(g); i++)
		if (matches(grants_edit_get(g, i), w)) {
			grants_edit_drop(g, i);
			deed.n++;
		}
	if (deed.n == 0)
		e = diag_set(d, ERR_NOTFOUND, NULL,
		    "there is no such grant; see \"admin token list\"");
	else if (!dry)
		e = save(c, g, &deed, d);
	*n = deed.n;
	grants_edit_close(g);
	return e;
}

static int
revoke_named(struct conf *c, const char *verb, int argc, char **argv)
{
	struct which		 w = { NULL, NULL, NULL, NULL, false };
	bool			 dry = false;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_S("subject", &w.subject, "NAME", "grants of this subject"),
		FLAG_S("tenant", &w.tenant, "NAME", "in this tenant"),
		FLAG_S("project", &w.project, "NAME", "that cover this project"),
		FLAG_S("hash-prefix", &w.prefix, "HEX", "whose digest begins "
		    "so"),
		FLAG_B("all-tenants", &w.all_tenants, "in all tenants"),
		FLAG_B("dry-run", &dry, "only say how many"),
		FLAG_LAST
	};
	const struct flags	 f = { verb, "", "Removes grants; their "
	    "tokens count for nothing from the next request on.", 0, table };
	struct buf		 out = BUF_INIT(4096);
	struct diag		 d = DIAG_INIT;
	int64_t			 n = 0;
	int			 words, code;

	if (!flags_parse(&f, argc, argv, &words, &code))
		return code;
	if ((d.code = revoke_some(c, &w, dry, &n, &d)) == ERR_OK) {
		buf_addf(&out, "%lld grant%s %s\n", (long long)n,
		    n == 1 ? "" : "s", dry ? "would be removed" : "removed");
		code = cli_print(&out);
	} else
		code = cli_error(verb, false, &d);
	buf_clear(&out);
	return code;
}

/* --- the table --------------------------------------------------------------- */

static int
list_verb(struct conf *c, int argc, char **argv)
{
	return list_named(c, "admin token list", argc, argv);
}

static int
revoke_verb(struct conf *c, int argc, char **argv)
{
	return revoke_named(c, "admin token revoke", argc, argv);
}

int
admin_list_tokens(struct conf *c, int argc, char **argv)
{
	return list_named(c, "admin list-tokens", argc, argv);
}

int
admin_revoke_token(struct conf *c, int argc, char **argv)
{
	return revoke_named(c, "admin revoke-token", argc, argv);
}

static const struct verb verbs[] = {
	{ "create", "make a token", create_verb },
	{ "hash", "what a grant holds instead of a token", hash_verb },
	{ "list", "the grants, without their tokens", list_verb },
	{ "revoke", "remove grants", revoke_verb },
	{ NULL, NULL, NULL },
};

int
admin_token(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat admin token",
	    "Who may use the registry: " GRANTS_FILE " in the work folder.",
	    c, argc, argv);
}
