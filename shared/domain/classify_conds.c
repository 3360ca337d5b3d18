/* Conditions over errors and over the places of a log that mean something. */
#include "domain/classify_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_SEEN	1024

/* What was tried to attach says more than the number does. */
static void
attach_evidence(struct class_case *c)
{
	const char	*err = jval_get_str(c->f->program, "attach_error", "");
	char		 text[CLASS_TEXT_MAX];

	if (c->f->stage != CLASS_AT_ATTACH || err[0] == '\0' ||
	    c->res->evidence[0] != '\0')
		return;
	snprintf(text, sizeof(text), "%.160s: %.400s", c->word[W_SECTION],
	    err);
	class_evidence(c, text, strlen(text));
}

bool
c_errno(struct class_case *c, const char *a, const char *b)
{
	char		 buf[32], text[80];
	const char	*name;

	(void)b;
	if (class_errno(c->f) == 0)
		return false;
	name = class_errno_name(class_errno(c->f), buf, sizeof(buf));
	if (!class_among(name, a))
		return false;
	attach_evidence(c);
	snprintf(text, sizeof(text), "the kernel answered %s", name);
	class_prove(c, "errno", name, text);
	return true;
}

bool
c_elf(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	if (c->f->elf[0] == '\0' || !verifier_pattern(a, c->f->elf, NULL, 0))
		return false;
	class_set(c, W_DETAIL, c->f->elf);
	class_prove(c, "elf", "", c->f->elf);
	return true;
}

/*
 * Looks for a line of "log" that matches; it becomes evidence and proof,
 * and what the pattern names the word W_NAME.  "skip" is left out in front.
 */
static bool
line_matches(struct class_case *c, const char *log, const char *skip,
    const char *pattern)
{
	char	 line[LINE_MAX_SEEN], name[CLASS_WORD_MAX];
	size_t	 n, drop;

	for (; log != NULL && *log != '\0'; log += n + (log[n] == '\n')) {
		n = strcspn(log, "\n");
		snprintf(line, sizeof(line), "%.*s", n < sizeof(line) ?
		    (int)n : (int)sizeof(line) - 1, log);
		drop = strncmp(line, skip, strlen(skip)) == 0 ?
		    strlen(skip) : 0;
		if (!verifier_pattern(pattern, line + drop, name,
		    sizeof(name)))
			continue;
		if (name[0] != '\0')
			class_set(c, W_NAME, name);
		class_evidence(c, line, strlen(line));
		class_prove(c, "log_line", jval_get_str(c->f->program,
		    "log_id", ""), line);
		return true;
	}
	return false;
}

bool
c_libbpf(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return line_matches(c, c->f->libbpf_log, "libbpf: ", a) ||
	    line_matches(c, jval_get_str(c->f->map, "message", NULL),
	    "libbpf: ", a);
}

bool
c_log(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return line_matches(c, c->f->verifier_log, "", a);
}

bool
c_splat(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	if (c->f->splat == NULL || !line_matches(c, c->f->splat, "", a))
		return false;
	c->res->proof[c->res->nproof - 1].kind = "splat";
	return true;
}

bool
c_end_code(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return c->f->end_code != NULL && strcmp(c->f->end_code, a) == 0;
}

bool
c_error_has(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return c->f->error_text != NULL &&
	    strstr(c->f->error_text, a) != NULL;
}

bool
c_oom(struct class_case *c, const char *a, const char *b)
{
	(void)a;
	(void)b;
	if (c->f->oom == NULL)
		return false;
	class_evidence(c, c->f->oom, strlen(c->f->oom));
	class_prove(c, "splat", "kernel_events", c->f->oom);
	return true;
}

