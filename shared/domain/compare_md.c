/*
 * A comparison as Markdown, for a pull request or an issue.  Every text of a
 * report goes through the escapes of report_md.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "domain/compare.h"
#include "domain/report.h"
#include "domain/report_md.h"

static void
side(struct buf *b, const char *label, const struct cmp_report *r,
    const struct cmp_source *s)
{
	buf_addf(b, "- %s: ", label);
	report_md_text(b, r->name[0] != '\0' ? r->name : r->basename[0] !=
	    '\0' ? r->basename : "-", MD_CELL_MAX);
	if (r->version[0] != '\0') {
		buf_adds(b, "\\@");
		report_md_text(b, r->version, MD_CELL_MAX);
	}
	buf_adds(b, ", run ");
	report_md_text(b, r->run_id[0] == '\0' ? "-" : r->run_id,
	    MD_CELL_MAX);
	buf_adds(b, ", ");
	report_md_text(b, r->status[0] == '\0' ? "-" : r->status,
	    MD_CELL_MAX);
	if (s->path != NULL && s->path[0] != '\0') {
		buf_adds(b, ", ");
		report_md_text(b, s->path, MD_LINE_MAX);
	}
	buf_addc(b, '\n');
}

static void
summary(struct buf *b, const struct compare *c)
{
	const struct cmp_counts	*n = &c->n;
	const struct {
		const char	*label;
		int64_t		 v;
	} all[] = {
		{ "Profiles", n->total },
		{ "Changed", n->changed },
		{ "Improved", n->improved },
		{ "Regressed", n->regressed },
		{ "Required regressions", n->required_regressions },
		{ "Required without an answer", n->required_inconclusive },
		{ "Optional regressions", n->optional_regressions },
		{ "Programs and tests lost", n->parts_lost },
		{ "Verifier cost up", n->cost_up },
		{ "Verifier cost down", n->cost_down },
	};

	buf_adds(b, "\n## Summary\n\n");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		buf_addf(b, "- %s: %lld\n", all[i].label,
		    (long long)all[i].v);
	buf_addf(b, "- Required failed: %lld → %lld\n",
	    (long long)n->base_required_failed,
	    (long long)n->head_required_failed);
	for (size_t i = 0; i < c->nnotes; i++)
		md_bullet(b, "Note", c->notes[i].text);
}

static void
state_cell(struct buf *b, const struct cmp_target *t)
{
	char	 text[2 * COMPARE_NAME_MAX + 8];

	if (t == NULL) {
		md_cell(b, "-");
		return;
	}
	snprintf(text, sizeof(text), "%s%s%s%s", t->status_word,
	    t->stage[0] != '\0' ? " in " : "", t->stage, t->expected_fail ?
	    " (expected)" : "");
	md_cell(b, text);
}

static void
delta_cell(struct buf *b, const struct cmp_row *r)
{
	const char	*was = r->base == NULL ? "" : r->base->code;
	const char	*is = r->head == NULL ? "" : r->head->code;
	char		 text[2 * COMPARE_NAME_MAX + 16];

	snprintf(text, sizeof(text), "%s → %s", was[0] == '\0' ? "none" : was,
	    is[0] == '\0' ? "none" : is);
	md_cell(b, was[0] == '\0' && is[0] == '\0' ? "-" :
	    strcmp(was, is) == 0 ? "unchanged" : text);
}

/* Worst first: in the order of the effects, unchanged ones left out. */
static void
table(struct buf *b, const struct compare *c)
{
	buf_adds(b, "\n## Profile Changes\n\n");
	if (c->n.effect[CMP_SAME] == c->n.total) {
		buf_adds(b, "None.\n");
		return;
	}
	buf_adds(b, "| Profile | Required | Change | Base | Head | "
	    "Class Delta |\n|---|---|---|---|---|---|\n");
	for (int e = 0; e < CMP_SAME; e++)
		for (size_t i = 0; i < c->nrows; i++) {
			const struct cmp_row	*r = &c->rows[i];

			if ((int)r->effect != e)
				continue;
			buf_addc(b, '|');
			md_cell(b, r->id);
			md_cell(b, r->required ? "yes" : "no");
			md_cell(b, cmp_effect_title(r->effect));
			state_cell(b, r->base);
			state_cell(b, r->head);
			delta_cell(b, r);
			buf_addc(b, '\n');
		}
	if (c->n.effect[CMP_SAME] > 0)
		buf_addf(b, "\n%lld unchanged.\n",
		    (long long)c->n.effect[CMP_SAME]);
}

static void
costs(struct buf *b, const struct compare *c)
{
	char	 text[96], pc[32];

	if (c->n.cost_up + c->n.cost_down == 0)
		return;
	buf_addf(b, "\n## Verifier Cost\n\nBeyond %lld %%.\n\n"
	    "| Program | Profile | Base | Head | Change |\n"
	    "|---|---|---|---|---|\n", (long long)c->opts.cost_percent);
	for (size_t i = 0; i < c->nrows; i++)
		for (size_t k = 0; k < c->rows[i].nprogs; k++) {
			const struct cmp_prog_row *p = &c->rows[i].progs[k];

			if (p->cost == CMP_COST_SAME)
				continue;
			buf_addc(b, '|');
			md_cell(b, p->head->name);
			md_cell(b, c->rows[i].id);
			compare_percent(p->permille, pc);
			snprintf(text, sizeof(text), " %lld | %lld | %s %% |\n",
			    (long long)p->base->insns,
			    (long long)p->head->insns, pc);
			buf_adds(b, text);
		}
}

static void
causes(struct buf *b, const struct compare *c)
{
	bool	 any = false;

	for (size_t i = 0; i < c->nrows; i++) {
		const struct cmp_row	*r = &c->rows[i];

		if (r->head == NULL || r->effect > CMP_CAUSE_CHANGED ||
		    r->head->reason[0] == '\0')
			continue;
		if (!any)
			buf_adds(b, "\n## Causes\n\n");
		any = true;
		md_bullet(b, r->id, r->head->reason);
	}
}

void
compare_markdown(const struct compare *c, struct buf *b, int64_t now_ms)
{
	static const char *const words[] = {
		[CMP_VERDICT_PASS] = "PASS",
		[CMP_VERDICT_FAIL] = "FAIL",
		[CMP_VERDICT_UNKNOWN] = "INCONCLUSIVE",
	};
	char	 now[TIME_RFC3339_SIZE];

	time_rfc3339(now_ms, now);
	buf_addf(b, "# Compatibility Diff\n\n**%s**: ", words[c->verdict]);
	report_md_text(b, c->sentence, COMPARE_SENTENCE_MAX);
	buf_adds(b, "\n\n");
	side(b, "Base", c->base, &c->base_source);
	side(b, "Head", c->head, &c->head_source);
	buf_addf(b, "- Generated: %s\n", now);
	summary(b, c);
	table(b, c);
	causes(b, c);
	costs(b, c);
}
