/* The verdict of a comparison in words, and what else has to be known. */
#include "domain/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
compare_verdict_word(enum cmp_verdict v)
{
	return v == CMP_VERDICT_PASS ? "pass" : v == CMP_VERDICT_FAIL ?
	    "fail" : "inconclusive";
}

int
compare_exit_code(enum cmp_verdict v)
{
	return v == CMP_VERDICT_PASS ? 0 : v == CMP_VERDICT_FAIL ? 2 : 1;
}

static const struct {
	const char	*word;
	unsigned int	 bit;
} strict_words[] = {
	{ "optional", CMP_STRICT_OPTIONAL },
	{ "programs", CMP_STRICT_PROGRAMS },
	{ "cost", CMP_STRICT_COST },
	{ "existing", CMP_STRICT_EXISTING },
};

#define NSTRICT	(sizeof(strict_words) / sizeof(strict_words[0]))

enum err
compare_strict_parse(const char *s, unsigned int *out, struct diag *d)
{
	unsigned int	 mask = 0;
	size_t		 n, k;

	for (; *s != '\0'; s += n) {
		s += strspn(s, ", ");
		if ((n = strcspn(s, ", ")) == 0)
			break;
		for (k = 0; k < NSTRICT; k++)
			if (strlen(strict_words[k].word) == n &&
			    strncmp(strict_words[k].word, s, n) == 0)
				break;
		if (k == NSTRICT)
			return diag_set(d, ERR_INVAL, "fail_on", "\"%.*s\" "
			    "is none of optional, programs, cost, existing",
			    (int)(n < 32 ? n : 32), s);
		mask |= strict_words[k].bit;
	}
	*out = mask;
	return ERR_OK;
}

void
compare_percent(int64_t permille, char out[static 32])
{
	int64_t	 a = llabs(permille);

	snprintf(out, 32, "%s%lld.%lld", permille < 0 ? "-" : "+",
	    (long long)(a / 10), (long long)(a % 10));
}

/* --- the sentence --------------------------------------------------------- */

