#include "domain/expect.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/manifest.h"

#define PARTS_MAX	3	/* 5.10.0 */

/* --- kernel versions -------------------------------------------------------- */

/* Numbers of "5.10.0-30-amd64"; how many there are, *end behind them. */
static int
version(const char *s, long v[static PARTS_MAX], const char **end)
{
	int	 n = 0;
	char	*p;

	while (n < PARTS_MAX && *s >= '0' && *s <= '9') {
		v[n++] = strtol(s, &p, 10);
		s = p;
		if (*s != '.' || s[1] < '0' || s[1] > '9' || n == PARTS_MAX)
			break;
		s++;
	}
	*end = s;
	return n;
}

struct	bound {
	char	 op;	/* '<', '>' or '=' */
	bool	 equal;	/* "<=" and ">=" */
	int	 n;
	long	 v[PARTS_MAX];
};

/* Reads one condition; NULL when it is none, else what follows it. */
static const char *
bound_read(const char *s, struct bound *b)
{
	s += strspn(s, " ");
	b->op = '=';
	b->equal = true;
	if (*s == '<' || *s == '>') {
		b->op = *s++;
		if ((b->equal = *s == '='))
			s++;
	} else if (*s == '=')
		s += s[1] == '=' ? 2 : 1;
	s += strspn(s, " ");
	if ((b->n = version(s, b->v, &s)) == 0)
		return NULL;
	s += strspn(s, " ");
	if (*s == ',') {
		s += 1 + strspn(s + 1, " ");
		return *s != '\0' ? s : NULL;
	}
	return *s == '\0' ? s : NULL;
}

static bool
bound_holds(const struct bound *b, const long v[static PARTS_MAX])
{
	for (int i = 0; i < b->n; i++)
		if (v[i] != b->v[i])
			return b->op == (v[i] < b->v[i] ? '<' : '>');
	return b->equal;
}

bool
expect_kernels_ok(const char *s)
{
	struct bound	 b;

	do {
		if ((s = bound_read(s, &b)) == NULL)
			return false;
	} while (*s != '\0');
	return true;
}

bool
expect_kernel_in(const char *s, const char *release)
{
	struct bound	 b;
	long		 v[PARTS_MAX] = { 0 };
	const char	*end;

	if (version(release, v, &end) == 0)
		return false;
	do {
		if ((s = bound_read(s, &b)) == NULL || !bound_holds(&b, v))
			return false;
	} while (*s != '\0');
	return true;
}

/* --- one target --------------------------------------------------------------- */

static bool
applies(const struct manifest_expect *x, const struct expect_seen *s)
{
	bool	 hit = x->nprofiles == 0;

	for (size_t i = 0; i < x->nprofiles && !hit; i++)
		hit = fnmatch(x->profiles[i], s->profile_id, 0) == 0;
	return hit && (x->kernels[0] == '\0' ||
	    expect_kernel_in(x->kernels, s->release));
}

static const struct expect_prog *
find_prog(const struct expect_seen *s, const char *name)
{
	for (size_t i = 0; i < s->nprogs; i++)
		if (strcmp(s->progs[i].name, name) == 0)
			return &s->progs[i];
	return NULL;
}

static void
take(struct expect_result *res, const struct manifest_expect *x)
{
	res->applies = true;
	res->fail = x->fail;
	res->code = x->code;
	res->reason = x->reason;
	res->program = x->program;
}

/* What one entry makes of a thing that passed (code NULL) or failed. */
static void
hold(struct expect_result *res, const struct manifest_expect *x,
    const char *code)
{
	const char	*what = x->program[0] != '\0' ? x->program :
			    "this kernel";

	take(res, x);
	res->met = res->unexpected_pass = res->blocks = false;
	if (x->fail && code == NULL) {
		res->unexpected_pass = true;
		res->blocks = !x->allow_pass;
		snprintf(res->text, sizeof(res->text), "%.128s was expected "
		    "to fail%s%.64s and passed; take the expectation out of "
		    "the manifest", what, x->code[0] != '\0' ? " with " : "",
		    x->code);
	} else if (x->fail && x->code[0] != '\0' &&
	    strcmp(x->code, code) != 0) {
		res->blocks = true;
		snprintf(res->text, sizeof(res->text), "%.128s failed with "
		    "%.64s, the manifest expects %.64s", what, code,
		    x->code);
	} else if (!x->fail && code != NULL) {
		res->blocks = true;
		snprintf(res->text, sizeof(res->text), "%.128s was expected "
		    "to pass and failed with %.64s", what, code);
	} else {
		res->met = true;
		snprintf(res->text, sizeof(res->text), "%.128s %s as "
		    "expected%s%.200s", what, code == NULL ? "passed" :
		    "failed", x->reason[0] != '\0' ? ": " : "", x->reason);
	}
}

/* Entries about programs; the first that is not met counts. */
static void
judge_programs(const struct manifest *m, const struct expect_seen *s,
    struct expect_result *res)
{
	const struct manifest_expect	*x;
	const struct expect_prog	*p;
	struct expect_result		 one = { 0 };

	for (size_t i = 0; i < m->nexpects; i++) {
		x = &m->expects[i];
		if (x->program[0] == '\0' || !applies(x, s) ||
		    (p = find_prog(s, x->program)) == NULL)
			continue;
		hold(&one, x, p->code);
		if (!res->applies || (res->met && !one.met))
			*res = one;
	}
}

static const struct manifest_expect *
entry_for(const struct manifest *m, const struct expect_seen *s,
    const char *program)
{
	for (size_t i = 0; i < m->nexpects; i++)
		if (strcmp(m->expects[i].program, program) == 0 &&
		    applies(&m->expects[i], s))
			return &m->expects[i];
	return NULL;
}

/*
 * A target fails as expected when every program that failed was expected to
 * and nothing else went wrong.
 */
static void
explain_failure(const struct manifest *m, const struct expect_seen *s,
    struct expect_result *res)
{
	const struct manifest_expect	*x;
	size_t				 failed = 0;

	if (!res->met)
		return;
	for (size_t i = 0; i < s->nprogs && res->met; i++) {
		if (s->progs[i].code == NULL)
			continue;
		failed++;
		x = entry_for(m, s, s->progs[i].name);
		if (x != NULL && x->fail)
			continue;
		res->met = false;
		snprintf(res->text, sizeof(res->text), "%.128s failed too, "
		    "with %.64s, which the manifest does not expect",
		    s->progs[i].name, s->progs[i].code);
	}
	if (res->met && (failed == 0 || !s->by_programs)) {
		res->met = false;
		snprintf(res->text, sizeof(res->text), "the kernel failed "
		    "with %.64s, and not because of the programs the "
		    "manifest expects to fail", s->code);
	}
	res->blocks = !res->met;
}

void
expect_judge(const struct manifest *m, const struct expect_seen *s,
    struct expect_result *res)
{
	const struct manifest_expect	*x = entry_for(m, s, "");

	memset(res, 0, sizeof(*res));
	res->code = res->reason = res->program = "";
	if (!s->told) {
		if (x == NULL)
			return;
		take(res, x);
		res->blocks = true;
		snprintf(res->text, sizeof(res->text), "there is no verdict "
		    "to hold against the manifest");
		return;
	}
	if (x != NULL) {
		hold(res, x, s->failed ? s->code : NULL);
		return;
	}
	judge_programs(m, s, res);
	if (res->applies && s->failed)
		explain_failure(m, s, res);
}
