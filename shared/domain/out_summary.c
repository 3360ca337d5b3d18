/*
 * Markdown for the summary page of a CI job: short, the blocking things
 * first.  Every text goes through the escapes of report_md.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/out.h"
#include "domain/report.h"
#include "domain/report_md.h"

#define DIGEST_SHOWN	12
#define CODES_MAX	64

static void
field(struct buf *b, const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	buf_addf(b, "| %s |", label);
	md_cell(b, value);
	buf_addc(b, '\n');
}

static void
head(const struct outcome *o, struct buf *b)
{
	const struct oc_case	*c = o->cases;
	struct oc_counts	 n;
	struct buf		 text = BUF_INIT(256);
	char			 sha[DIGEST_SHOWN + 1];

	outcome_count(o, &n);
	out_verdict(o, &text);
	buf_adds(b, "## bpfcompat Compatibility Gate\n\n**");
	report_md_text(b, o->status, MD_CELL_MAX);
	buf_adds(b, "**: ");
	report_md_text(b, buf_str(&text), MD_CELL_MAX);
	buf_adds(b, "\n\n| Field | Value |\n|---|---|\n");
	if (o->suite) {
		field(b, "Suite", o->name);
		buf_addf(b, "| Cases | %zu |\n", o->n);
	} else {
		snprintf(sha, sizeof(sha), "%s", c->sha256);
		field(b, "Run ID", c->run_id);
		field(b, "Artifact", c->artifact);
		field(b, "Artifact SHA-256", sha);
		field(b, "Matrix", c->matrix);
	}
	buf_addf(b, "| Kernels | %lld passed, %lld blocking, %lld not told, "
	    "%lld optional failures, %lld expected, %lld known |\n",
	    (long long)n.effect[OC_OK], (long long)n.effect[OC_BLOCKS],
	    (long long)(n.effect[OC_UNKNOWN] + n.effect[OC_UNTOLD]),
	    (long long)n.effect[OC_OPTIONAL],
	    (long long)n.effect[OC_EXPECTED],
	    (long long)n.effect[OC_KNOWN]);
	buf_clear(&text);
}

/* --- classes of failures -------------------------------------------------------- */

struct	class {
	const char	*code;
	size_t		 n;
};

static const char *
class_of(const struct oc_target *t)
{
	if (t->code[0] != '\0')
		return t->code;
	return t->infra[0] != '\0' ? "INFRA_ERROR" : "UNCLASSIFIED_FAILURE";
}

/* Most first, then by name. */
static int
by_count(const void *a, const void *b)
{
	const struct class	*x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->code, y->code);
}

static void
count_class(struct class *all, size_t *n, const char *code)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(all[i].code, code) == 0) {
			all[i].n++;
			return;
		}
	if (*n < CODES_MAX)
		all[(*n)++] = (struct class){ code, 1 };
}

static void
classes(const struct outcome *o, struct buf *b)
{
	struct class	 all[CODES_MAX];
	size_t		 n = 0;

	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < o->cases[i].ntargets; k++)
			if (o->cases[i].targets[k].effect != OC_OK)
				count_class(all, &n, class_of(
				    &o->cases[i].targets[k]));
	if (n == 0)
		return;
	qsort(all, n, sizeof(all[0]), by_count);
	buf_adds(b, "\n### Failure Classes\n\n| Class | Count |\n|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		buf_addc(b, '|');
		md_cell(b, all[i].code);
		buf_addf(b, " %zu |\n", all[i].n);
	}
}

/* --- the matrix ------------------------------------------------------------------ */

static const char *
tests_word(const struct oc_target *t)
{
	for (size_t i = 0; i < t->ntests; i++)
		if (strcmp(t->tests[i].status, "pass") != 0)
			return "fail";
	return t->ntests > 0 ? "pass" : "-";
}

static void
row(const struct outcome *o, const struct oc_case *c,
    const struct oc_target *t, struct buf *b)
{
	buf_addc(b, '|');
	if (o->suite)
		md_cell(b, c->name);
	md_cell(b, t->profile);
	md_cell(b, t->required ? "yes" : "no");
	md_cell(b, t->status);
	md_cell(b, t->kernel);
	md_cell(b, tests_word(t));
	md_cell(b, t->effect == OC_OK ? "" : class_of(t));
	buf_addc(b, '\n');
}

