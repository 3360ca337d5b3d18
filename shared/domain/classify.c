#include "domain/classify_rules.h"

#include <stdio.h>
#include <string.h>

/* Statistics and frames that follow the verifier's last word. */
static const char *const trailer[] = {
	"processed ", "verification time", "stack depth", "insns_stack",
	"max_states", "total_states", "-- END ", "-- BEGIN ",
	/* The two states after "infinite loop detected". */
	"cur state:", "old state:",
	"subprog ",
	/* 7.2 counts here, too. */
	"insns processed ",
};
/* Since 7.3 the kernel explains its last word; that report begins so. */
static const char	report_begins[] = "Verification failed: ";

static bool
starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static void
copy(char *out, size_t size, const char *s, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, s, len);
	out[len] = '\0';
}

static bool
is_trailer(const char *line, size_t len)
{
	if (len == 0)
		return true;
	for (size_t i = 0; i < sizeof(trailer) / sizeof(trailer[0]); i++)
		if (starts(line, trailer[i]))
			return true;
	return false;
}

/* The line that begins the kernel's report, or NULL. */
static const char *
report_line(const char *log)
{
	const char	*p = log;

	while ((p = strstr(p, report_begins)) != NULL) {
		if (p == log || p[-1] == '\n')
			return p;
		p++;
	}
	return NULL;
}

/* Where the verifier's own words end. */
static const char *
words_end(const char *log)
{
	const char	*end = strstr(log, "-- END PROG LOAD LOG --");
	const char	*report = report_line(log);

	if (report != NULL && (end == NULL || report < end))
		return report;
	return end == NULL ? log + strlen(log) : end;
}

/*
 * Walks lines from the end; what libbpf adds after its frame is not seen.
 * When only the kernel's report is left of a log, its title is the answer.
 */
void
class_last_line(const char *log, char *out, size_t size)
{
	const char	*end, *line;

	out[0] = '\0';
	if (log == NULL)
		return;
	end = words_end(log);
	while (end > log) {
		while (end > log && (end[-1] == '\n' || end[-1] == '\r'))
			end--;
		for (line = end; line > log && line[-1] != '\n'; line--)
			;
		if (end > line && !is_trailer(line, (size_t)(end - line))) {
			copy(out, size, line, (size_t)(end - line));
			return;
		}
		end = line;
	}
	if ((line = report_line(log)) != NULL)
		copy(out, size, line, strcspn(line, "\r\n"));
}

int
class_verifier_spoke(const char *log)
{
	const char	*p = log;

	while (p != NULL && (p = strstr(p, "processed ")) != NULL) {
		if ((p == log || p[-1] == '\n') && strstr(p, " insn") != NULL)
			return 1;
		p++;
	}
	return 0;
}

/* In this order; the last one always answers. */
static const struct class_rule *const tables[] = {
	class_guest_rules, class_object_rules, class_map_rules,
	class_lookup_rules, class_program_rules, class_attach_rules,
	class_last_rules
};
#define NTABLES	(sizeof(tables) / sizeof(tables[0]))

static bool
rule_holds(const struct class_rule *r, struct class_case *c)
{
	const struct class_cond	*cond;

	for (size_t i = 0; i < CLASS_CONDS; i++) {
		cond = &r->cond[i];
		if (cond->holds == NULL)
			break;
		if (!cond->holds(c, cond->a, cond->b))
			return false;
	}
	return true;
}

static void
give_verdict(const struct class_rule *r, const struct class_case *c,
    struct class_result *res)
{
	const char	*sub = r->sub;

	if (sub == NULL)
		sub = c->why == NULL ? "" : c->why->sub;
	res->code = r->code;
	res->confidence = r->confidence;
	res->rule = r->name;
	snprintf(res->sub, sizeof(res->sub), "%s", sub);
	class_fill(c, r->reason, res->reason, sizeof(res->reason));
	class_fill(c, r->remedy, res->remedy, sizeof(res->remedy));
}

void
classify(const struct class_facts *f, struct class_result *res)
{
	struct class_case	 fresh, c;

	class_case_init(&fresh, f, res);
	for (size_t i = 0; i < NTABLES; i++)
		for (const struct class_rule *r = tables[i]; r->name != NULL;
		    r++) {
			if ((r->stages & 1u << f->stage) == 0)
				continue;
			memset(res, 0, sizeof(*res));
			c = fresh;
			if (rule_holds(r, &c)) {
				give_verdict(r, &c, res);
				return;
			}
		}
}

bool
class_rule_at(size_t n, struct class_rule_info *out)
{
	for (size_t i = 0; i < NTABLES; i++)
		for (const struct class_rule *r = tables[i]; r->name != NULL;
		    r++)
			if (n-- == 0) {
				*out = (struct class_rule_info){ r->name,
				    r->code, r->sub, r->confidence,
				    r->reason, r->remedy };
				return true;
			}
	return false;
}
