/* The behaviour plan's text format; see functional.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "functional.h"

/* v0.2 has options of the validator before the first block. */
static const char *const versions[] = { "functional_plan.v0.1",
	"functional_plan.v0.2" };

#define TIMEOUT_DEFAULT	10
#define TIMEOUT_MAX	3600	/* of a command; the host allows tests less */

static bool
parse_range(const char *s, long min, long max, int *out)
{
	char	*end;
	long	 n;

	if (*s < '0' || *s > '9')
		return false;
	n = strtol(s, &end, 10);
	if (*end != '\0' || n < min || n > max)
		return false;
	*out = (int)n;
	return true;
}

static void
set_text(char **slot, const char *val)
{
	char	*p = strdup(val);

	if (p == NULL)
		return;
	free(*slot);
	*slot = p;
}

/* One key=value line; unknown keys and values out of range are ignored. */
static void
test_set(struct func_test *t, const char *key, const char *val)
{
	if (strcmp(key, "name") == 0)
		set_text(&t->name, val);
	else if (strcmp(key, "command") == 0)
		set_text(&t->command, val);
	else if (strcmp(key, "required") == 0)
		args_bool(val, &t->required);
	else if (strcmp(key, "timeout_seconds") == 0)
		parse_range(val, 1, TIMEOUT_MAX, &t->timeout_s);
	else if (strcmp(key, "expect_exit_code") == 0)
		parse_range(val, 0, 255, &t->expect_exit);
	else if (strcmp(key, "expect_stdout_contains") == 0)
		set_text(&t->expect_stdout, val);
	else if (strcmp(key, "expect_stderr_contains") == 0)
		set_text(&t->expect_stderr, val);
}

static struct func_test *
test_add(struct functional *f, const char *name)
{
	struct func_test	*t;

	t = reallocarray(f->v, f->n + 1, sizeof(*t));
	if (t == NULL)
		return NULL;
	f->v = t;
	t += f->n;
	memset(t, 0, sizeof(*t));
	t->required = true;
	t->timeout_s = TIMEOUT_DEFAULT;
	if (name == NULL) {
		if (asprintf(&t->name, "functional-%zu", f->n + 1) == -1)
			return NULL;
	} else if ((t->name = strdup(name)) == NULL) {
		return NULL;
	}
	f->n++;
	return t;
}

static enum err
plan_broken(struct functional *f, const char *why)
{
	struct func_test	*t = test_add(f, "functional-plan");

	if (t == NULL)
		return ERR_NOMEM;
	t->status = f->status = FUNC_FAIL;
	set_text(&t->error, why);
	return ERR_OK;
}

static enum err
parse_lines(struct functional *f, char *text)
{
	struct func_test	*t = NULL;
	char			*line, *eq;

	while ((line = strsep(&text, "\n")) != NULL) {
		line[strcspn(line, "\r")] = '\0';
		if (strcmp(line, "BEGIN") == 0) {
			if (f->n == FUNC_TESTS_MAX)
				return plan_broken(f, "more than 64 tests");
			if ((t = test_add(f, NULL)) == NULL)
				return ERR_NOMEM;
		} else if (strcmp(line, "END") == 0) {
			t = NULL;
		} else if (t != NULL && (eq = strchr(line, '=')) != NULL) {
			*eq = '\0';
			test_set(t, line, eq + 1);
		}
	}
	return ERR_OK;
}

enum err
functional_parse(struct functional *f, const char *text, size_t len)
{
	char		*copy, *rest, *first;
	enum err	 e;

	memset(f, 0, sizeof(*f));
	if (len == 0)
		return ERR_OK;
	if ((copy = strndup(text, len)) == NULL)
		return ERR_NOMEM;
	rest = copy;
	first = strsep(&rest, "\n");
	first[strcspn(first, "\r")] = '\0';
	if (strcmp(first, versions[0]) != 0 &&
	    strcmp(first, versions[1]) != 0)
		e = plan_broken(f, "the plan cannot be read or is of a "
		    "version this validator does not know");
	else
		e = rest == NULL ? ERR_OK : parse_lines(f, rest);
	free(copy);
	return e;
}

void
functional_refuse(struct functional *f, const char *why)
{
	size_t	 i;

	for (i = 0; i < f->n; i++) {
		f->v[i].status = FUNC_FAIL;
		set_text(&f->v[i].error, why);
	}
	if (f->n > 0)
		f->status = FUNC_FAIL;
}

void
functional_settle(struct functional *f)
{
	size_t	 i;

	f->status = f->n == 0 ? FUNC_SKIPPED : FUNC_PASS;
	for (i = 0; i < f->n; i++) {
		if (f->v[i].status == FUNC_CUT && f->v[i].required &&
		    f->status != FUNC_FAIL)
			f->status = FUNC_CUT;
		if (f->v[i].status != FUNC_FAIL)
			continue;
		if (f->v[i].required)
			f->status = FUNC_FAIL;
		else if (f->status == FUNC_PASS)
			f->status = FUNC_WARN;
	}
}

void
functional_free(struct functional *f)
{
	struct func_test	*t;
	size_t			 i;

	for (i = 0; i < f->n; i++) {
		t = &f->v[i];
		free(t->name);
		free(t->command);
		free(t->expect_stdout);
		free(t->expect_stderr);
		free(t->stdout_tail);
		free(t->stderr_tail);
		free(t->error);
	}
	free(f->v);
	memset(f, 0, sizeof(*f));
}

const char *
func_word(enum func_status s)
{
	switch (s) {
	case FUNC_SKIPPED:
		return "skipped";
	case FUNC_PASS:
		return "pass";
	case FUNC_WARN:
		return "warn";
	case FUNC_FAIL:
		return "fail";
	case FUNC_CUT:
		return "unfinished";
	}
	return "skipped";
}
