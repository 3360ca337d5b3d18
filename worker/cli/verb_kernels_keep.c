/* bpfcompat kernels list and prune. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "domain/kernel.h"
#include "worker/cli/saved.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_kernels.h"
#include "worker/kernels/kernels.h"

#define LIST_MAX	(1024 * 1024)

static const char *
state_word(enum err e)
{
	return e == ERR_OK ? "ok" : e == ERR_NOTFOUND ? "not fetched" :
	    "damaged";
}

static void
list_json(struct jsonw *w, const struct profile *p, const struct kernel *k,
    enum err e, const struct diag *d, const struct saved *s)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "profile_id", p->id);
	jsonw_str_opt(w, "base", p->base);
	jsonw_str(w, "state", state_word(e));
	if (e != ERR_OK) {
		if (e != ERR_NOTFOUND)
			jsonw_str(w, "error", diag_text(d));
		jsonw_end(w);
		return;
	}
	jsonw_str(w, "release", k->release);
	jsonw_str(w, "package", k->package[0].name);
	jsonw_str(w, "package_version", k->package[0].version);
	jsonw_str(w, "suite", k->package[0].suite);
	jsonw_str(w, "source_url", k->package[0].source_url);
	jsonw_int(w, "size_bytes", k->size_bytes);
	jsonw_bool(w, "has_modules", k->has_modules);
	jsonw_str(w, "fetched_at", k->fetched_at);
	jsonw_str(w, "suite_date", k->suite_date);
	jsonw_arr(w, "notes");
	for (int i = 0; i < k->nnotes; i++)
		jsonw_str(w, NULL, k->note[i]);
	jsonw_end(w);
	saved_write(s, w);
	jsonw_end(w);
}

/* A variant: whose kernel it boots, and what differs. */
static void
list_variant(struct buf *b, const struct profile *p, const struct saved *s)
{
	char		 buf[PROFILE_ENV_WORD_MAX];
	const char	*word;

	buf_addf(b, "%-36s template: %s\n    the kernel of %s, with", p->id,
	    saved_word(s), p->base);
	for (int i = 0; (word = profile_env_word(p, i, buf)) != NULL; i++)
		buf_addf(b, "%s %s", i > 0 ? "," : "", word);
	buf_addc(b, '\n');
}

static void
list_text(struct buf *b, const struct profile *p, const struct kernel *k,
    enum err e, const struct diag *d, const struct saved *s)
{
	if (p->base[0] != '\0') {
		list_variant(b, p, s);
		saved_lines(s, b);
		return;
	}
	if (e != ERR_OK) {
		buf_addf(b, "%-20s %s\n", p->id, state_word(e));
		if (e != ERR_NOTFOUND)
			buf_addf(b, "    %s\n", diag_text(d));
		return;
	}
	buf_addf(b, "%-20s %-8s %-32s %-24s %-20s %5lld MB  %s  %-20s  %s\n",
	    p->id, "ok", k->release, k->package[0].version,
	    k->package[0].suite, (long long)(k->size_bytes + 999999) /
	    1000000, k->has_modules ? "modules" : "-      ", k->fetched_at,
	    saved_word(s));
	for (int i = 0; i < k->nnotes; i++)
		buf_addf(b, "    %s\n", k->note[i]);
	saved_lines(s, b);
}

static int
list(const struct conf *c, const struct chosen *ch, bool json)
{
	struct buf	 b = BUF_INIT(LIST_MAX);
	struct jsonw	 w;
	struct kernel	 k;
	struct db	*db = saved_db(c);
	int		 code;
	enum err	 e;

	jsonw_init(&w, &b, JSONW_INDENT);
	if (json) {
		jsonw_obj(&w, NULL);
		jsonw_arr(&w, "kernels");
	} else {
		buf_addf(&b, "%-20s %-8s %-32s %-24s %-20s %8s  %s  %-20s  %s\n",
		    "PROFILE", "STATE", "RELEASE", "PACKAGE VERSION",
		    "SUITE", "SIZE", "MODULES", "FETCHED", "TEMPLATE");
	}
	for (size_t i = 0; i < ch->n; i++) {
		struct diag	 d = DIAG_INIT;
		struct saved	 s = { 0 };

		e = kernel_find(c, profile_kernel(ch->p[i])->id, &k, &d);
		if (e == ERR_OK)
			saved_look(c, ch->p[i], &k, db, &s);
		if (json)
			list_json(&w, ch->p[i], &k, e, &d, &s);
		else
			list_text(&b, ch->p[i], &k, e, &d, &s);
		if (e == ERR_OK)
			kernel_clear(&k);
	}
	if (json) {
		jsonw_end(&w);
		jsonw_end(&w);
		buf_addc(&b, '\n');
	}
	if (db != NULL)
		db_close(db);
	code = cli_print(&b);
	buf_clear(&b);
	return code;
}

int
kernels_list_verb(struct conf *c, int argc, char **argv)
{
	struct wanted		 w = { NULL, false, argv, 0 };
	struct chosen		 ch;
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_S("matrix", &w.matrix, "FILE", "the profiles of a "
		    "matrix (default: every profile)"),
		FLAG_S("workdir", &c->workdir, "DIR", "working folder"),
		FLAG_B("json", &json, "as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "kernels list", "[PROFILE...]",
	    "Lists the profiles, the kernels that are here for them, and whether "
	    "a saved guest\n(template) of each is ready: new targets start from "
	    "it.", -1,
	    table };
	struct diag		 d = DIAG_INIT;
	int			 code;

	if (!flags_parse(&f, argc, argv, &w.n, &code))
		return code;
	w.all = w.n == 0 && w.matrix == NULL;
	code = choose(c, &w, &ch, &d) == ERR_OK ? list(c, &ch, json) :
	    cli_error("kernels list", json, &d);
	chosen_clear(&ch);
	return code;
}

int
kernels_prune_verb(struct conf *c, int argc, char **argv)
{
	struct kernels_prune_opts	 o = { false, 0 };
	int64_t				 keep = 0, freed = 0;
	bool				 json = false;
	const struct flag		 table[] = {
		FLAG_B("all", &o.all, "the current kernels too"),
		FLAG_N("keep", &keep, 0, 100, "N", "old versions to keep of "
		    "each profile (default 0)"),
		FLAG_S("workdir", &c->workdir, "DIR", "working folder"),
		FLAG_B("json", &json, "as JSON"),
		FLAG_LAST
	};
	const struct flags		 f = { "kernels prune", "",
	    "Removes versions that are not current, left-overs of "
	    "interrupted fetches and\napt's lists and caches.  Not while runs "
	    "are under way: they may use an old version.", 0, table };
	struct buf			 b = BUF_INIT(4096);
	struct diag			 d = DIAG_INIT;
	int				 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	o.keep = (int)keep;
	if (kernels_prune(c, &o, &freed, &d) != ERR_OK)
		return cli_error("kernels prune", json, &d);
	if (json)
		buf_addf(&b, "{\"freed_bytes\":%lld}\n", (long long)freed);
	else
		buf_addf(&b, "%.1f MB freed\n", (double)freed / 1e6);
	code = cli_print(&b);
	buf_clear(&b);
	return code;
}