/* What blocks comes first, so that a cut table still has it. */
static void
matrix(const struct outcome *o, size_t max, struct buf *b)
{
	static const enum oc_effect order[] = { OC_BLOCKS, OC_UNKNOWN,
		OC_OPTIONAL, OC_UNTOLD, OC_KNOWN, OC_EXPECTED, OC_OK };
	size_t	 shown = 0;

	buf_addf(b, "\n### Compatibility Matrix\n\n|%s Profile | Required | "
	    "Status | Kernel | Functional | Class |\n|%s---|---|---|---|---|"
	    "---|\n", o->suite ? " Case |" : "", o->suite ? "---|" : "");
	for (size_t r = 0; r < sizeof(order) / sizeof(order[0]); r++)
		for (size_t i = 0; i < o->n; i++)
			for (size_t k = 0; k < o->cases[i].ntargets; k++)
				if (o->cases[i].targets[k].effect ==
				    order[r] && ++shown <= max)
					row(o, &o->cases[i],
					    &o->cases[i].targets[k], b);
	if (shown > max)
		buf_addf(b, "\n%zu of %zu rows; the report has all.\n", max,
		    shown);
}

/* --- details ------------------------------------------------------------------------ */

static void
finding(const struct oc_finding *f, const struct out_opts *o, struct buf *b)
{
	char	 line[32];

	buf_adds(b, "  - ");
	if (f->program[0] != '\0') {
		buf_adds(b, "program ");
		report_md_text(b, f->program, MD_CELL_MAX);
		buf_adds(b, ": ");
	}
	report_md_text(b, f->reason, MD_LINE_MAX);
	if (f->file[0] != '\0') {
		buf_adds(b, " (");
		report_md_text(b, out_source(o, f->file), MD_CELL_MAX);
		snprintf(line, sizeof(line), ":%lld)", (long long)f->line);
		buf_adds(b, line);
	}
	buf_addc(b, '\n');
	if (f->remedy[0] != '\0' || f->fix[0] != '\0') {
		buf_adds(b, "    - Remedy: ");
		report_md_text(b, f->remedy[0] != '\0' ? f->remedy : f->fix,
		    MD_LINE_MAX);
		buf_addc(b, '\n');
	}
}

static void
detail(const struct outcome *o, const struct oc_case *c,
    const struct oc_target *t, const struct out_opts *opts, struct buf *b)
{
	struct buf	 why = BUF_INIT(4096);

	buf_adds(b, "- **");
	if (o->suite) {
		report_md_text(b, c->name, MD_CELL_MAX);
		buf_adds(b, " on ");
	}
	report_md_text(b, t->profile, MD_CELL_MAX);
	buf_adds(b, "**: ");
	report_md_text(b, class_of(t), MD_CELL_MAX);
	out_why(t, &why);
	if (t->nfindings == 0 && why.len > 0) {
		buf_adds(b, ", ");
		report_md_text(b, buf_str(&why), MD_LINE_MAX);
	}
	buf_addc(b, '\n');
	for (size_t i = 0; i < t->nfindings && i < 3; i++)
		finding(&t->findings[i], opts, b);
	buf_clear(&why);
}

static void
details(const struct outcome *o, const struct out_opts *opts, size_t max,
    struct buf *b)
{
	size_t	 shown = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct oc_case	*c = &o->cases[i];

		if (c->error[0] != '\0') {
			buf_addf(b, "%s- **", shown == 0 ?
			    "\n### Failure Details\n\n" : "");
			report_md_text(b, c->name, MD_CELL_MAX);
			buf_adds(b, "**: ");
			report_md_text(b, c->error, MD_LINE_MAX);
			buf_addc(b, '\n');
			shown++;
		}
		for (size_t k = 0; k < c->ntargets; k++) {
			if (c->targets[k].effect != OC_BLOCKS &&
			    c->targets[k].effect != OC_UNKNOWN)
				continue;
			if (++shown > max)
				continue;
			if (shown == 1)
				buf_adds(b, "\n### Failure Details\n\n");
			detail(o, c, &c->targets[k], opts, b);
		}
	}
	if (shown > max)
		buf_addf(b, "\nand %zu more\n", shown - max);
}

enum err
out_summary(const struct outcome *o, const struct out_opts *opts,
    struct buf *b)
{
	head(o, b);
	classes(o, b);
	matrix(o, opts->max_targets != 0 ? opts->max_targets :
	    OUT_TARGETS_SHOWN, b);
	details(o, opts, opts->max_failures != 0 ? opts->max_failures :
	    OUT_FAILURES_SHOWN, b);
	return buf_err(b);
}
