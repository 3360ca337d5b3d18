/*
 * bpfcompat runtime probe|select: what this host's kernel has, and which
 * recorded version of an artifact it may load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/decision.h"
#include "domain/hostprobe_local.h"
#include "domain/select.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_runtime.h"

#define OUTPUT_MAX	((size_t)1024 * 1024)

#define PROBE_FLAGS(o)							\
	FLAG_B("prefer-privileged", &(o).prefer_privileged,		\
	    "ask as root, through sudo where that is allowed"),		\
	FLAG_B("use-sudo", &(o).use_sudo, "sudo may be used (default)"), \
	FLAG_B("sudo-non-interactive", &(o).sudo_non_interactive,	\
	    "sudo asks for no password (default)")

/* A document, indented. */
static enum err
show(const struct buf *doc, struct buf *out)
{
	struct jval	*v = NULL;
	struct jsonw	 w;
	enum err	 e;

	if ((e = jval_parse(doc->data, doc->len, &v, NULL)) != ERR_OK)
		return e;
	jsonw_init(&w, out, JSONW_INDENT);
	jval_write(v, &w, NULL, OUTPUT_MAX);
	buf_addc(out, '\n');
	jval_free(v);
	return buf_err(out);
}

int
runtime_probe_verb(struct conf *c, int argc, char **argv)
{
	struct hostprobe_opts	 o = HOSTPROBE_OPTS_INIT;
	const struct flag	 table[] = {
		PROBE_FLAGS(o),
		FLAG_B("fresh", &o.fresh, "do not use an earlier answer"),
		FLAG_S("workdir", &c->workdir, "DIR", "the work folder"),
		FLAG_LAST };
	const struct flags	 f = { "runtime probe", "", "What this host's "
		"kernel has, as JSON; each fact says how it was learnt.", 0,
		table };
	struct buf		 doc = BUF_INIT(HOSTPROBE_MAX);
	struct buf		 out = BUF_INIT(OUTPUT_MAX);
	struct diag		 d = DIAG_INIT;
	enum err		 e;
	int			 nwords, code;

	if (!flags_parse(&f, argc, argv, &nwords, &code))
		return code;
	o.terminal = isatty(STDIN_FILENO) == 1;
	if ((e = hostprobe_local(c, &o, &doc, &d)) == ERR_OK)
		e = show(&doc, &out);
	if (e != ERR_OK)
		code = cli_error(f.verb, true, d.code != ERR_OK ? &d :
		    &(struct diag){ .code = e });
	else
		code = cli_print(&out);
	buf_clear(&doc);
	buf_clear(&out);
	return code;
}

/* --- select ---------------------------------------------------------------------*/

struct	wanted {
	struct conf		*c;
	const char		*name, *version, *target, *policy, *host;
	int64_t			 limit;
	struct hostprobe_opts	 opts;
};

/* The policy of a file, or the text itself when it begins with "{". */
static enum err
read_json(const char *arg, const char *label, struct buf *text,
    struct jval **doc, struct diag *d)
{
	enum err	 e = ERR_OK;

	if (arg == NULL)
		return ERR_OK;
	if (arg[0] == '{')
		buf_adds(text, arg);
	else
		e = fsio_read(arg, text, d);
	if (e == ERR_OK && (e = buf_err(text)) == ERR_OK)
		e = jval_parse(buf_str(text), text->len, doc, d);
	return e == ERR_OK || d->field[0] != '\0' ? e :
	    diag_set(d, e, label, "%s: %.800s", label, diag_text(d));
}

struct	answer {
	struct buf		 host_text, policy_text, selection;
	struct jval		*host_doc, *policy_doc;
	struct select_policy	 policy;
	struct host		 host;
	struct selection	*sel;
	char			 correlation[DECISION_CORRELATION_SIZE];
};

static void
answer_clear(struct answer *a)
{
	selection_free(a->sel);
	select_policy_clear(&a->policy);
	jval_free(a->host_doc);
	jval_free(a->policy_doc);
	buf_clear(&a->host_text);
	buf_clear(&a->policy_text);
	buf_clear(&a->selection);
}

static enum err
read_all(const struct wanted *w, struct answer *a, struct diag *d)
{
	enum err	 e;

	if ((e = read_json(w->policy, "policy", &a->policy_text,
	    &a->policy_doc, d)) != ERR_OK ||
	    (e = select_policy_read(a->policy_doc, "policy", &a->policy,
	    d)) != ERR_OK)
		return e;
	if (w->host != NULL)
		e = read_json(w->host, "host-probe", &a->host_text,
		    &a->host_doc, d);
	else if ((e = hostprobe_local(w->c, &w->opts, &a->host_text, d)) ==
	    ERR_OK)
		e = jval_parse(a->host_text.data, a->host_text.len,
		    &a->host_doc, d);
	return e == ERR_OK ? hostprobe_read(a->host_doc, "host-probe",
	    &a->host, d) : e;
}

static enum err
choose(struct db *db, const struct wanted *w, struct answer *a,
    struct diag *d)
{
	struct profile_set	 profiles = { 0 };
	struct select_query	 q = { .chain = HISTORY_CHAIN_SERVER,
		.name = w->name, .version = w->version,
		.target_profile = w->target, .limit = w->limit,
		.policy = &a->policy, .host = &a->host,
		.profiles = &profiles };
	struct jsonw		 j;
	enum err		 e;

