/* bpfcompat runtime worker-execute, list, status, detach. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json_in.h"
#include "base/paths.h"
#include "domain/execute_ask.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_runtime.h"

/* Becomes the loader: what reads the request is what loads. */
int
runtime_worker_verb(struct conf *c, int argc, char **argv)
{
	const struct flag	 table[] = { FLAG_LAST };
	const struct flags	 f = { "runtime worker-execute", "", "Loads "
	    "one object into this host's kernel: the request comes on "
	    "standard input, the result goes to standard output as a line of "
	    "JSON. The API and the agent start it, or a socket of systemd "
	    "does.", 0, table };
	char			 path[PATH_MAX];
	char			*const args[] = { path, NULL };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (paths_program(c, "bpfcompat-execute", path, sizeof(path), &d) ==
	    ERR_OK)
		execv(path, args);
	diag_set(&d, ERR_UNAVAILABLE, NULL, "this installation has no loader "
	    "(%s)", strerror(errno));
	return cli_error(f.verb, false, &d);
}

/* --- people's side -------------------------------------------------------------*/

static void
show_load(const struct jval *l, struct buf *b)
{
	const struct jval	*k = jval_get(l, "kernel");

	buf_addf(b, "%s  %s  %s@%s  %.12s  %s%s%s  by %s\n",
	    jval_get_str(l, "load_id", ""), jval_get_str(l, "state", ""),
	    jval_get_str(l, "artifact_name", ""),
	    jval_get_str(l, "artifact_version", ""),
	    jval_get_str(l, "artifact_sha256", ""),
	    jval_get_str(l, "tenant", ""),
	    jval_get_str(l, "tenant", "")[0] != '\0' ? "/" : "",
	    jval_get_str(l, "project", ""),
	    jval_get_str(l, "requested_by", "?"));
	for (size_t i = 0; i < jval_len(k); i++)
		buf_addf(b, "  %-10s %s\n", jval_get_str(jval_at(k, i),
		    "state", ""), jval_get_str(jval_at(k, i), "name", ""));
}

static void
show(const struct buf *reply, bool json, struct buf *out)
{
	struct jval		*doc = NULL;
	const struct jval	*all;

	if (json) {
		buf_add(out, reply->data, reply->len);
		buf_addc(out, '\n');
		return;
	}
	if (jval_parse(reply->data, reply->len, &doc, NULL) != ERR_OK)
		return;
	all = jval_get(doc, "loads");
	for (size_t i = 0; i < jval_len(all); i++)
		show_load(jval_at(all, i), out);
	if (jval_get(doc, "load") != NULL)
		show_load(jval_get(doc, "load"), out);
	jval_free(doc);
}

static int
ask(struct conf *c, int argc, char **argv, const char *op, const char *about)
{
	char			 verb[32], who[32];
	bool			 json = false, one = strcmp(op, "list") != 0;
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_B("json", &json, "the loader's own answer"),
		FLAG_LAST
	};
	const struct flags	 f = { verb, one ? "LOAD_ID" : "", about,
				    one ? 1 : 0, table };
	struct buf		 reply = BUF_INIT(EXECUTE_REPLY_MAX);
	struct buf		 out = BUF_INIT(EXECUTE_REPLY_MAX);
	struct execute_ask	 a = { .op = op, .requested_by = who };
	struct diag		 d = DIAG_INIT;
	int			 n, code;
	enum err		 e;

	snprintf(verb, sizeof(verb), "runtime %s", op);
	snprintf(who, sizeof(who), "uid:%u", (unsigned int)getuid());
	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (one && n != 1)
		e = diag_set(&d, ERR_INVAL, "LOAD_ID", "say which load; "
		    "\"bpfcompat runtime list\" shows them");
	else {
		a.load_id = one ? argv[0] : NULL;
		e = execute_ask(c, &a, &reply, &d);
	}
	if (e == ERR_OK)
		show(&reply, json, &out);
	code = e == ERR_OK ? cli_print(&out) : cli_error(verb, json, &d);
	buf_clear(&reply);
	buf_clear(&out);
	return code;
}

int
runtime_list_verb(struct conf *c, int argc, char **argv)
{
	return ask(c, argc, argv, "list", "Lists what was loaded into this "
	    "host's kernel, and whether the kernel still has it.");
}

int
runtime_status_verb(struct conf *c, int argc, char **argv)
{
	return ask(c, argc, argv, "status", "One load, link by link, as the "
	    "kernel tells it.");
}

int
runtime_detach_verb(struct conf *c, int argc, char **argv)
{
	return ask(c, argc, argv, "detach", "Takes a load out of the kernel. "
	    "Nothing is touched when something else is pinned in its place.");
}
