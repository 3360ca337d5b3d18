#include "domain/out.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

const struct out_format out_formats[OUT__MAX + 1] = {
	[OUT_JUNIT]	= { "junit", "out-junit", "JUnit XML, for the test "
	    "tab of a CI system", out_junit },
	[OUT_SARIF]	= { "sarif", "out-sarif", "SARIF 2.1.0, for code "
	    "scanning", out_sarif },
	[OUT_CSV]	= { "csv", "out-csv", "CSV, a row for each cause",
	    out_csv },
	[OUT_SUMMARY]	= { "summary", "out-summary", "Markdown for the "
	    "summary of a CI job", out_summary },
	[OUT_BADGE]	= { "badge", "out-badge", "a badge, as SVG",
	    out_badge },
	[OUT_HTML]	= { "html", "out-html", "a page in one file, without "
	    "scripts", out_html },
};

const struct out_format *
out_find(const char *name)
{
	for (const struct out_format *f = out_formats; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* What XML 1.0 takes, less controls and marks that hide or reorder text. */
static bool
plain(uint32_t cp)
{
	return !((cp < 0x20 && cp != '\n' && cp != '\t') ||
	    (cp >= 0x7f && cp < 0xa0) || utf8_hides(cp) ||
	    (cp & 0xfffe) == 0xfffe);
}

void
out_xml(struct buf *b, const char *s, size_t max)
{
	size_t		 len = strlen(s), i = 0, n;
	uint32_t	 cp;

	for (; i < len && i < max; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0 || !plain(cp))
			buf_adds(b, "\xef\xbf\xbd");
		else if (cp == '<')
			buf_adds(b, "&lt;");
		else if (cp == '>')
			buf_adds(b, "&gt;");
		else if (cp == '&')
			buf_adds(b, "&amp;");
		else if (cp == '"')
			buf_adds(b, "&quot;");
		else if (cp == '\'')
			buf_adds(b, "&#39;");
		else if (cp == '\n')
			buf_adds(b, "&#10;");
		else
			buf_add(b, s + i, n);
		n = n == 0 ? 1 : n;
	}
	if (i < len)
		buf_adds(b, "...");
}

const char *
out_source(const struct out_opts *o, const char *file)
{
	size_t	 n = strlen(o->source_root);

	while (n > 0 && o->source_root[n - 1] == '/')
		n--;
	if (n > 0 && strncmp(file, o->source_root, n) == 0 &&
	    file[n] == '/')
		file += n + 1;
	return strncmp(file, "./", 2) == 0 ? file + 2 : file;
}

void
out_verdict(const struct outcome *o, struct buf *b)
{
	struct oc_counts n;
	int64_t		 good;

	outcome_count(o, &n);
	good = n.effect[OC_OK];
	if (n.total == 0)
		buf_adds(b, "no answer");
	else if (o->exit_code == 1)
		buf_addf(b, "could not tell (%lld of %lld pass)",
		    (long long)good, (long long)n.total);
	else
		buf_addf(b, "%s on %lld of %lld", o->exit_code == 0 ?
		    "passes" : "fails", (long long)(o->exit_code == 0 ? good :
		    n.effect[OC_BLOCKS]), (long long)n.total);
}

void
out_why(const struct oc_target *t, struct buf *b)
{
	if (t->infra[0] != '\0')
		buf_adds(b, t->infra);
	else if (t->expected[0] != '\0')
		buf_adds(b, t->expected);
	else if (t->reason[0] != '\0')
		buf_adds(b, t->reason);
	else if (t->nfindings > 0)
		buf_adds(b, t->findings[0].reason);
	else if (t->effect != OC_OK)
		buf_addf(b, "%s%s%s", t->status, t->stage[0] != '\0' ?
		    " at the step " : "", t->stage);
}
