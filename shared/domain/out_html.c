/*
 * A page in one file: no scripts, nothing loaded, and a policy in it that
 * forbids both.  Every text goes through out_xml().
 */
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "domain/out.h"

#define TEXT_MAX	4000

static const char head_html[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" "
    "content=\"width=device-width, initial-scale=1\">\n";

static const char style_html[] =
    "<style>\n"
    ":root{color-scheme:light dark;--ok:#1b6b30;--bad:#a41c14;--mid:#7a4d00}\n"
    "@media(prefers-color-scheme:dark){:root{--ok:#7fd494;--bad:#ff9d94;"
    "--mid:#f0c060}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;"
    "padding:1rem}\n"
    "h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse}\n"
    "th,td{border:1px solid #8886;padding:.3rem .6rem;text-align:left;"
    "vertical-align:top}\n"
    ".ok{color:var(--ok)}.bad{color:var(--bad);font-weight:600}"
    ".mid{color:var(--mid)}\n"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0;"
    "padding:.5rem;border:1px solid #8886}\n"
    "dt{font-weight:600}dd{margin:0 0 .4rem 1rem}\n"
    "</style>\n</head>\n<body>\n";

static void
tagged(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_adds(b, open);
	out_xml(b, text, TEXT_MAX);
	buf_adds(b, close);
}

static const char *
color(enum oc_effect e)
{
	switch (e) {
	case OC_OK:
		return "ok";
	case OC_BLOCKS:
		return "bad";
	default:
		return "mid";
	}
}

static void
head(const struct outcome *o, struct buf *b)
{
	struct buf	 text = BUF_INIT(256);
	char		 took[32];

	out_verdict(o, &text);
	time_format_duration(o->ms, took, sizeof(took));
	buf_adds(b, head_html);
	tagged(b, "<title>", o->name, ": ");
	tagged(b, "", buf_str(&text), "</title>\n");
	buf_adds(b, style_html);
	tagged(b, "<h1>", o->name, "</h1>\n");
	buf_addf(b, "<p class=\"%s\">", o->exit_code == 0 ? "ok" :
	    o->exit_code == 2 ? "bad" : "mid");
	out_xml(b, o->status, 32);
	tagged(b, ": ", buf_str(&text), "</p>\n");
	tagged(b, "<p>", o->started_at, "");
	tagged(b, ", ", took, "</p>\n");
	buf_clear(&text);
}

/* --- the matrix ------------------------------------------------------------------ */

static const struct oc_target *
target_of(const struct oc_case *c, const char *profile)
{
	for (size_t i = 0; i < c->ntargets; i++)
		if (strcmp(c->targets[i].profile, profile) == 0)
			return &c->targets[i];
	return NULL;
}

static bool
shown(const struct outcome *o, size_t upto, const char *profile)
{
	for (size_t i = 0; i < upto; i++)
		if (target_of(&o->cases[i], profile) != NULL)
			return true;
	return false;
}

static void
row(const struct outcome *o, const char *profile, struct buf *b)
{
	const struct oc_target	*t;

	tagged(b, "<tr><th scope=\"row\">", profile, "</th>");
	for (size_t i = 0; i < o->n; i++) {
		if ((t = target_of(&o->cases[i], profile)) == NULL) {
			buf_adds(b, "<td>-</td>");
			continue;
		}
		buf_addf(b, "<td class=\"%s\">", color(t->effect));
		if (t->effect == OC_OK)
			out_xml(b, t->status, 32);
		else {
			buf_addf(b, "<a class=\"%s\" href=\"#c%zut%zu\">",
			    color(t->effect), i,
			    (size_t)(t - o->cases[i].targets));
			out_xml(b, t->status, 32);
			tagged(b, " ", t->code, "</a>");
		}
		buf_addf(b, "%s</td>", t->required ? "" : " (optional)");
	}
	buf_adds(b, "</tr>\n");
}

static void
matrix(const struct outcome *o, struct buf *b)
{
	buf_adds(b, "<h2>Kernels</h2>\n<div class=\"scroll\" tabindex=\"0\" "
	    "role=\"region\" aria-label=\"Kernels\">\n<table>\n<thead><tr>"
	    "<th scope=\"col\">Kernel</th>");
	for (size_t i = 0; i < o->n; i++)
		tagged(b, "<th scope=\"col\">", o->cases[i].name, "</th>");
	buf_adds(b, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < o->cases[i].ntargets; k++)
			if (!shown(o, i, o->cases[i].targets[k].profile))
				row(o, o->cases[i].targets[k].profile, b);
	buf_adds(b, "</tbody>\n</table>\n</div>\n");
}

/* --- what failed ------------------------------------------------------------------- */

static void
item(struct buf *b, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_addf(b, "<dt>%s</dt>", label);
	tagged(b, "<dd>", text, "</dd>\n");
}

static void
finding(const struct oc_finding *f, const struct out_opts *o, struct buf *b)
{
	char	 at[32];

	item(b, "Program", f->program);
	item(b, "Cause", f->code);
	item(b, "Reason", f->reason);
	item(b, "Verifier", f->verdict);
	if (f->file[0] != '\0') {
		snprintf(at, sizeof(at), ":%lld", (long long)f->line);
		tagged(b, "<dt>Source</dt><dd>", out_source(o, f->file), at);
		tagged(b, "<pre>", f->text, "</pre></dd>\n");
	}
	item(b, "Rule", f->rule);
	item(b, "Remedy", f->remedy[0] != '\0' ? f->remedy : f->fix);
}

static void
target(const struct oc_case *c, size_t i, size_t k,
    const struct out_opts *o, struct buf *b)
{
	const struct oc_target	*t = &c->targets[k];

	buf_addf(b, "<section id=\"c%zut%zu\">\n", i, k);
	tagged(b, "<h3>", c->name, " on ");
	tagged(b, "", t->profile, "</h3>\n<dl>\n");
	item(b, "Booted", t->kernel);
	item(b, "Infrastructure", t->infra);
	item(b, "Expectation", t->expected);
	item(b, "Baseline", t->baseline);
	for (size_t f = 0; f < t->nfindings; f++)
		finding(&t->findings[f], o, b);
	for (size_t f = 0; f < t->ntests; f++) {
		if (strcmp(t->tests[f].status, "pass") == 0)
			continue;
		item(b, "Test", t->tests[f].name);
		item(b, "Error", t->tests[f].error);
		if (t->tests[f].out[0] != '\0')
			tagged(b, "<dt>stdout</dt><dd><pre>",
			    t->tests[f].out, "</pre></dd>\n");
		if (t->tests[f].err[0] != '\0')
			tagged(b, "<dt>stderr</dt><dd><pre>",
			    t->tests[f].err, "</pre></dd>\n");
	}
	buf_adds(b, "</dl>\n</section>\n");
}

static void
failures(const struct outcome *o, const struct out_opts *opts,
    struct buf *b)
{
	bool	 any = false;

	for (size_t i = 0; i < o->n; i++) {
		const struct oc_case	*c = &o->cases[i];

		if (c->error[0] != '\0') {
			buf_addf(b, "%s<p class=\"mid\">", any ? "" :
			    "<h2>What needs a look</h2>\n");
			tagged(b, "", c->name, ": ");
			tagged(b, "", c->error, "</p>\n");
			any = true;
		}
		for (size_t k = 0; k < c->ntargets; k++) {
			if (c->targets[k].effect == OC_OK)
				continue;
			if (!any)
				buf_adds(b, "<h2>What needs a look</h2>\n");
			any = true;
			target(c, i, k, opts, b);
		}
	}
}

enum err
out_html(const struct outcome *o, const struct out_opts *opts, struct buf *b)
{
	head(o, b);
	matrix(o, b);
	failures(o, opts, b);
	buf_adds(b, "</body>\n</html>\n");
	return buf_err(b);
}
