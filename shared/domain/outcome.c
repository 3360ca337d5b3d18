#include "domain/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "domain/report.h"

static const char *
str(const struct jval *j, const char *key)
{
	return jval_get_str(j, key, "");
}

const char *
oc_effect_word(enum oc_effect e)
{
	static const char *const words[OC_EFFECT__MAX] = {
		[OC_OK]		= "ok",
		[OC_EXPECTED]	= "expected",
		[OC_KNOWN]	= "known",
		[OC_OPTIONAL]	= "optional",
		[OC_BLOCKS]	= "blocks",
		[OC_UNKNOWN]	= "unknown",
		[OC_UNTOLD]	= "untold",
	};

	return words[e];
}

static void
read_finding(const struct jval *p, const struct jval *c, struct oc_finding *f)
{
	const struct jval	*x = jval_get(p, "explanation");
	const struct jval	*s = jval_get(x, "source");

	f->program = str(p, "name");
	f->section = str(p, "section");
	f->code = str(c, "code");
	f->sub = str(c, "sub_reason");
	f->reason = str(c, "reason");
	f->evidence = str(c, "evidence");
	f->remedy = str(c, "remedy");
	f->verdict = str(x, "verdict");
	f->rule = str(x, "rule");
	f->fix = str(x, "fix");
	f->file = str(s, "file");
	f->text = str(s, "text");
	f->line = jval_get_int(s, "line", 0);
	f->column = jval_get_int(s, "column", 0);
	if (f->line < 0 || f->column < 0)
		f->line = f->column = 0;
}

/* Failing programs; without any the target's own cause. */
static enum err
read_findings(const struct jval *t, struct oc_target *o)
{
	const struct jval	*all = jval_get(t, "programs"), *p, *c;
	const struct jval	*whole = jval_get(t, "classification");

	o->findings = calloc(jval_len(all) + 1, sizeof(*o->findings));
	if (o->findings == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		c = jval_get(p, "classification");
		/* That a variant which was not chosen fails is no news. */
		if (c != NULL && !jval_get_bool(p, "variant_off", false))
			read_finding(p, c, &o->findings[o->nfindings++]);
	}
	if (o->nfindings == 0 && whole != NULL)
		read_finding(NULL, whole, &o->findings[o->nfindings++]);
	return ERR_OK;
}

