/* bpfcompat kernels fetch and verify; verb_kernels_keep.c has the rest. */
#include "worker/cli/verb_kernels.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "domain/matrix.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/progress.h"
#include "worker/kernels/kernels.h"

static const struct verb verbs[] = {
	{ "fetch", "fetch the newest kernel of each profile", kernels_fetch_verb },
	{ "list", "what is known and what is here", kernels_list_verb },
	{ "verify", "hash every file of what is here", kernels_verify_verb },
	{ "prune", "remove old versions, caches and left-overs",
	    kernels_prune_verb },
	{ NULL, NULL, NULL },
};

int
verb_kernels(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat kernels",
	    "The kernels that guests boot: distribution packages, fetched "
	    "through apt.", c, argc, argv);
}

void
chosen_clear(struct chosen *ch)
{
	free(ch->p);
	profile_set_clear(&ch->set);
}

static enum err
choose_matrix(const struct conf *c, const char *name, struct chosen *ch,
    struct diag *d)
{
	struct matrix	 m;
	enum err	 e;

	if ((e = matrix_open(c, name, &ch->set, &m, d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < m.n; i++)
		ch->p[ch->n++] = profile_set_find(&ch->set,
		    m.target[i].profile_id);
	matrix_clear(&m);
	return ERR_OK;
}

static enum err
choose_ids(char **ids, int n, struct chosen *ch, struct diag *d)
{
	const struct profile	*p;

	if ((size_t)n > ch->set.n)
		return diag_set(d, ERR_INVAL, "profile",
		    "more profiles than there are");
	for (int i = 0; i < n; i++) {
		if ((p = profile_set_find(&ch->set, ids[i])) == NULL)
			return diag_set(d, ERR_INVAL, "profile", "unknown "
			    "profile \"%s\"; \"bpfcompat kernels list\" "
			    "shows the known ones", ids[i]);
		for (size_t k = 0; k < ch->n; k++)
			if (ch->p[k] == p)
				return diag_set(d, ERR_INVAL, "profile",
				    "\"%s\" is named twice", ids[i]);
		ch->p[ch->n++] = p;
	}
	return ERR_OK;
}

enum err
choose(const struct conf *c, const struct wanted *w, struct chosen *ch,
    struct diag *d)
{
	enum err	 e;

	memset(ch, 0, sizeof(*ch));
	if (w->n > 0 && (w->all || w->matrix != NULL))
		return diag_set(d, ERR_INVAL, "profile", "name profiles, or "
		    "--all, or --matrix: only one of them");
	if (w->all && w->matrix != NULL)
		return diag_set(d, ERR_INVAL, "matrix",
		    "--all and --matrix exclude each other");
	if ((e = profile_set_load_default(c, &ch->set, d)) != ERR_OK)
		return e;
	if ((ch->p = calloc(ch->set.n + 1, sizeof(*ch->p))) == NULL)
		return ERR_NOMEM;
	if (w->n > 0)
		return choose_ids(w->ids, w->n, ch, d);
	if (!w->all)
		return choose_matrix(c, w->matrix != NULL ? w->matrix :
		    c->matrix, ch, d);
	for (size_t i = 0; i < ch->set.n; i++)
		ch->p[ch->n++] = ch->set.item[i];
	return ERR_OK;
}

/* Lines of the display, one a profile. */
struct	shown {
	struct progress			*pr;
	const struct profile *const	*p;
	size_t				 n;
	int				*row;
	int				 bad;
};

static void
show_event(void *arg, const struct kernels_event *ev)
{
	struct shown	*s = arg;
	size_t		 i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->p[i]->id, ev->profile_id) == 0)
			break;
	if (i == s->n)
		return;
	if (ev->stage == KSTAGE_DONE || ev->stage == KSTAGE_FAILED) {
		s->bad += ev->stage == KSTAGE_FAILED;
		progress_end(s->pr, s->row[i], ev->stage == KSTAGE_DONE,
		    ev->text);
		return;
	}
	progress_set(s->pr, s->row[i], kernels_stage_word(ev->stage),
	    ev->done, ev->total, ev->stage == KSTAGE_DOWNLOAD, ev->text);
}

/* What the kernels of these profiles are kept under. */
static enum err
only_kernels(struct chosen *ch)
{
	const struct profile	**own = calloc(ch->n + 1, sizeof(*own));

	if (own == NULL)
		return ERR_NOMEM;
	ch->n = kernels_of(ch->p, ch->n, own);
	free(ch->p);
	ch->p = own;
	return ERR_OK;
}

static enum err
shown_start(struct shown *s, const struct chosen *ch, bool json)
{
	memset(s, 0, sizeof(*s));
	s->pr = progress_new(json ? STDOUT_FILENO : STDERR_FILENO,
	    json ? PROGRESS_JSON : PROGRESS_AUTO);
	s->row = calloc(ch->n + 1, sizeof(*s->row));
	s->p = ch->p;
	s->n = ch->n;
	if (s->pr == NULL || s->row == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < ch->n; i++)
		s->row[i] = progress_add(s->pr, ch->p[i]->id);
	return ERR_OK;
}

static void
shown_end(struct shown *s)
{
	progress_free(s->pr);
	free(s->row);
}

