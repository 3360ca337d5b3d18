/*
 * bpfcompat admin approval: somebody's word that one artifact may be executed
 * on one host, once.  Whoever has the secret approves; the server that
 * executes has it, too, and checks.
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "domain/approval.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"

#define LIFE_DEFAULT_MS	((int64_t)15 * 60 * 1000)

struct	wish {
	const char	*tenant, *project, *artifact, *digest, *version;
	const char	*host, *by;
	int64_t		 life_ms;
};

static void
show_json(const char *token, const struct approval *a, struct buf *out)
{
	char		 from[TIME_RFC3339_SIZE], until[TIME_RFC3339_SIZE];
	struct jsonw	 w;

	time_rfc3339(a->not_before, from);
	time_rfc3339(a->expires_at, until);
	jsonw_init(&w, out, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str_opt(&w, "approval", token);
	jsonw_str(&w, "id", a->id);
	jsonw_str(&w, "tenant", a->tenant);
	jsonw_str(&w, "project", a->project);
	jsonw_str(&w, "digest", a->digest);
	jsonw_str(&w, "version", a->version);
	jsonw_str(&w, "host", a->host);
	jsonw_str(&w, "approved_by", a->approved_by);
	jsonw_str(&w, "not_before", from);
	jsonw_str(&w, "expires_at", until);
	jsonw_end(&w);
	buf_addc(out, '\n');
}

/* --- create ------------------------------------------------------------------ */

static enum err
take(char *out, size_t size, const char *flag, const char *text,
    struct diag *d)
{
	if (text == NULL || text[0] == '\0')
		return diag_set(d, ERR_INVAL, flag, "--%s is needed", flag);
	if (snprintf(out, size, "%s", text) >= (int)size)
		return diag_set(d, ERR_TOOBIG, flag, "--%s has more than %zu "
		    "bytes", flag, size - 1);
	return ERR_OK;
}

static enum err
digest(const struct wish *w, char out[static SHA256_HEX_SIZE], struct diag *d)
{
	enum err	 e;

	if ((w->artifact == NULL) == (w->digest == NULL))
		return diag_set(d, ERR_INVAL, "digest",
		    "one of --digest and --artifact is needed");
	if (w->digest != NULL)
		return take(out, SHA256_HEX_SIZE, "digest", w->digest, d);
	if ((e = sha256_file(w->artifact, out)) != ERR_OK)
		return diag_set(d, e, "artifact", "%s: %s", w->artifact,
		    err_text(e));
	return ERR_OK;
}

static enum err
create(const struct conf *c, const struct wish *w, struct approval *a,
    struct buf *token, struct diag *d)
{
	const struct passwd	*pw = getpwuid(getuid());
	struct utsname		 me;
	enum err		 e;

	if (c->execute_approval[0] == '\0')
		return diag_set(d, ERR_INVAL, NULL, "set BPFCOMPAT_API_RUNTIME_"
		    "EXECUTE_APPROVAL_TOKEN to the secret of the server that "
		    "executes");
	memset(a, 0, sizeof(*a));
	if (uname(&me) == -1)
		return diag_errno(d, "cannot tell the name of this host");
	if ((e = digest(w, a->digest, d)) != ERR_OK ||
	    (e = take(a->tenant, sizeof(a->tenant), "tenant", w->tenant,
	    d)) != ERR_OK ||
	    (e = take(a->project, sizeof(a->project), "project", w->project,
	    d)) != ERR_OK ||
	    (e = take(a->version, sizeof(a->version), "version", w->version,
	    d)) != ERR_OK ||
	    (e = take(a->host, sizeof(a->host), "host", w->host != NULL ?
	    w->host : me.nodename, d)) != ERR_OK ||
	    (e = take(a->approved_by, sizeof(a->approved_by), "approved-by",
	    w->by != NULL ? w->by : pw != NULL ? pw->pw_name : NULL, d)) !=
	    ERR_OK)
		return e;
	a->not_before = time_now_ms();
	a->expires_at = a->not_before + w->life_ms;
	return approval_make(c->execute_approval, a, token, d);
}

static int
create_verb(struct conf *c, int argc, char **argv)
{
	struct wish		 w = { .life_ms = LIFE_DEFAULT_MS };
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("artifact", &w.artifact, "FILE", "the artifact"),
		FLAG_S("digest", &w.digest, "HEX", "or its SHA-256"),
		FLAG_S("version", &w.version, "VERSION", "its version in the "
		    "history"),
		FLAG_S("tenant", &w.tenant, "NAME", "in this tenant"),
		FLAG_S("project", &w.project, "NAME", "and this project"),
		FLAG_S("host", &w.host, "NAME", "name of the host that loads "
		    "it (default: this one)"),
		FLAG_S("approved-by", &w.by, "NAME", "who approves (default: "
		    "the user who runs this)"),
		FLAG_D("expires-in", &w.life_ms, 1000, APPROVAL_LIFE_MAX_MS,
		    "for so long (default 15m, at most 24h)"),
		FLAG_B("json", &json, "as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin approval create", "", "Makes an "
	    "approval for X-Execute-Approval-Token and prints it. The secret "
	    "is\nBPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN.", 0, table };
	struct buf		 token = BUF_INIT(APPROVAL_MAX);
	struct buf		 out = BUF_INIT(16 * 1024);
	struct approval		 a;
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if ((d.code = create(c, &w, &a, &token, &d)) == ERR_OK) {
		if (json)
			show_json(buf_str(&token), &a, &out);
		else
			buf_addf(&out, "%s\n", buf_str(&token));
		code = cli_print(&out);
	} else
		code = cli_error("admin approval create", json, &d);
	buf_clear(&token);
	buf_clear(&out);
	return code;
}

/* --- show -------------------------------------------------------------------- */

static int
show_verb(struct conf *c, int argc, char **argv)
{
	const struct flag	 table[] = { FLAG_LAST };
	const struct flags	 f = { "admin approval show", "", "Reads an "
	    "approval from standard input and prints what it says; whether "
	    "it is\ngenuine only the server can tell.", 0, table };
	char			 line[APPROVAL_MAX + 2] = "";
	struct buf		 out = BUF_INIT(16 * 1024);
	struct approval		 a;
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	(void)c;
	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (fgets(line, sizeof(line), stdin) != NULL)
		line[strcspn(line, "\r\n")] = '\0';
	if ((d.code = approval_read(line, &a, &d)) == ERR_OK) {
		show_json("", &a, &out);
		code = cli_print(&out);
	} else
		code = cli_error("admin approval show", false, &d);
	buf_clear(&out);
	return code;
}

static const struct verb verbs[] = {
	{ "create", "approve one execution", create_verb },
	{ "show", "what an approval says", show_verb },
	{ NULL, NULL, NULL },
};

int
admin_approval(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat admin approval",
	    "Approvals of what runtime execute may load.", c, argc, argv);
}
