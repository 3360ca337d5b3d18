#include "worker/cli/test_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_job.h"
#include "worker/cli/test_cause.h"

#define TEXT_MAX	300
#define EVENTS_SHOWN	4
#define WORDS_SHOWN	5

struct	test_view {
	struct db	*db;
	char		 job_id[JOB_ID_SIZE];
	char		 of[72];
	struct progress	*progress;
	struct row { int line; bool ended; char shown[TEXT_MAX]; } *rows;
	size_t		 n;
	int64_t		 revision;
};

struct test_view *
test_view_new(struct db *db, const char *job_id, const char *of,
    struct progress *p)
{
	struct test_view	*v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->db = db;
	v->progress = p;
	v->revision = -1;
	snprintf(v->job_id, sizeof(v->job_id), "%s", job_id);
	snprintf(v->of, sizeof(v->of), "%.64s%s", of, of[0] != '\0' ? " " :
	    "");
	return v;
}

void
test_view_free(struct test_view *v)
{
	if (v == NULL)
		return;
	free(v->rows);
	free(v);
}

static void
show_end(struct test_view *v, struct row *r, const struct job_target *t)
{
	const char	*why = strcmp(t->state, "infra_error") == 0 ?
			    t->error : t->classification_code;
	char		 text[TEXT_MAX];

	snprintf(text, sizeof(text), "%s%s%.60s%s%.200s", t->state,
	    t->kernel_release[0] != '\0' ? "  " : "", t->kernel_release,
	    why[0] != '\0' ? "  " : "", why);
	progress_end(v->progress, r->line, strcmp(t->state, "pass") == 0,
	    text);
	r->ended = true;
}

static void
show_target(struct test_view *v, struct row *r, const struct job_target *t)
{
	char	 now[TEXT_MAX];

	if (r->ended)
		return;
	if (t->finished_at[0] != '\0') {
		show_end(v, r, t);
		return;
	}
	snprintf(now, sizeof(now), "%s %s", t->stage, t->message);
	if (strcmp(t->state, "running") != 0 && t->attempts == 0)
		return;
	if (strcmp(now, r->shown) == 0)
		return;
	snprintf(r->shown, sizeof(r->shown), "%s", now);
	progress_set(v->progress, r->line, t->stage[0] != '\0' ? t->stage :
	    "waiting", 0, 0, false, t->message);
}

static void
add_rows(struct test_view *v, const struct job_target *t, size_t n)
{
	char	 name[160];

	if ((v->rows = calloc(n, sizeof(*v->rows))) == NULL)
		return;
	v->n = n;
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%.64s", v->of,
		    t[i].profile_id);
		v->rows[i].line = progress_add(v->progress, name);
	}
}

void
test_view_update(void *arg)
{
	struct test_view	*v = arg;
	struct job_target	*t;
	int64_t			 revision;
	size_t			 n;

	if (store_job_revision(v->db, v->job_id, &revision) != ERR_OK ||
	    revision == v->revision ||
	    store_job_targets(v->db, v->job_id, &t, &n) != ERR_OK)
		return;
	v->revision = revision;
	if (v->rows == NULL)
		add_rows(v, t, n);
	for (size_t i = 0; i < n && i < v->n; i++)
		show_target(v, &v->rows[i], &t[i]);
	job_targets_free(t, n);
}

/* --- the verdict ---------------------------------------------------------*/

