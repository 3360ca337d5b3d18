/*
 * SARIF 2.1.0: one result for a cause of a program, with the kernels it was
 * seen on; the same cause on ten kernels is one thing to repair.  The rule of
 * a result is its code.  What does not block is still told: expected and
 * known failures as suppressed results, optional ones as warnings.
 *
 * Kernels that could not be told are no results but notifications.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

#include "base/json_out.h"
#include "domain/out.h"

#define SCHEMA	"https://json.schemastore.org/sarif-2.1.0.json"
#define TEXT_MAX	2000
#define URI_MAX		2048

/* A cause and the targets of one case that have it. */
struct	group {
	const struct oc_case	*c;
	const struct oc_finding	*f;
	struct oc_finding	 own;	/* of a target that names no cause */
	const struct oc_target	*first;
	size_t			 ntargets;
	enum oc_effect		 effect;	/* the gravest */
	struct buf		 kernels;	/* "debian-12-6.1, ..." */
	size_t			 rule;
};

struct	groups {
	struct group	*g;
	size_t		 n;
	const char	**rules;	/* codes, each once */
	size_t		 nrules;
};

static bool
same(const struct oc_finding *a, const struct oc_finding *b)
{
	return a->line == b->line && strcmp(a->program, b->program) == 0 &&
	    strcmp(a->code, b->code) == 0 && strcmp(a->sub, b->sub) == 0 &&
	    strcmp(a->file, b->file) == 0;
}

/* Lower is graver. */
static int
gravity(enum oc_effect e)
{
	return e == OC_BLOCKS ? 0 : e == OC_OPTIONAL ? 1 : 2;
}

static size_t
rule_of(struct groups *s, const char *code)
{
	for (size_t i = 0; i < s->nrules; i++)
		if (strcmp(s->rules[i], code) == 0)
			return i;
	s->rules[s->nrules] = code;
	return s->nrules++;
}

static void
add(struct groups *s, const struct oc_case *c, const struct oc_target *t,
    const struct oc_finding *f)
{
	struct group	*g = NULL;

	for (size_t i = 0; i < s->n && g == NULL; i++)
		if (s->g[i].c == c && same(s->g[i].f, f))
			g = &s->g[i];
	if (g == NULL) {
		g = &s->g[s->n++];
		g->c = c;
		g->own = *f;
		g->f = &g->own;
		g->first = t;
		g->effect = t->effect;
		g->rule = rule_of(s, f->code);
		buf_init(&g->kernels, TEXT_MAX);
	}
	if (gravity(t->effect) < gravity(g->effect))
		g->effect = t->effect;
	buf_addf(&g->kernels, "%s%.80s", g->ntargets++ > 0 ? ", " : "",
	    t->profile);
}

/* A target without a named cause: a test, a command, an unexpected pass. */
static void
add_bare(struct groups *s, const struct oc_case *c,
    const struct oc_target *t)
{
	const struct oc_finding	 f = { "", "", t->code[0] != '\0' ? t->code :
				    t->effect == OC_BLOCKS && strcmp(
				    t->status, "pass") == 0 ?
				    "UNEXPECTED_PASS" : "UNCLASSIFIED_FAILURE",
				    "", t->reason[0] != '\0' ? t->reason :
				    t->expected, "", "", "", "", "", "", "",
				    0, 0 };

	add(s, c, t, &f);
}

static enum err
collect(const struct outcome *o, struct groups *s)
{
	const struct oc_target	*t;
	size_t			 most = 1;

	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < o->cases[i].ntargets; k++)
			most += o->cases[i].targets[k].nfindings + 1;
	s->g = calloc(most, sizeof(*s->g));
	s->rules = calloc(most, sizeof(*s->rules));
	if (s->g == NULL || s->rules == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < o->cases[i].ntargets; k++) {
			t = &o->cases[i].targets[k];
			if (t->effect == OC_OK || t->effect == OC_UNKNOWN ||
			    t->effect == OC_UNTOLD)
				continue;
			for (size_t f = 0; f < t->nfindings; f++)
				add(s, &o->cases[i], t, &t->findings[f]);
			if (t->nfindings == 0)
				add_bare(s, &o->cases[i], t);
		}
	return ERR_OK;
}

static void
text(struct jsonw *w, const char *key, const char *s)
{
	jsonw_obj(w, key);
	jsonw_strn(w, "text", s, strnlen(s, TEXT_MAX));
	jsonw_end(w);
}

