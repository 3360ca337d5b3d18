/*
 * Causes in the Markdown report: the proof, and for programs the verifier
 * refused the way through the source to the failing line.
 */
#include "domain/report_md.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "domain/report.h"

#define PROGRAMS_MAX	20
#define TRACE_MAX	(16 * 1024)
#define COST_PROGRAMS	40

static const char *
str(const struct jval *j, const char *key)
{
	return jval_get_str(j, key, "");
}

/* Is the register called by its name here: "r1", not the "r1" of "r10"? */
static bool
names(const char *text, const char *reg)
{
	size_t	 n = strlen(reg);

	for (; *text != '\0'; text++) {
		size_t	 i = 0;

		while (i < n && tolower((unsigned char)text[i]) ==
		    tolower((unsigned char)reg[i]))
			i++;
		if (i == n && !isalnum((unsigned char)text[n]))
			return true;
	}
	return false;
}

bool
report_register_matters(const struct jval *e, const char *name)
{
	return name[0] != '\0' && (names(str(e, "insn_text"), name) ||
	    names(str(e, "verdict"), name));
}

/* "  12 | text" and what happened there. */
static void
trace_line(struct buf *b, const char *mark, const struct jval *source,
    const char *note)
{
	long long	 n = (long long)jval_get_int(source, "line", 0);

	if (str(source, "text")[0] == '\0' && n == 0)
		buf_addf(b, "%s       | ", mark);
	else
		buf_addf(b, "%s%6lld | %.160s", mark, n, str(source, "text"));
	buf_addf(b, "   <- %s\n", note);
}

/* The branches on the way, then the line the verifier stopped at. */
static void
trace(struct buf *out, const struct jval *e)
{
	const struct jval	*path = jval_get(e, "path"), *s;
	const struct jval	*source = jval_get(e, "source");
	struct buf		 b = BUF_INIT(TRACE_MAX);
	char			 note[240];

	if (str(source, "file")[0] != '\0')
		buf_addf(&b, "%.200s\n", str(source, "file"));
	for (size_t i = 0; i < jval_len(path); i++) {
		s = jval_at(path, i);
		snprintf(note, sizeof(note), "insn %lld: %.120s, %s",
		    (long long)jval_get_int(s, "insn", -1),
		    str(s, "insn_text"), strcmp(str(s, "kind"), "acquire") ==
		    0 ? "acquired here" : jval_get_bool(s, "taken", false) ?
		    "taken" : "not taken");
		trace_line(&b, "  ", jval_get(s, "source"), note);
	}
	snprintf(note, sizeof(note), "insn %lld: %.160s",
	    (long long)jval_get_int(e, "insn", -1), str(e, "insn_text"));
	trace_line(&b, "> ", source, note);
	if (buf_err(&b) == ERR_OK)
		md_code_block(out, 8, buf_str(&b));
	buf_clear(&b);
}

static void
sub_bullet(struct buf *b, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_addf(b, "    - %s: ", label);
	report_md_text(b, text, MD_LINE_MAX);
	buf_addc(b, '\n');
}

static void
registers(struct buf *b, const struct jval *e)
{
	const struct jval	*all = jval_get(e, "registers"), *r;
	char			 text[340];

	for (size_t i = 0; i < jval_len(all); i++) {
		r = jval_at(all, i);
		if (!report_register_matters(e, str(r, "name")))
			continue;
		snprintf(text, sizeof(text), "%.16s = %.300s",
		    str(r, "name"), str(r, "value"));
		sub_bullet(b, "Register", text);
	}
}

static void
log_bullet(struct buf *b, const struct jval *t, const struct jval *p)
{
	char	 path[700];

	if (str(p, "log_id")[0] == '\0' || str(t, "vm_run_dir")[0] == '\0')
		return;
	snprintf(path, sizeof(path), "%.400s/logs/%.128s.log.zst",
	    str(t, "vm_run_dir"), str(p, "log_id"));
	sub_bullet(b, "Verifier log", path);
}

static void
program(struct buf *b, const struct jval *t, const struct jval *p)
{
	const struct jval	*c = jval_get(p, "classification");
	const struct jval	*e = jval_get(p, "explanation");

	buf_adds(b, "  - ");
	report_md_text(b, jval_get_str(p, "name", "?"), MD_CELL_MAX);
	buf_adds(b, " (");
	report_md_text(b, jval_get_str(p, "section", "?"), MD_CELL_MAX);
	buf_adds(b, "): ");
	report_md_text(b, str(c, "code"), MD_CELL_MAX);
	if (str(c, "sub_reason")[0] != '\0') {
		buf_addc(b, '/');
		report_md_text(b, str(c, "sub_reason"), MD_CELL_MAX);
	}
	buf_adds(b, ", ");
	report_md_text(b, jval_get_str(c, "evidence", str(c, "reason")),
	    MD_LINE_MAX);
	buf_addc(b, '\n');
	if (e == NULL)
		return;
	trace(b, e);
	registers(b, e);
	sub_bullet(b, "Rule", str(e, "rule"));
	sub_bullet(b, "Fix", str(e, "fix"));
	sub_bullet(b, "The kernel's advice", str(jval_get(e, "report"),
	    "suggestion"));
	log_bullet(b, t, p);
}