static enum err
read_tests(const struct jval *t, struct oc_target *o)
{
	const struct jval	*all, *f;

	all = jval_get(jval_get(t, "functional"), "tests");
	if (jval_len(all) == 0)
		return ERR_OK;
	if ((o->tests = calloc(jval_len(all), sizeof(*o->tests))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < jval_len(all); i++) {
		f = jval_at(all, i);
		o->tests[i] = (struct oc_test){ str(f, "name"),
		    str(f, "status"), str(f, "error"), str(f, "stdout_tail"),
		    str(f, "stderr_tail"), jval_get_bool(f, "required",
		    true) };
		o->ntests = i + 1;
	}
	return ERR_OK;
}

static enum oc_effect
effect_of(const struct jval *t, const struct oc_target *o)
{
	const struct jval	*x = jval_get(t, "expected");
	enum report_status	 s = report_status_parse(o->status);

	if (s == REPORT_PASS)
		return o->required && jval_get_bool(x, "blocks", false) ?
		    OC_BLOCKS : OC_OK;
	if (s != REPORT_FAIL)
		return o->required ? OC_UNKNOWN : OC_UNTOLD;
	if (jval_get_bool(x, "met", false))
		return OC_EXPECTED;
	if (strcmp(o->baseline, "known") == 0 ||
	    strcmp(o->baseline, "cause_changed") == 0)
		return OC_KNOWN;
	return o->required ? OC_BLOCKS : OC_OPTIONAL;
}

static enum err
read_target(const struct jval *t, struct oc_target *o)
{
	enum err	 e;

	o->profile = str(t, "profile_id");
	o->status = str(t, "status");
	o->kernel = str(jval_get(t, "host"), "kernel");
	o->stage = str(t, "failed_stage");
	o->code = str(t, "classification_code");
	o->reason = str(t, "classification_reason");
	o->infra = str(t, "infra_error");
	o->expected = str(jval_get(t, "expected"), "text");
	o->baseline = str(t, "baseline");
	o->required = jval_get_bool(t, "required", false);
	o->ms = jval_get_int(t, "duration_ms", 0);
	o->effect = effect_of(t, o);
	e = read_findings(t, o);
	return e == ERR_OK ? read_tests(t, o) : e;
}

static enum err
read_targets(const struct jval *all, struct oc_case *c)
{
	enum err	 e = ERR_OK;

	if (jval_len(all) == 0)
		return ERR_OK;
	c->targets = calloc(jval_len(all), sizeof(*c->targets));
	if (c->targets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < jval_len(all) && e == ERR_OK; i++) {
		c->ntargets = i + 1;
		e = read_target(jval_at(all, i), &c->targets[i]);
	}
	return e;
}

static const char *
first_of(const char *a, const char *b)
{
	return a[0] != '\0' ? a : b;
}

/* A report: one case. */
static enum err
read_report(const struct jval *doc, struct outcome *o)
{
	const struct jval	*run = jval_get(doc, "run");
	const struct jval	*art = jval_get(doc, "artifact");
	const struct jval	*sum = jval_get(doc, "summary");
	const struct jval	*mx = jval_get(doc, "matrix");
	struct oc_case		*c = &o->cases[0];

	c->artifact = str(art, "basename");
	c->name = first_of(str(art, "name"), c->artifact);
	c->sha256 = str(art, "sha256");
	c->matrix = first_of(str(mx, "name"), str(mx, "path"));
	c->mode = jval_get(doc, "command") != NULL ? "command" :
	    str(run, "validation_mode");
	c->status = str(sum, "status");
	c->error = "";
	c->run_id = str(run, "id");
	c->started_at = str(run, "started_at");
	c->ms = jval_get_int(run, "duration_ms", 0);
	c->exit_code = (int)jval_get_int(sum, "exit_code", 1);
	o->name = c->name;
	o->status = c->status;
	o->started_at = c->started_at;
	o->ms = c->ms;
	o->exit_code = c->exit_code;
	return read_targets(jval_get(doc, "targets"), c);
}

static enum err
read_case(const struct jval *j, struct oc_case *c)
{
	c->name = str(j, "name");
	c->artifact = str(j, "artifact");
	c->sha256 = str(j, "artifact_sha256");
	c->matrix = str(j, "matrix");
	c->mode = str(j, "validation_mode");
	c->status = str(j, "status");
	c->error = str(j, "error");
	c->run_id = str(j, "run_id");
	c->started_at = str(j, "started_at");
	c->ms = jval_get_int(j, "duration_ms", 0);
	c->exit_code = (int)jval_get_int(j, "exit_code", 1);
	return read_targets(jval_get(j, "targets"), c);
}

static enum err
read_suite(const struct jval *doc, struct outcome *o)
{
	const struct jval	*all = jval_get(doc, "cases");
	enum err		 e = ERR_OK;

	o->suite = true;
	o->name = str(doc, "name");
	o->status = str(doc, "status");
	o->started_at = str(doc, "started_at");
	o->ms = jval_get_int(doc, "duration_ms", 0);
	o->exit_code = (int)jval_get_int(doc, "exit_code", 1);
	for (size_t i = 0; i < o->n && e == ERR_OK; i++)
		e = read_case(jval_at(all, i), &o->cases[i]);
	return e;
}

enum err
outcome_read(const struct jval *doc, struct outcome **out, struct diag *d)
{
	const char	*schema = str(doc, "schema_version");
	bool		 suite = strcmp(schema, OUTCOME_SUITE_SCHEMA) == 0;
	struct outcome	*o;
	enum err	 e;

	if (!suite && (strcmp(schema, REPORT_SCHEMA) != 0 ||
	    jval_type(jval_get(doc, "targets")) != JVAL_ARR))
		return diag_set(d, ERR_INVAL, "report", "this is neither a "
		    "report (schema_version %s) nor the report of a suite "
		    "(%s)", REPORT_SCHEMA, OUTCOME_SUITE_SCHEMA);
	if ((o = calloc(1, sizeof(*o))) == NULL)
		return ERR_NOMEM;
	o->n = suite ? jval_len(jval_get(doc, "cases")) : 1;
	o->cases = calloc(o->n + 1, sizeof(*o->cases));
	e = o->cases == NULL ? ERR_NOMEM : suite ? read_suite(doc, o) :
	    read_report(doc, o);
	if (e == ERR_OK)
		*out = o;
	else
		outcome_free(o);
	return e;
}

void
outcome_free(struct outcome *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->n && o->cases != NULL; i++) {
		struct oc_case	*c = &o->cases[i];

		for (size_t k = 0; k < c->ntargets; k++) {
			free(c->targets[k].findings);
			free(c->targets[k].tests);
		}
		free(c->targets);
	}
	free(o->cases);
	free(o);
}

void
outcome_count(const struct outcome *o, struct oc_counts *n)
{
	memset(n, 0, sizeof(*n));
	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; k < o->cases[i].ntargets; k++) {
			n->effect[o->cases[i].targets[k].effect]++;
			n->total++;
		}
}
