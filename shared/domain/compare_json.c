/* A comparison as JSON: the members clients know, and what we add. */
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "domain/compare.h"

static void
side(struct jsonw *w, const char *key, const struct cmp_report *r,
    const struct cmp_source *s)
{
	jsonw_obj(w, key);
	jsonw_str(w, "path", s->path == NULL ? "" : s->path);
	jsonw_str(w, "run_id", r->run_id);
	jsonw_str(w, "summary_status", r->status);
	jsonw_str_opt(w, "artifact_name", r->name);
	jsonw_str_opt(w, "artifact_version", r->version);
	jsonw_str_opt(w, "artifact_basename", r->basename);
	jsonw_str_opt(w, "artifact_sha256", r->sha256);
	jsonw_str_opt(w, "matrix_name", r->matrix);
	jsonw_str_opt(w, "validator_sha256", r->validator_sha256);
	jsonw_str_opt(w, "started_at", r->started_at);
	jsonw_str_opt(w, "report_sha256", s->report_sha256);
	jsonw_str_opt(w, "record_sha256", s->record_sha256);
	jsonw_bool(w, "signed", s->record_sha256 != NULL &&
	    s->record_sha256[0] != '\0');
	jsonw_end(w);
}

static void
summary(struct jsonw *w, const struct compare *c)
{
	const struct cmp_counts	*n = &c->n;
	const struct {
		const char	*key;
		int64_t		 v;
	} all[] = {
		{ "total_profiles", n->total },
		{ "changed_profiles", n->changed },
		{ "improved_profiles", n->improved },
		{ "regressed_profiles", n->regressed },
		{ "required_regressions", n->required_regressions },
		{ "base_required_failed", n->base_required_failed },
		{ "head_required_failed", n->head_required_failed },
		{ "required_new_failures", n->required_new },
		{ "required_dropped", n->required_dropped },
		{ "required_added_failing", n->required_added_failing },
		{ "required_manifest_outdated", n->required_outdated },
		{ "required_still_failing", n->required_existing },
		{ "required_inconclusive", n->required_inconclusive },
		{ "optional_regressions", n->optional_regressions },
		{ "parts_lost", n->parts_lost },
		{ "parts_gained", n->parts_gained },
		{ "cost_up", n->cost_up },
		{ "cost_down", n->cost_down },
		{ "near_limit", n->near_limit },
	};

	jsonw_obj(w, "summary");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		jsonw_int(w, all[i].key, all[i].v);
	jsonw_obj(w, "effects");
	for (int e = 0; e < CMP_EFFECT__MAX; e++)
		jsonw_int_opt(w, cmp_effect_word((enum cmp_effect)e),
		    n->effect[e]);
	jsonw_end(w);
	jsonw_end(w);
}

static void
verdict(struct jsonw *w, const struct compare *c)
{
	jsonw_obj(w, "verdict");
	jsonw_str(w, "status", compare_verdict_word(c->verdict));
	jsonw_int(w, "exit_code", compare_exit_code(c->verdict));
	jsonw_str(w, "sentence", c->sentence);
	jsonw_int(w, "cost_threshold_percent", c->opts.cost_percent);
	jsonw_end(w);
	jsonw_arr(w, "notes");
	for (size_t i = 0; i < c->nnotes; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "code", c->notes[i].code);
		jsonw_str(w, "text", c->notes[i].text);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static const char *
step_word(enum cmp_step s)
{
	return s == CMP_STEP_PASS ? "pass" : s == CMP_STEP_FAIL ? "fail" : "";
}

static void
prog_side(struct jsonw *w, const char *key, const struct cmp_prog *p)
{
	if (p == NULL)
		return;
	jsonw_obj(w, key);
	jsonw_str_opt(w, "load", step_word(p->load));
	jsonw_str_opt(w, "attach", step_word(p->attach));
	jsonw_int_opt(w, "insns", p->insns);
	jsonw_str_opt(w, "code", p->code);
	jsonw_str_opt(w, "sub_reason", p->sub);
	jsonw_str_opt(w, "reason", p->reason);
	jsonw_end(w);
}

static void
program(struct jsonw *w, const struct cmp_prog_row *p)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "name", (p->head != NULL ? p->head : p->base)->name);
	jsonw_str(w, "change", cmp_part_word(p->change));
	if (p->cost != CMP_COST_SAME)
		jsonw_str(w, "cost", p->cost == CMP_COST_UP ? "up" : "down");
	jsonw_int_opt(w, "cost_permille", p->permille);
	if (p->near_limit)
		jsonw_bool(w, "near_limit", true);
	prog_side(w, "base", p->base);
	prog_side(w, "head", p->head);
	jsonw_end(w);
}