/* Lines of the verifier's that are no complaint: steps, states, source. */
static bool
is_step(const char *line)
{
	static const char *const begins[] = { "from ", "; ", "last_idx ",
		"regs=", "parent ", "mark_precise", "propagating ",
		"Func#", "func#", "Validating ", "caller:", "callee:",
		"returning from", "to caller at", " R", "R0=", "R1=", "R10=",
		"Live regs", "processed " };
	size_t	 n;

	if (strncmp(line, "frame", 5) == 0)
		line += 5;
	n = strspn(line, "0123456789");

	if (n > 0 && line[n] == ':')
		return true;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* Of lines that come joined one has to be a complaint. */
static bool
complains(const char *last)
{
	if (last[0] == '\0' || last[0] == ';')
		return false;
	while (is_step(last)) {
		if ((last = strstr(last, "; ")) == NULL)
			return false;
		last += 2;
	}
	return true;
}

static void
last_proves(struct class_case *c)
{
	class_evidence(c, c->last, strlen(c->last));
	class_prove(c, "log_line", jval_get_str(c->f->program, "log_id", ""),
	    c->last);
}

bool
c_last(struct class_case *c, const char *a, const char *b)
{
	char	 name[CLASS_WORD_MAX];

	(void)b;
	if (c->last[0] == '\0' ||
	    !verifier_pattern(a, c->last, name, sizeof(name)))
		return false;
	if (name[0] != '\0')
		class_set(c, W_NAME, name);
	last_proves(c);
	return true;
}

/* A helper without a name in this kernel: the guest may know its name. */
static void
name_helper(struct class_case *c)
{
	const struct jval	*all, *h;
	const char		*hash = strchr(c->last, '#');
	long			 id;

	if (strcmp(c->word[W_NAME], "unknown") != 0 || hash == NULL)
		return;
	id = strtol(hash + 1, NULL, 10);
	snprintf(c->word[W_NAME], sizeof(c->word[0]), "number %ld", id);
	all = jval_get(c->f->program, "helpers");
	for (size_t i = 0; i < jval_len(all); i++) {
		h = jval_at(all, i);
		if (jval_get_int(h, "id", -1) == id &&
		    jval_get_str(h, "name", "")[0] != '\0')
			class_set(c, W_NAME, jval_get_str(h, "name", ""));
	}
}

bool
c_words(struct class_case *c, const char *a, const char *b)
{
	char	 name[CLASS_WORD_MAX];

	(void)b;
	if (!complains(c->last))
		return false;
	c->why = class_reason(c->last,
	    jval_get(c->f->program, "explanation"), name, sizeof(name));
	if (c->why == NULL || strcmp(c->why->code, a) != 0)
		return false;
	if (name[0] != '\0')
		class_set(c, W_NAME, name);
	name_helper(c);
	class_set(c, W_RULE, c->why->rule);
	class_set(c, W_FIX, c->why->fix);
	last_proves(c);
	return true;
}

bool
c_spoke(struct class_case *c, const char *a, const char *b)
{
	(void)a;
	(void)b;
	if (!complains(c->last) ||
	    (!class_verifier_spoke(c->f->verifier_log) &&
	    jval_get(c->f->program, "explanation") == NULL))
		return false;
	last_proves(c);
	return true;
}

/* Refused at the door: statistics of no instruction, and no complaint. */
static bool
never_began(const struct class_case *c)
{
	return c->f->verifier_log != NULL &&
	    strstr(c->f->verifier_log, "processed 0 insns") != NULL &&
	    (c->last[0] == '\0' || is_step(c->last));
}

/* What 7.3 explains itself, in words that are not in our table. */
bool
c_report(struct class_case *c, const char *a, const char *b)
{
	const struct jval	*r;
	const char		*reason, *advice;

	(void)a;
	(void)b;
	r = jval_get(jval_get(c->f->program, "explanation"), "report");
	reason = jval_get_str(r, "reason", "");
	advice = jval_get_str(r, "suggestion", "");
	if (reason[0] == '\0' || advice[0] == '\0')
		return false;
	class_set(c, W_RULE, reason);
	class_set(c, W_FIX, advice);
	last_proves(c);
	class_prove(c, "log_line", jval_get_str(c->f->program, "log_id", ""),
	    reason);
	return true;
}

bool
c_silent(struct class_case *c, const char *a, const char *b)
{
	(void)a;
	(void)b;
	return jval_get(c->f->program, "explanation") == NULL &&
	    (!class_verifier_spoke(c->f->verifier_log) || never_began(c));
}

bool
c_verified(struct class_case *c, const char *a, const char *b)
{
	char	 text[120];

	(void)a;
	(void)b;
	if (jval_get(c->f->program, "explanation") != NULL ||
	    !class_verifier_spoke(c->f->verifier_log) || never_began(c) ||
	    complains(c->last))
		return false;
	snprintf(text, sizeof(text), "the verifier looked at %lld "
	    "instructions and complained of nothing", (long long)jval_get_int(
	    jval_get(c->f->program, "verifier"), "processed_insns", 0));
	class_evidence(c, text, strlen(text));
	class_prove(c, "log_line", jval_get_str(c->f->program, "log_id", ""),
	    text);
	return true;
}

bool
c_attach_error(struct class_case *c, const char *a, const char *b)
{
	const char	*err = jval_get_str(c->f->program, "attach_error", "");

	(void)b;
	if (!verifier_pattern(a, err, NULL, 0))
		return false;
	class_evidence(c, err, strlen(err));
	return true;
}

bool
c_error_text(struct class_case *c, const char *a, const char *b)
{
	const char	*t = c->f->error_text;

	(void)a;
	(void)b;
	class_set(c, W_DETAIL, t == NULL || t[0] == '\0' ? "no error text" :
	    t);
	if (c->res->evidence[0] == '\0')
		class_evidence(c, c->word[W_DETAIL],
		    strlen(c->word[W_DETAIL]));
	return true;
}

bool
c_anything(struct class_case *c, const char *a, const char *b)
{
	char	 line[CLASS_TEXT_MAX];

	c_error_text(c, a, b);
	if (c->last[0] != '\0') {
		last_proves(c);
		return true;
	}
	class_last_line(c->f->libbpf_log, line, sizeof(line));
	if (line[0] != '\0') {
		class_evidence(c, line, strlen(line));
		class_prove(c, "log_line", "", line);
	}
	return true;
}

bool
c_program(struct class_case *c, const char *a, const char *b)
{
	return c->f->program != NULL &&
	    (a == NULL || verifier_pattern(a, c->word[W_SECTION], NULL, 0)) &&
	    (b == NULL || class_among(c->word[W_TYPE], b));
}

bool
c_awake(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return class_among(c->word[W_TYPE], a) &&
	    !jval_get_bool(c->f->program, "sleepable", true);
}

bool
c_name(struct class_case *c, const char *a, const char *b)
{
	(void)b;
	return verifier_pattern(a, c->word[W_NAME], NULL, 0);
}