static void
headline(const struct jval *report, struct buf *b)
{
	const struct jval	*s = jval_get(report, "summary");
	const char		*status = jval_get_str(s, "status", "");
	long long		 passed, failed, infra, expected, all;

	passed = (long long)jval_get_int(s, "required_passed", 0);
	failed = (long long)jval_get_int(s, "required_failed", 0);
	infra = (long long)jval_get_int(s, "required_infra_errors", 0);
	expected = (long long)jval_get_int(s, "required_expected_failures",
	    0);
	all = passed + failed + infra + expected;
	if (jval_get_bool(jval_get(report, "run"), "canceled", false))
		buf_addf(b, "CANCELED: %lld of %lld kernels were judged",
		    (long long)(jval_get_int(s, "total_profiles", 0) -
		    jval_get_int(s, "canceled_profiles", 0)),
		    (long long)jval_get_int(s, "total_profiles", 0));
	else if (strcmp(status, "pass") == 0)
		buf_addf(b, "PASS: %lld of %lld required kernels", passed,
		    all);
	else if (strcmp(status, "fail") == 0)
		buf_addf(b, "FAIL: %lld of %lld required kernels %s", failed,
		    all, jval_get_int(s, "unexpected_passes", 0) > 0 ?
		    "do not do what is expected" : "refuse it");
	else
		buf_addf(b, "COULD NOT TELL: %lld of %lld required kernels "
		    "gave no answer", infra, all);
	if (expected > 0)
		buf_addf(b, ", %lld fail as expected", expected);
	buf_adds(b, " - ");
	cause_put(b, jval_get_str(jval_get(report, "artifact"), "basename", ""),
	    128);
	buf_adds(b, "\n\n");
}

/* One line each; the text with its trace is in the report. */
static void
kernel_said(const struct jval *t, struct buf *b)
{
	const struct jval	*all = jval_get(t, "kernel_events"), *ev;
	const char		*program;

	for (size_t i = 0; i < jval_len(all) && i < EVENTS_SHOWN; i++) {
		ev = jval_at(all, i);
		program = jval_get_str(ev, "program", "");
		buf_adds(b, "      kernel, ");
		cause_put(b, jval_get_str(ev, "phase", "?"), 24);
		buf_adds(b, program[0] != '\0' ? " of " : "");
		cause_put(b, program, 80);
		buf_adds(b, ": ");
		cause_put(b, jval_get_str(ev, "title", ""), 200);
		buf_addc(b, '\n');
	}
}

/* In capitals what nobody knew before. */
static const char *
target_word(const struct jval *t)
{
	const char	*status = jval_get_str(t, "status", "");

	if (strcmp(status, "pass") == 0)
		return "pass";
	if (strcmp(status, "infra_error") == 0)
		return "?";
	if (strcmp(status, "canceled") == 0)
		return "-";
	return jval_get_bool(jval_get(t, "expected"), "met", false) ?
	    "fail" : "FAIL";
}

static void
expectation(const struct jval *t, struct buf *b)
{
	const struct jval	*x = jval_get(t, "expected");

	if (x == NULL)
		return;
	buf_adds(b, jval_get_bool(x, "met", false) ? "      expected: " :
	    "      NOT as expected: ");
	cause_put(b, jval_get_str(x, "text", ""), 400);
	buf_addc(b, '\n');
}

/* The last lines of what a command wrote. */
static void
words_of(const char *label, const char *text, struct buf *b)
{
	const char	*p = text + strlen(text);
	char		 line[160];
	size_t		 n;

	while (p > text && p[-1] == '\n')
		p--;
	for (int lines = 0; p > text && (p[-1] != '\n' ||
	    ++lines < WORDS_SHOWN); p--)
		continue;
	for (; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)n, p);
		buf_addf(b, "        %s: ", label);
		cause_put(b, line, sizeof(line));
		buf_addc(b, '\n');
	}
}

/* Commands that did not do what they should, and what they said. */
static void
tests_failed(const struct jval *t, struct buf *b)
{
	const struct jval	*all, *f;

	all = jval_get(jval_get(t, "functional"), "tests");
	for (size_t i = 0; i < jval_len(all); i++) {
		f = jval_at(all, i);
		if (strcmp(jval_get_str(f, "status", ""), "pass") == 0)
			continue;
		buf_adds(b, "      test ");
		cause_put(b, jval_get_str(f, "name", "?"), 127);
		buf_adds(b, ": ");
		cause_put(b, jval_get_str(f, "error", "not run"), 300);
		buf_adds(b, jval_get_bool(f, "required", true) ? "\n" :
		    " (optional)\n");
		words_of("stdout", jval_get_str(f, "stdout_tail", ""), b);
		words_of("stderr", jval_get_str(f, "stderr_tail", ""), b);
	}
}