/* Appends as much as fits, with "; " between what was put in before. */
static void
add(char *s, const char *fmt, ...)
{
	size_t	 n = strlen(s);
	va_list	 ap;

	if (n > 0 && s[n - 1] != ' ')
		n += (size_t)snprintf(s + n, COMPARE_SENTENCE_MAX - n, "; ");
	if (n >= COMPARE_SENTENCE_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(s + n, COMPARE_SENTENCE_MAX - n, fmt, ap);
	va_end(ap);
}

/* "1 required kernel takes" / "2 required kernels take"; "what" ends with a
   blank, if it is not empty. */
static void
add_count(char *s, int64_t n, const char *what, const char *one,
    const char *many)
{
	if (n > 0)
		add(s, "%lld %skernel%s %s", (long long)n, what,
		    n == 1 ? "" : "s", n == 1 ? one : many);
}

static void
reasons(const struct compare *c, char *s)
{
	const struct cmp_counts	*n = &c->n;
	unsigned int		 strict = c->opts.strict;

	add_count(s, n->required_new, "required ", "worked with the base and "
	    "fails now", "worked with the base and fail now");
	add_count(s, n->required_added_failing, "newly required ",
	    "fails", "fail");
	add_count(s, n->required_dropped, "required ",
	    "is not tested any more", "are not tested any more");
	add_count(s, n->required_outdated, "required ", "passes although the "
	    "manifest expects a failure: take that out of the manifest",
	    "pass although the manifest expects failures: take them out of "
	    "the manifest");
	if ((strict & CMP_STRICT_OPTIONAL) != 0)
		add_count(s, n->optional_regressions, "optional ",
		    "got worse", "got worse");
	if ((strict & CMP_STRICT_EXISTING) != 0)
		add_count(s, n->required_existing, "required ",
		    "fails as before", "fail as before");
	if ((strict & CMP_STRICT_PROGRAMS) != 0 && n->parts_lost > 0)
		add(s, "%lld program%s or test%s lost",
		    (long long)n->parts_lost, n->parts_lost == 1 ? "" : "s",
		    n->parts_lost == 1 ? " is" : "s are");
	if ((strict & CMP_STRICT_COST) != 0 && n->cost_up > 0)
		add(s, "%lld program%s the verifier more than %lld %% more",
		    (long long)n->cost_up, n->cost_up == 1 ? " costs" :
		    "s cost", (long long)c->opts.cost_percent);
}

static void
good_news(const struct compare *c, char *s)
{
	const struct cmp_counts	*n = &c->n;

	add_count(s, n->effect[CMP_FIXED], "", "is fixed", "are fixed");
	add_count(s, n->required_existing, "required ", "fails as before",
	    "fail as before");
	add_count(s, n->optional_regressions, "optional ", "got worse",
	    "got worse");
	add_count(s, n->effect[CMP_EXPECTED], "", "fails as the manifest "
	    "expects", "fail as the manifest expects");
	if (n->effect[CMP_LOST_PARTS] > 0)
		add(s, "parts are lost on %lld that still pass%s",
		    (long long)n->effect[CMP_LOST_PARTS],
		    n->effect[CMP_LOST_PARTS] == 1 ? "es" : "");
}

static bool
any_blocks(const struct compare *c)
{
	for (size_t i = 0; i < c->nrows; i++)
		if (c->rows[i].blocks)
			return true;
	return false;
}

static void
end_sentence(char *s)
{
	size_t	 n = strlen(s);

	if (n + 1 < COMPARE_SENTENCE_MAX)
		memcpy(s + n, ".", 2);
}

static void
judge(struct compare *c)
{
	const struct cmp_counts	*n = &c->n;
	char			*s = c->sentence;

	if (any_blocks(c)) {
		c->verdict = CMP_VERDICT_FAIL;
		snprintf(s, COMPARE_SENTENCE_MAX, "Do not ship: ");
		reasons(c, s);
	} else if (n->required_inconclusive > 0) {
		c->verdict = CMP_VERDICT_UNKNOWN;
		snprintf(s, COMPARE_SENTENCE_MAX, "Cannot tell: ");
		add_count(s, n->required_inconclusive, "required ",
		    "gave no answer", "gave no answer");
	} else if (n->common == 0) {
		c->verdict = CMP_VERDICT_UNKNOWN;
		snprintf(s, COMPARE_SENTENCE_MAX, "Cannot tell: the two runs "
		    "have no kernel in common");
	} else {
		c->verdict = CMP_VERDICT_PASS;
		snprintf(s, COMPARE_SENTENCE_MAX, n->head_required == 0 ?
		    "Nothing stops it, but no kernel was required" :
		    n->required_existing > 0 ? "No regression" :
		    "Nothing got worse on required kernels");
		good_news(c, s);
	}
	if (c->verdict == CMP_VERDICT_FAIL)
		add_count(s, n->required_inconclusive, "further required ",
		    "gave no answer", "gave no answer");
	end_sentence(s);
}

/* --- notes ---------------------------------------------------------------- */

static void
note(struct compare *c, const char *code, const char *fmt, ...)
{
	struct cmp_note	*n;
	va_list		 ap;

	if (c->nnotes == COMPARE_NOTES_MAX)
		return;
	n = &c->notes[c->nnotes++];
	n->code = code;
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
}

static bool
differ(const char *a, const char *b)
{
	return a[0] != '\0' && b[0] != '\0' && strcmp(a, b) != 0;
}

static void
note_inputs(struct compare *c)
{
	const struct cmp_report	*b = c->base, *h = c->head;

	if (differ(b->run_id, h->run_id) == false && b->run_id[0] != '\0' &&
	    h->run_id[0] != '\0')
		note(c, "same_run", "both sides are the same run");
	if (differ(b->name, h->name))
		note(c, "artifact_differs", "the two runs are of different "
		    "artifacts: %s and %s", b->name, h->name);
	if (!differ(b->sha256, h->sha256) && b->sha256[0] != '\0' &&
	    h->sha256[0] != '\0')
		note(c, "same_object", "both runs had the same object, so "
		    "what changed is around it");
	if (differ(b->matrix, h->matrix))
		note(c, "matrix_differs", "the matrices differ: %s and %s",
		    b->matrix, h->matrix);
	if (differ(b->validator_sha256, h->validator_sha256))
		note(c, "validator_differs", "the validators differ: %.12s "
		    "and %.12s", b->validator_sha256, h->validator_sha256);
	if (differ(b->mode, h->mode) || differ(b->attach_mode, h->attach_mode))
		note(c, "mode_differs", "the runs asked for different things: "
		    "%s (attach %s) and %s (attach %s)",
		    b->mode[0] == '\0' ? "-" : b->mode,
		    b->attach_mode[0] == '\0' ? "-" : b->attach_mode,
		    h->mode[0] == '\0' ? "-" : h->mode,
		    h->attach_mode[0] == '\0' ? "-" : h->attach_mode);
	if (strcmp(b->started_at, h->started_at) > 0 &&
	    h->started_at[0] != '\0')
		note(c, "head_is_older", "the head was run before the base");
}

static void
note_targets(struct compare *c)
{
	const struct cmp_counts	*n = &c->n;
	int64_t			 kernels = 0;
	const struct cmp_row	*one = NULL;

	for (size_t i = 0; i < c->nrows; i++) {
		const struct cmp_row	*r = &c->rows[i];

		if (r->base != NULL && r->head != NULL &&
		    differ(r->base->kernel, r->head->kernel)) {
			kernels++;
			one = one == NULL ? r : one;
		}
	}
	if (kernels > 0)
		note(c, "kernel_differs", "%lld target%s another kernel than "
		    "before (%s: %s, then %s)", (long long)kernels,
		    kernels == 1 ? " booted" : "s booted", one->id,
		    one->base->kernel, one->head->kernel);
	if (n->required_removed_flag > 0)
		note(c, "required_removed", "%lld target%s required in the "
		    "base and %s optional now",
		    (long long)n->required_removed_flag,
		    n->required_removed_flag == 1 ? " was" : "s were",
		    n->required_removed_flag == 1 ? "is" : "are");
	if (n->effect[CMP_NO_ANSWER] > 0)
		note(c, "no_answer", "%lld target%s no answer on one side: "
		    "an infrastructure error is neither a regression nor a "
		    "fix", (long long)n->effect[CMP_NO_ANSWER],
		    n->effect[CMP_NO_ANSWER] == 1 ? " has" : "s have");
	if (n->near_limit > 0)
		note(c, "near_limit", "%lld program%s come near the "
		    "verifier's limit of instructions",
		    (long long)n->near_limit,
		    n->near_limit == 1 ? " has" : "s have");
}

void
compare_judge(struct compare *c)
{
	judge(c);
	note_inputs(c);
	note_targets(c);
}