static void
parts(struct jsonw *w, const struct cmp_row *r)
{
	if (r->nprogs > 0) {
		jsonw_arr(w, "programs");
		for (size_t i = 0; i < r->nprogs; i++)
			program(w, &r->progs[i]);
		jsonw_end(w);
	}
	if (r->ntests > 0) {
		jsonw_arr(w, "tests");
		for (size_t i = 0; i < r->ntests; i++) {
			const struct cmp_test_row	*t = &r->tests[i];

			jsonw_obj(w, NULL);
			jsonw_str(w, "name", (t->head != NULL ? t->head :
			    t->base)->name);
			jsonw_str(w, "change", cmp_part_word(t->change));
			jsonw_end(w);
		}
		jsonw_end(w);
	}
	jsonw_int_opt(w, "parts_cut", (int64_t)r->cut);
}

/* "KEY" of one side under "base_KEY" and of the other under "head_KEY". */
static void
both(struct jsonw *w, const char *key, const char *b, const char *h)
{
	char	 name[48];

	snprintf(name, sizeof(name), "base_%s", key);
	jsonw_str_opt(w, name, b);
	snprintf(name, sizeof(name), "head_%s", key);
	jsonw_str_opt(w, name, h);
}

static void
delta(struct jsonw *w, const char *b, const char *h)
{
	char	 text[2 * COMPARE_NAME_MAX + 16];

	if (b[0] == '\0' && h[0] == '\0')
		return;
	if (b[0] == '\0')
		snprintf(text, sizeof(text), "new:%s", h);
	else if (h[0] == '\0')
		snprintf(text, sizeof(text), "cleared:%s", b);
	else if (strcmp(b, h) == 0)
		snprintf(text, sizeof(text), "unchanged");
	else
		snprintf(text, sizeof(text), "%s->%s", b, h);
	jsonw_str(w, "classification_delta", text);
}

static void
row(struct jsonw *w, const struct cmp_row *r)
{
	static const struct cmp_target	 none = { .status_word = "",
		.stage = "", .code = "", .sub = "", .confidence = "",
		.reason = "", .kernel = "", .infra = "" };
	const struct cmp_target	*b = r->base == NULL ? &none : r->base;
	const struct cmp_target	*h = r->head == NULL ? &none : r->head;

	jsonw_obj(w, NULL);
	jsonw_str(w, "profile_id", r->id);
	jsonw_bool(w, "required", r->head != NULL ? h->required :
	    b->required);
	jsonw_str(w, "change", r->change);
	both(w, "status", b->status_word, h->status_word);
	both(w, "classification", b->code, h->code);
	both(w, "confidence", b->confidence, h->confidence);
	delta(w, b->code, h->code);
	jsonw_str(w, "effect", cmp_effect_word(r->effect));
	jsonw_bool(w, "blocks", r->blocks);
	if (r->inconclusive)
		jsonw_bool(w, "inconclusive", true);
	if (r->base != NULL && r->head != NULL && b->required != h->required)
		jsonw_str(w, "required_change", h->required ? "raised" :
		    "lowered");
	both(w, "sub_reason", b->sub, h->sub);
	both(w, "stage", b->stage, h->stage);
	if (r->stage != 0)
		jsonw_str(w, "stage_change", r->stage < 0 ? "earlier" :
		    "later");
	both(w, "reason", b->reason, h->reason);
	both(w, "infra_error", b->infra, h->infra);
	both(w, "kernel", b->kernel, h->kernel);
	parts(w, r);
	jsonw_end(w);
}

void
compare_json(const struct compare *c, struct jsonw *w, const char *key,
    int64_t now_ms)
{
	char	 now[TIME_RFC3339_SIZE];

	time_rfc3339(now_ms, now);
	jsonw_obj(w, key);
	jsonw_str(w, "schema_version", COMPARE_SCHEMA);
	jsonw_str(w, "generated_at", now);
	verdict(w, c);
	side(w, "base", c->base, &c->base_source);
	side(w, "head", c->head, &c->head_source);
	summary(w, c);
	jsonw_arr(w, "profiles");
	for (size_t i = 0; i < c->nrows; i++)
		row(w, &c->rows[i]);
	jsonw_end(w);
	jsonw_end(w);
}