/* How the guest of a variant differs from its base. */
static void
environment(const struct jval *t, struct buf *b)
{
	const struct jval	*env = jval_get(t, "environment");
	const struct jval	*all = jval_get(env, "differs");

	if (env == NULL)
		return;
	buf_adds(b, "      with ");
	for (size_t i = 0; i < jval_len(all); i++) {
		cause_put(b, jval_str(jval_at(all, i), ""), 200);
		buf_adds(b, ", ");
	}
	buf_adds(b, "else as ");
	cause_put(b, jval_get_str(env, "base", "?"), 64);
	buf_addc(b, '\n');
}

static void
target_line(const struct jval *t, const struct jval *like,
    const char *workdir, struct buf *b)
{
	const char	*status = jval_get_str(t, "status", "");
	bool		 infra = strcmp(status, "infra_error") == 0;
	const char	*kernel = jval_get_str(jval_get(t, "host"),
			    "kernel", "");
	char		 id[80];

	snprintf(id, sizeof(id), "%.64s", jval_get_str(t, "profile_id", ""));
	buf_addf(b, "  %-5s %-9s %-*s%s", target_word(t),
	    jval_get_bool(t, "required", false) ? "required" : "optional",
	    kernel[0] != '\0' ? 22 : 0, id, kernel[0] != '\0' ? " " : "");
	cause_put(b, kernel, 64);
	buf_addc(b, '\n');
	environment(t, b);
	if (infra) {
		buf_adds(b, "      ");
		cause_put(b, jval_get_str(t, "infra_error", ""), 400);
		buf_addc(b, '\n');
	}
	if (strcmp(status, "canceled") == 0) {
		buf_adds(b, "      ");
		cause_put(b, jval_str(jval_at(jval_get(t, "notes"), 0), ""),
		    160);
		buf_addc(b, '\n');
		return;
	}
	expectation(t, b);
	cause_show(t, like, workdir, b);
	tests_failed(t, b);
	kernel_said(t, b);
	if (strcmp(status, "pass") != 0 &&
	    jval_get_str(t, "vm_run_dir", "")[0] != '\0') {
		buf_addf(b, "        evidence: %s/", workdir);
		cause_put(b, jval_get_str(t, "vm_run_dir", ""), 256);
		buf_addc(b, '\n');
	}
}

#define RANKS	3

static int
rank_of(const struct jval *t)
{
	const struct jval	*x = jval_get(t, "expected");

	if (jval_get_bool(x, "met", false) ||
	    (strcmp(jval_get_str(t, "status", ""), "pass") == 0 &&
	    !jval_get_bool(x, "blocks", false)))
		return 2;
	return jval_get_bool(t, "required", false) ? 0 : 1;
}

/* An earlier line of the same rank that has the same cause, or NULL. */
static const struct jval *
shown_already(const struct jval *all, size_t i)
{
	const struct jval	*t = jval_at(all, i);

	for (size_t k = 0; k < i; k++)
		if (rank_of(jval_at(all, k)) == rank_of(t) &&
		    cause_same(jval_at(all, k), t))
			return jval_at(all, k);
	return NULL;
}

void
test_summary(const struct jval *report, const char *workdir, struct buf *b)
{
	const struct jval	*all = jval_get(report, "targets");
	const struct jval	*notes;

	headline(report, b);
	/* What needs a look first: required failures, other failures. */
	for (int rank = 0; rank < RANKS; rank++)
		for (size_t i = 0; i < jval_len(all); i++)
			if (rank_of(jval_at(all, i)) == rank)
				target_line(jval_at(all, i),
				    shown_already(all, i), workdir, b);
	notes = jval_get(jval_get(report, "summary"), "notes");
	buf_addc(b, '\n');
	for (size_t i = 0; i < jval_len(notes); i++) {
		buf_adds(b, "Note: ");
		cause_put(b, jval_str(jval_at(notes, i), ""), 1200);
		buf_addc(b, '\n');
	}
	if (jval_get(report, "object_comparison") != NULL) {
		buf_adds(b, "Floor: ");
		cause_put(b, jval_get_str(report, "object_comparison", ""),
		    1200);
		buf_addc(b, '\n');
	}
	buf_addf(b, "Run: %s\n", jval_get_str(jval_get(report, "run"), "id",
	    ""));
	buf_addf(b, "Run folder: %s/%s\n", workdir,
	    jval_get_str(jval_get(report, "paths"), "run_dir", ""));
}