/* Ctrl-C and SIGTERM as a descriptor; -1 when that is not to be had. */
static int
stop_fd(void)
{
	sigset_t	 set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum err
fetch_chosen(const struct conf *c, const struct chosen *ch,
    struct kernels_fetch_opts *o, bool json, struct diag *d)
{
	struct shown	 s;
	char		 text[96];
	enum err	 e;

	if ((e = shown_start(&s, ch, json)) == ERR_OK) {
		o->fn = show_event;
		o->arg = &s;
		o->cancel_fd = stop_fd();
		e = kernels_fetch(c, ch->p, ch->n, o, d);
	}
	if (s.bad > 0) {
		/* Each failure was told where it happened. */
		snprintf(text, sizeof(text), "%d of %zu kernels could not be "
		    "fetched", s.bad, ch->n);
		progress_note(s.pr, text);
	}
	shown_end(&s);
	if (e != ERR_OK && e != ERR_CANCELED && s.bad > 0)
		d->code = ERR_OK;
	return e;
}

/* Disk images are nobody's to fetch, so "all" does not mean them. */
static void
only_packages(struct chosen *ch)
{
	size_t	 n = 0;

	for (size_t i = 0; i < ch->n; i++)
		if (ch->p[i]->source == PROFILE_PACKAGE)
			ch->p[n++] = ch->p[i];
	ch->n = n;
}

int
kernels_fetch_verb(struct conf *c, int argc, char **argv)
{
	struct kernels_fetch_opts	 o = KERNELS_FETCH_OPTS_INIT;
	struct wanted			 w = { NULL, false, argv, 0 };
	struct chosen			 ch;
	bool				 json = false;
	const struct flag		 table[] = {
		FLAG_S("matrix", &w.matrix, "FILE", "the profiles of a matrix "
		    "(default: the default matrix)"),
		FLAG_B("all", &w.all, "every profile of the catalogue"),
		FLAG_B("refresh", &o.refresh, "ask the archive anew, whatever "
		    "the age of the index"),
		FLAG_B("missing", &o.missing_only, "only what is not here, "
		    "without looking for newer versions"),
		FLAG_S("workdir", &c->workdir, "DIR", "working folder"),
		FLAG_B("json", &json, "one JSON object a line on standard "
		    "output"),
		FLAG_LAST
	};
	const struct flags		 f = { "kernels fetch",
	    "[PROFILE...]", "Fetches the newest kernel of each profile.  "
	    "An interrupted fetch goes on where\nit stopped.", -1, table };
	struct diag			 d = DIAG_INIT;
	int				 code;
	enum err			 e;

	if (!flags_parse(&f, argc, argv, &w.n, &code))
		return code;
	if ((e = choose(c, &w, &ch, &d)) == ERR_OK) {
		if (w.n == 0)
			only_packages(&ch);
		if ((e = only_kernels(&ch)) == ERR_OK)
			e = fetch_chosen(c, &ch, &o, json, &d);
	}
	chosen_clear(&ch);
	if (e == ERR_OK)
		return CLI_OK;
	return d.code == ERR_OK ? CLI_ERROR :
	    cli_error("kernels fetch", json, &d);
}

/* True when the kernel is whole, or was never fetched and not asked for. */
static bool
verify_one(const struct conf *c, struct progress *pr, int row,
    const char *id, bool asked)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	progress_set(pr, row, kernels_stage_word(KSTAGE_CHECK), 0, 0, false,
	    NULL);
	e = kernels_verify(c, id, &d);
	if (e == ERR_NOTFOUND && !asked) {
		progress_end(pr, row, true, "not fetched");
		return true;
	}
	progress_end(pr, row, e == ERR_OK, e == ERR_OK ? "as it was fetched" :
	    diag_text(&d));
	return e == ERR_OK;
}

int
kernels_verify_verb(struct conf *c, int argc, char **argv)
{
	struct wanted		 w = { NULL, false, argv, 0 };
	struct chosen		 ch;
	struct shown		 s;
	bool			 json = false, good = true;
	const struct flag	 table[] = {
		FLAG_S("matrix", &w.matrix, "FILE", "the profiles of a "
		    "matrix (default: every profile)"),
		FLAG_S("workdir", &c->workdir, "DIR", "working folder"),
		FLAG_B("json", &json, "one JSON object a line on standard "
		    "output"),
		FLAG_LAST
	};
	const struct flags	 f = { "kernels verify", "[PROFILE...]",
	    "Hashes every file of each fetched kernel against what was "
	    "recorded when it was\nfetched.  A damaged kernel is not run "
	    "any more; the next fetch mends it.", -1, table };
	struct diag		 d = DIAG_INIT;
	int			 code;
	enum err		 e;

	if (!flags_parse(&f, argc, argv, &w.n, &code))
		return code;
	w.all = w.n == 0 && w.matrix == NULL;
	if ((e = choose(c, &w, &ch, &d)) == ERR_OK &&
	    (e = only_kernels(&ch)) == ERR_OK) {
		if ((e = shown_start(&s, &ch, json)) == ERR_OK)
			for (size_t i = 0; i < ch.n; i++)
				good &= verify_one(c, s.pr, s.row[i],
				    ch.p[i]->id, !w.all);
		shown_end(&s);
	}
	chosen_clear(&ch);
	if (e != ERR_OK)
		return cli_error("kernels verify", json, &d);
	return good ? CLI_OK : CLI_ERROR;
}