	if ((e = profile_set_load_default(w->c, &profiles, d)) != ERR_OK)
		return e;
	if ((e = db_begin_read(db)) == ERR_OK) {
		e = select_run(db, &q, &a->sel, d);
		db_rollback(db);
	}
	if (a->sel != NULL) {
		jsonw_init(&j, &a->selection, JSONW_COMPACT);
		selection_json(&j, NULL, a->sel);
	}
	profile_set_clear(&profiles);
	return e;
}

/* On record, and the reply, as the API has both. */
static void
reply(struct db *db, const struct wanted *w, struct answer *a, enum err e,
    const struct diag *why, struct buf *out)
{
	struct decision	 d = { .source = DECISION_CLI,
		.correlation_id = a->correlation, .artifact_name = w->name,
		.requested_version = w->version,
		.target_profile = w->target,
		.code = e == ERR_OK ? NULL : why->word != NULL ? why->word :
		    err_code(e),
		.reason = e == ERR_OK ? NULL : diag_text(why),
		.policy = buf_str(&a->policy_text),
		.host_probe = buf_str(&a->host_text),
		.selection = buf_str(&a->selection),
		.actor = "command line", .identity_type = "cli" };
	struct decision_done	 done;
	struct diag		 dg = DIAG_INIT;
	struct jval		*v = NULL;
	struct jsonw		 j;
	enum err		 recorded;

	selection_decided(a->sel, e, &d);
	recorded = decision_record(db, &d, &done, &dg);
	jsonw_init(&j, out, JSONW_INDENT);
	jsonw_obj(&j, NULL);
	if (e != ERR_OK) {
		jsonw_str(&j, "error", diag_text(why));
		jsonw_str(&j, "code", d.code);
	}
	if (recorded == ERR_OK) {
		decision_audit_json(&j, &done);
		decision_done_clear(&done);
	} else
		decision_audit_failed_json(&j, recorded, &dg);
	jsonw_str(&j, "correlation_id", a->correlation);
	jval_write(a->host_doc, &j, "host_probe", OUTPUT_MAX);
	if (a->selection.len > 0 && jval_parse(a->selection.data,
	    a->selection.len, &v, NULL) == ERR_OK)
		jval_write(v, &j, "selection", OUTPUT_MAX);
	jval_free(v);
	jsonw_end(&j);
	buf_addc(out, '\n');
}

static int
run(const struct wanted *w, const char *verb)
{
	struct answer	 a = { .host_text = BUF_INIT(HOSTPROBE_MAX),
		.policy_text = BUF_INIT(64 * 1024),
		.selection = BUF_INIT(OUTPUT_MAX / 2) };
	struct buf	 out = BUF_INIT(OUTPUT_MAX);
	struct diag	 d = DIAG_INIT;
	struct db	*db = NULL;
	enum err	 e;
	int		 code;

	select_policy_init(&a.policy);
	decision_correlation(a.correlation);
	if ((e = read_all(w, &a, &d)) == ERR_OK &&
	    (e = cli_open_db(w->c, DB_WEB, &db, &d)) == ERR_OK) {
		e = choose(db, w, &a, &d);
		reply(db, w, &a, e, &d, &out);
	}
	if (out.len > 0) {
		code = cli_print(&out);
		if (e != ERR_OK)
			fprintf(stderr, "bpfcompat %s: %s\n", verb,
			    diag_text(&d));
	} else
		code = cli_error(verb, true, &d);
	answer_clear(&a);
	buf_clear(&out);
	db_close(db);
	return e == ERR_OK ? code : CLI_ERROR;
}

int
runtime_select_verb(struct conf *c, int argc, char **argv)
{
	struct wanted		 w = { .c = c, .opts = HOSTPROBE_OPTS_INIT };
	const struct flag	 table[] = {
		FLAG_S("artifact-name", &w.name, "NAME", "the artifact"),
		FLAG_S("version", &w.version, "VERSION", "only this one"),
		FLAG_S("target-profile", &w.target, "PROFILE",
		    "judge by this kernel, not by the host's"),
		FLAG_S("policy", &w.policy, "FILE",
		    "what is demanded: a JSON file, or the object itself"),
		FLAG_S("host-probe", &w.host, "FILE",
		    "another host, as \"runtime probe\" printed it"),
		FLAG_N("limit", &w.limit, 0, SELECT_LIST_MAX, "N",
		    "so many candidates are listed"),
		PROBE_FLAGS(w.opts),
		FLAG_S("workdir", &c->workdir, "DIR", "the work folder"),
		FLAG_LAST };
	const struct flags	 f = { "runtime select", "", "Which recorded "
		"version this host may load, and why, as JSON.  Exit 1 when "
		"none is acceptable.", 0, table };
	struct diag		 d = DIAG_INIT;
	int			 nwords, code;

	if (!flags_parse(&f, argc, argv, &nwords, &code))
		return code;
	if (w.name == NULL || w.name[0] == '\0') {
		diag_set(&d, ERR_INVAL, "artifact-name", "name the artifact "
		    "with --artifact-name");
		return cli_error(f.verb, false, &d);
	}
	w.opts.terminal = isatty(STDIN_FILENO) == 1;
	return run(&w, f.verb);
}
