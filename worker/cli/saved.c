#include "worker/cli/saved.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "worker/guest_spec.h"
#include "worker/runner.h"

/* Beyond the time a guest has: it boots none. */
#define GRACE_MS	1000

struct db *
saved_db(const struct conf *c)
{
	struct db	*db = NULL;
	char		 path[PATH_MAX];

	/* Looking at kernels makes no database. */
	if (path_join(path, sizeof(path), c->workdir, "bpfcompat.db",
	    NULL) == ERR_OK && fsio_exists(path))
		(void)db_open(c->workdir, DB_WORKER, &db, NULL);
	return db;
}

static void
set(struct saved *s, const char *state, const char *reason)
{
	snprintf(s->state, sizeof(s->state), "%s", state);
	snprintf(s->reason, sizeof(s->reason), "%s", reason);
}

static void
take(struct saved *s, const struct runner_end *end)
{
	const struct jval	*v = jval_get(end->doc, "template_state");

	if (v == NULL) {
		set(s, "", end->error);
		return;
	}
	jval_copy_str(v, "state", s->state, sizeof(s->state));
	jval_copy_str(v, "reason", s->reason, sizeof(s->reason));
	jval_copy_str(v, "at", s->at, sizeof(s->at));
	s->size_bytes = jval_get_int(v, "size_bytes", 0);
	s->build_ms = jval_get_int(v, "build_ms", 0);
}

static enum err
ask(const struct conf *c, const struct profile *p, const struct kernel *k,
    struct saved *s, struct diag *d)
{
	static const struct runner_ops	 ops;
	struct buf			 cmdline = BUF_INIT(4096);
	struct runner_spec		 spec;
	struct runner_end		 end;
	struct runner			*r = NULL;
	char				 dir[PATH_MAX], cache[PATH_MAX];
	char				 program[PATH_MAX];
	enum err			 e;

	if (c->runner_bin[0] != '\0')
		snprintf(program, sizeof(program), "%s", c->runner_bin);
	else if ((e = paths_program(c, "bpfcompat-runner", program,
	    sizeof(program), d)) != ERR_OK)
		return e;
	/* The worker's key has the absolute path in it, too. */
	if ((e = paths_cache(c, dir, sizeof(dir))) != ERR_OK)
		return e;
	if (realpath(dir, cache) == NULL) {
		set(s, "none", "");
		return ERR_OK;
	}
	e = guest_spec(c, cache, p, k, &spec, &cmdline);
	spec.task = "look";
	if (e == ERR_OK && (e = runner_start(program, &spec, GRACE_MS, &ops,
	    NULL, &r, d)) == ERR_OK) {
		runner_wait(r, &end);
		take(s, &end);
		runner_free(r);
	}
	buf_clear(&cmdline);
	return e;
}

void
saved_look(const struct conf *c, const struct profile *p,
    const struct kernel *k, struct db *db, struct saved *s)
{
	struct diag	 d = DIAG_INIT;

	if (!guest_saved(c))
		set(s, "unusable", "templates are turned off "
		    "(BPFCOMPAT_TEMPLATE_MAX_MB, BPFCOMPAT_VM_FRESH_BOOT)");
	else if (p->source != PROFILE_PACKAGE)
		return;
	else if (ask(c, p, k, s, &d) != ERR_OK)
		set(s, "", diag_text(&d));
	if (db == NULL || store_check_last(db, p->id, &s->check) != ERR_OK)
		s->check.checked_at[0] = '\0';
}

const char *
saved_word(const struct saved *s)
{
	return s->state[0] == '\0' ? "-" : s->state;
}

void
saved_lines(const struct saved *s, struct buf *b)
{
	if (s->reason[0] != '\0')
		buf_addf(b, "    template: %s\n", s->reason);
	if (s->check.checked_at[0] != '\0' && s->check.different > 0)
		buf_addf(b, "    %lld of %lld self-checks differed; the last, "
		    "%s: %s%s%s\n", (long long)s->check.different,
		    (long long)(s->check.same + s->check.different),
		    s->check.checked_at, s->check.outcome,
		    s->check.text[0] != '\0' ? ": " : "", s->check.text);
}

void
saved_write(const struct saved *s, struct jsonw *w)
{
	if (s->state[0] != '\0' || s->reason[0] != '\0') {
		jsonw_obj(w, "template");
		jsonw_str(w, "state", saved_word(s));
		jsonw_str_opt(w, "at", s->at);
		jsonw_str_opt(w, "reason", s->reason);
		jsonw_int_opt(w, "size_bytes", s->size_bytes);
		jsonw_int_opt(w, "build_ms", s->build_ms);
		jsonw_end(w);
	}
	if (s->check.checked_at[0] == '\0')
		return;
	jsonw_obj(w, "template_check");
	jsonw_str(w, "checked_at", s->check.checked_at);
	jsonw_str(w, "outcome", s->check.outcome);
	jsonw_str_opt(w, "text", s->check.text);
	jsonw_int(w, "same", s->check.same);
	jsonw_int(w, "different", s->check.different);
	jsonw_end(w);
}