/* --- rules ------------------------------------------------------------------- */

static void
rules(struct jsonw *w, const struct groups *s)
{
	jsonw_arr(w, "rules");
	for (size_t i = 0; i < s->nrules; i++) {
		const struct oc_finding	*f = NULL;

		for (size_t k = 0; k < s->n && f == NULL; k++)
			if (s->g[k].rule == i)
				f = s->g[k].f;
		jsonw_obj(w, NULL);
		jsonw_str(w, "id", s->rules[i]);
		text(w, "shortDescription", s->rules[i]);
		if (f != NULL && f->remedy[0] != '\0')
			text(w, "help", f->remedy);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* --- results ----------------------------------------------------------------- */

/* RFC 3986: what is no plain character of a path is encoded. */
static void
uri(struct buf *b, const char *path)
{
	const unsigned char	*p = (const unsigned char *)path;

	if (*p == '/')
		buf_adds(b, "file://");
	for (; *p != '\0' && b->len < URI_MAX; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr("-._~/", *p) != NULL)
			buf_addc(b, (char)*p);
		else
			buf_addf(b, "%%%02X", *p);
	}
}

/* Where in the source; without one the object itself is the place. */
static void
location(struct jsonw *w, const struct group *g, const struct out_opts *o)
{
	struct buf	 b = BUF_INIT(URI_MAX + 16);
	bool		 source = g->f->file[0] != '\0' && g->f->line > 0;

	uri(&b, source ? out_source(o, g->f->file) : g->c->artifact[0] !=
	    '\0' ? g->c->artifact : g->c->name);
	jsonw_arr(w, "locations");
	jsonw_obj(w, NULL);
	jsonw_obj(w, "physicalLocation");
	jsonw_obj(w, "artifactLocation");
	jsonw_str(w, "uri", buf_str(&b));
	jsonw_end(w);
	jsonw_obj(w, "region");
	jsonw_int(w, "startLine", source ? g->f->line : 1);
	if (source && g->f->column > 0)
		jsonw_int(w, "startColumn", g->f->column);
	if (source && g->f->text[0] != '\0')
		text(w, "snippet", g->f->text);
	jsonw_end(w);
	jsonw_end(w);
	if (g->f->program[0] != '\0') {
		jsonw_arr(w, "logicalLocations");
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", g->f->program);
		jsonw_str(w, "kind", "function");
		jsonw_end(w);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
	buf_clear(&b);
}

/* A sentence, with its full stop. */
static void
sentence(struct buf *b, const char *before, const char *s)
{
	size_t	 n = strnlen(s, TEXT_MAX / 2);

	if (n == 0)
		return;
	buf_addf(b, "%s%.*s%s", before, (int)n, s, s[n - 1] == '.' ? "" :
	    ".");
}

static void
message(struct jsonw *w, const struct group *g)
{
	const struct oc_finding	*f = g->f;
	struct buf		 b = BUF_INIT(4 * TEXT_MAX);

	if (f->program[0] != '\0')
		buf_addf(&b, "Program %.128s: ", f->program);
	sentence(&b, "", f->reason[0] != '\0' ? f->reason : f->code);
	sentence(&b, " The verifier says: ", f->verdict);
	sentence(&b, " Remedy: ", f->remedy[0] != '\0' ? f->remedy : f->fix);
	sentence(&b, " Kernels: ", buf_str(&g->kernels));
	text(w, "message", buf_str(&b));
	buf_clear(&b);
}

static void
suppression(struct jsonw *w, const struct group *g)
{
	if (g->effect != OC_EXPECTED && g->effect != OC_KNOWN)
		return;
	jsonw_arr(w, "suppressions");
	jsonw_obj(w, NULL);
	jsonw_str(w, "kind", "external");
	jsonw_str(w, "status", "accepted");
	jsonw_str(w, "justification", g->effect == OC_KNOWN ? "failed in "
	    "the baseline already" : "the manifest expects it");
	jsonw_end(w);
	jsonw_end(w);
}

/* Stays the same while kernels come and go and lines move. */
static void
fingerprint(struct jsonw *w, const struct group *g)
{
	struct buf	 b = BUF_INIT(1024);

	buf_addf(&b, "%.128s/%.128s/%.64s/%.64s", g->c->name, g->f->program,
	    g->f->code, g->f->sub);
	jsonw_obj(w, "partialFingerprints");
	jsonw_str(w, "bpfcompat/v1", buf_str(&b));
	jsonw_end(w);
	buf_clear(&b);
}

static void
result(struct jsonw *w, const struct group *g, const struct out_opts *o)
{
	static const char *const levels[] = { "error", "warning", "note" };

	jsonw_obj(w, NULL);
	jsonw_str(w, "ruleId", g->f->code);
	jsonw_int(w, "ruleIndex", (int64_t)g->rule);
	jsonw_str(w, "level", levels[gravity(g->effect)]);
	message(w, g);
	location(w, g, o);
	fingerprint(w, g);
	suppression(w, g);
	jsonw_obj(w, "properties");
	jsonw_str(w, "case", g->c->name);
	jsonw_str(w, "effect", oc_effect_word(g->effect));
	jsonw_str(w, "kernels", buf_str(&g->kernels));
	jsonw_str_opt(w, "subReason", g->f->sub);
	jsonw_str_opt(w, "section", g->f->section);
	jsonw_str_opt(w, "artifactSha256", g->c->sha256);
	jsonw_end(w);
	jsonw_end(w);
}

/* --- what could not be told ----------------------------------------------------- */

static void
notify(struct jsonw *w, const char *of, const char *kernel, const char *why,
    bool required)
{
	struct buf	 b = BUF_INIT(2 * TEXT_MAX);

	buf_addf(&b, "%.128s%s%.80s: %.1000s", of, kernel[0] != '\0' ?
	    " on " : "", kernel, why);
	jsonw_obj(w, NULL);
	jsonw_str(w, "level", required ? "error" : "warning");
	text(w, "message", buf_str(&b));
	jsonw_end(w);
	buf_clear(&b);
}

static void
invocation(struct jsonw *w, const struct outcome *o)
{
	jsonw_arr(w, "invocations");
	jsonw_obj(w, NULL);
	jsonw_bool(w, "executionSuccessful", o->exit_code != 1);
	jsonw_int(w, "exitCode", o->exit_code);
	if (o->started_at[0] != '\0')
		jsonw_str(w, "startTimeUtc", o->started_at);
	jsonw_arr(w, "toolExecutionNotifications");
	for (size_t i = 0; i < o->n; i++) {
		const struct oc_case	*c = &o->cases[i];

		if (c->error[0] != '\0')
			notify(w, c->name, "", c->error,
			    strcmp(c->status, "error") == 0);
		for (size_t k = 0; k < c->ntargets; k++)
			if (c->targets[k].effect == OC_UNKNOWN ||
			    c->targets[k].effect == OC_UNTOLD)
				notify(w, c->name, c->targets[k].profile,
				    c->targets[k].infra,
				    c->targets[k].required);
	}
	jsonw_end(w);
	jsonw_end(w);
	jsonw_end(w);
}

static void
run(struct jsonw *w, const struct outcome *o, const struct groups *s,
    const struct out_opts *opts)
{
	jsonw_obj(w, NULL);
	jsonw_obj(w, "tool");
	jsonw_obj(w, "driver");
	jsonw_str(w, "name", PACKAGE_NAME);
	jsonw_str(w, "version", PACKAGE_VERSION);
	rules(w, s);
	jsonw_end(w);
	jsonw_end(w);
	jsonw_obj(w, "automationDetails");
	jsonw_str(w, "id", o->suite ? "bpfcompat/suite/" : "bpfcompat/test/");
	jsonw_end(w);
	invocation(w, o);
	jsonw_str(w, "columnKind", "utf16CodeUnits");
	jsonw_arr(w, "results");
	for (size_t i = 0; i < s->n; i++)
		result(w, &s->g[i], opts);
	jsonw_end(w);
	jsonw_end(w);
}

enum err
out_sarif(const struct outcome *o, const struct out_opts *opts,
    struct buf *b)
{
	struct groups	 s = { 0 };
	struct jsonw	 w;
	enum err	 e;

	if ((e = collect(o, &s)) != ERR_OK)
		goto out;
	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "$schema", SCHEMA);
	jsonw_str(&w, "version", "2.1.0");
	jsonw_arr(&w, "runs");
	run(&w, o, &s, opts);
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(b, '\n');
	e = buf_err(b);
out:
	for (size_t i = 0; i < s.n; i++)
		buf_clear(&s.g[i].kernels);
	free(s.g);
	free(s.rules);
	return e;
}