static void
proofs(struct buf *b, const struct jval *c)
{
	const struct jval	*all = jval_get(c, "proof"), *p;
	char			 text[MD_LINE_MAX];

	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		snprintf(text, sizeof(text), "%s%s%.80s: %.400s",
		    str(p, "kind"), str(p, "ref")[0] != '\0' ? " " : "",
		    str(p, "ref"), str(p, "text"));
		md_bullet(b, "Proof", text);
	}
}

void
md_cause(struct buf *b, const struct jval *t)
{
	const struct jval	*c = jval_get(t, "classification");
	const struct jval	*all = jval_get(t, "programs"), *p;
	char			 line[256];
	size_t			 failed = 0;

	if (c != NULL) {
		snprintf(line, sizeof(line), "%s%s%s (%s)", str(c, "code"),
		    str(c, "sub_reason")[0] != '\0' ? "/" : "",
		    str(c, "sub_reason"), str(c, "confidence"));
		md_bullet(b, "Classification", line);
		md_bullet(b, "Reason", str(c, "reason"));
		md_bullet(b, "Evidence", str(c, "evidence"));
		md_bullet(b, "Remedy", str(c, "remedy"));
		proofs(b, c);
	}
	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		if (jval_get(p, "classification") != NULL &&
		    ++failed <= PROGRAMS_MAX)
			program(b, t, p);
	}
	if (failed > PROGRAMS_MAX)
		buf_addf(b, "  - and %zu more failing programs\n",
		    failed - PROGRAMS_MAX);
}

/* --- what the verifier spent ----------------------------------------------- */

static const struct jval *
program_of(const struct jval *t, const char *name)
{
	const struct jval	*all = jval_get(t, "programs");

	for (size_t i = 0; i < jval_len(all); i++)
		if (strcmp(str(jval_at(all, i), "name"), name) == 0)
			return jval_at(all, i);
	return NULL;
}

/* "1234 (12.3 %)" of the limit; with a mark when little is left. */
static void
cost_cell(struct buf *b, const struct jval *p)
{
	const struct jval	*v = jval_get(p, "verifier");
	int64_t			 n, share;
	char			 text[80];

	n = jval_get_int(v, "processed_insns", -1);
	share = jval_get_int(v, "insn_share", -1);
	text[0] = '\0';
	if (n >= 0 && share > 0)
		snprintf(text, sizeof(text), "%lld (%lld.%lld %%)%s",
		    (long long)n, (long long)share / 10,
		    (long long)share % 10, jval_get_bool(v,
		    "headroom_warning", false) ? " near the limit" : "");
	else if (n >= 0)
		snprintf(text, sizeof(text), "%lld", (long long)n);
	md_cell(b, text);
}

/* The target with most programs gives the rows. */
static const struct jval *
widest(const struct jval *targets)
{
	const struct jval	*best = NULL, *t;
	size_t			 most = 0;

	for (size_t i = 0; i < jval_len(targets); i++) {
		t = jval_at(targets, i);
		if (jval_len(jval_get(t, "programs")) > most) {
			most = jval_len(jval_get(t, "programs"));
			best = jval_get(t, "programs");
		}
	}
	return best;
}

static void
cost_head(struct buf *b, const struct jval *targets)
{
	buf_adds(b, "\n## Verifier cost\n\nInstructions the verifier looked "
	    "at, and their share of the kernel's limit.\n\n| Program |");
	for (size_t k = 0; k < jval_len(targets); k++)
		md_cell(b, str(jval_at(targets, k), "profile_id"));
	buf_adds(b, "\n|---|");
	for (size_t k = 0; k < jval_len(targets); k++)
		buf_adds(b, "---|");
	buf_addc(b, '\n');
}

void
md_cost(struct buf *b, const struct jval *targets)
{
	const struct jval	*rows = widest(targets);
	const char		*name;

	if (rows == NULL)
		return;
	cost_head(b, targets);
	for (size_t i = 0; i < jval_len(rows) && i < COST_PROGRAMS; i++) {
		name = str(jval_at(rows, i), "name");
		buf_addc(b, '|');
		md_cell(b, name);
		for (size_t k = 0; k < jval_len(targets); k++)
			cost_cell(b, program_of(jval_at(targets, k), name));
		buf_addc(b, '\n');
	}
	if (jval_len(rows) > COST_PROGRAMS)
		buf_addf(b, "\nand %zu more programs\n",
		    jval_len(rows) - COST_PROGRAMS);
}
