#include "worker/cli/test_cause.h"

#include <stdio.h>
#include <string.h>

#include "domain/report.h"

#define PROGRAMS_SHOWN	3
#define PROOFS_SHOWN	3
#define STEPS_SHOWN	3
#define REGISTERS_SHOWN	4

/* Names and logs come from an object or a guest: no control bytes. */
void
cause_put(struct buf *b, const char *text, size_t max)
{
	size_t	 n = strlen(text);

	for (size_t i = 0; i < n && i < max; i++) {
		unsigned char	 c = (unsigned char)text[i];

		buf_addc(b, c < 0x20 || c == 0x7f ? ' ' : (char)c);
	}
	if (n > max)
		buf_adds(b, "...");
}

/* A labelled line; nothing for an empty text. */
static void
line(struct buf *b, int indent, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_addf(b, "%*s%s", indent, "", label);
	cause_put(b, text, 400);
	buf_addc(b, '\n');
}

static const char *
str(const struct jval *j, const char *key)
{
	return jval_get_str(j, key, "");
}

/* "x.bpf.c:15:9: text of the line" */
static void
source(struct buf *b, int indent, const struct jval *s)
{
	long long	 n = (long long)jval_get_int(s, "line", 0);
	long long	 col = (long long)jval_get_int(s, "column", 0);

	if (str(s, "file")[0] == '\0')
		return;
	buf_addf(b, "%*s", indent, "");
	cause_put(b, str(s, "file"), 200);
	if (n > 0)
		buf_addf(b, ":%lld", n);
	if (n > 0 && col > 0)
		buf_addf(b, ":%lld", col);
	buf_adds(b, ": ");
	cause_put(b, str(s, "text"), 200);
	buf_addc(b, '\n');
}

static void
instruction(struct buf *b, const struct jval *e)
{
	long long	 insn = (long long)jval_get_int(e, "insn", -1);

	if (insn < 0 || str(e, "insn_text")[0] == '\0')
		return;
	buf_addf(b, "          insn %lld: ", insn);
	cause_put(b, str(e, "insn_text"), 160);
	buf_addc(b, '\n');
}

/* Of the registers only those that the failing instruction speaks of. */
static void
registers(struct buf *b, const struct jval *e)
{
	const struct jval	*all = jval_get(e, "registers"), *r;
	size_t			 shown = 0;

	for (size_t i = 0; i < jval_len(all); i++) {
		r = jval_at(all, i);
		if (!report_register_matters(e, str(r, "name")) ||
		    ++shown > REGISTERS_SHOWN)
			continue;
		buf_adds(b, "          ");
		cause_put(b, str(r, "name"), 16);
		buf_adds(b, " = ");
		cause_put(b, str(r, "value"), 200);
		buf_addc(b, '\n');
	}
}

static void
way_there(struct buf *b, const struct jval *e)
{
	const struct jval	*all = jval_get(e, "path"), *s;
	size_t			 n = jval_len(all), i;

	for (i = n > STEPS_SHOWN ? n - STEPS_SHOWN : 0; i < n; i++) {
		s = jval_at(all, i);
		if (strcmp(str(s, "kind"), "acquire") == 0)
			buf_adds(b, "          acquired by ");
		else
			buf_addf(b, "          %s ", jval_get_bool(s,
			    "taken", false) ? "after" : "after not");
		cause_put(b, str(s, "insn_text"), 120);
		buf_addf(b, "  (insn %lld", (long long)jval_get_int(s,
		    "insn", -1));
		if (jval_get_int(jval_get(s, "source"), "line", 0) > 0)
			buf_addf(b, ", line %lld", (long long)jval_get_int(
			    jval_get(s, "source"), "line", 0));
		buf_adds(b, ")\n");
	}
}

static void
explanation(struct buf *b, const struct jval *p)
{
	const struct jval	*e = jval_get(p, "explanation");

	if (e == NULL)
		return;
	source(b, 8, jval_get(e, "source"));
	instruction(b, e);
	registers(b, e);
	way_there(b, e);
}

/* The log of the program in this target's folder, when it has one. */
static void
log_of(const struct jval *t, const struct jval *p, const char *workdir,
    struct buf *b)
{
	const char	*id = str(p, "log_id");

	if (id[0] == '\0')
		return;
	buf_addf(b, "        log: %s/", workdir);
	cause_put(b, str(t, "vm_run_dir"), 256);
	buf_adds(b, "/logs/");
	cause_put(b, id, 128);
	buf_adds(b, ".log.zst\n");
}

static void
code_line(struct buf *b, int indent, const struct jval *c)
{
	buf_addf(b, "%*s", indent, "");
	cause_put(b, str(c, "code"), 64);
	if (str(c, "sub_reason")[0] != '\0') {
		buf_addc(b, '/');
		cause_put(b, str(c, "sub_reason"), 40);
	}
	buf_adds(b, " (");
	cause_put(b, str(c, "confidence"), 16);
	buf_adds(b, "): ");
	cause_put(b, str(c, "reason"), 400);
	buf_addc(b, '\n');
}

static void
program(const struct jval *t, const struct jval *p, const char *workdir,
    struct buf *b)
{
	const struct jval	*c = jval_get(p, "classification");
	const struct jval	*whole = jval_get(t, "classification");

	buf_adds(b, "      program ");
	cause_put(b, str(p, "name"), 80);
	buf_adds(b, " (");
	cause_put(b, str(p, "section"), 80);
	buf_adds(b, "): ");
	cause_put(b, str(c, "evidence")[0] != '\0' ? str(c, "evidence") :
	    str(c, "reason"), 300);
	buf_addc(b, '\n');
	explanation(b, p);
	/* The target's own cause stands above already. */
	if (strcmp(str(c, "reason"), str(whole, "reason")) != 0) {
		code_line(b, 8, c);
		line(b, 8, "fix: ", str(c, "remedy"));
	}
	log_of(t, p, workdir, b);
}

static void
programs(const struct jval *t, const char *workdir, struct buf *b)
{
	const struct jval	*all = jval_get(t, "programs");
	size_t			 failed = 0;

	/* That a variant which was not chosen fails is why it was not. */
	for (size_t i = 0; i < jval_len(all); i++)
		if (jval_get(jval_at(all, i), "classification") != NULL &&
		    !jval_get_bool(jval_at(all, i), "variant_off", false) &&
		    ++failed <= PROGRAMS_SHOWN)
			program(t, jval_at(all, i), workdir, b);
	if (failed > PROGRAMS_SHOWN)
		buf_addf(b, "      and %zu more programs\n",
		    failed - PROGRAMS_SHOWN);
}

static void
proofs(const struct jval *c, struct buf *b)
{
	const struct jval	*all = jval_get(c, "proof"), *p;
	const char		*evidence = str(c, "evidence");
	size_t			 shown = 0;

	for (size_t i = 0; i < jval_len(all); i++) {
		p = jval_at(all, i);
		/* Shown as the evidence, here or with the program. */
		if (strcmp(str(p, "text"), evidence) == 0 ||
		    ++shown > PROOFS_SHOWN)
			continue;
		line(b, 6, "proof: ", str(p, "text"));
	}
}

int
cause_same(const struct jval *a, const struct jval *b)
{
	const struct jval	*x = jval_get(a, "classification");
	const struct jval	*y = jval_get(b, "classification");

	return x != NULL && y != NULL &&
	    strcmp(str(x, "code"), str(y, "code")) == 0 &&
	    strcmp(str(x, "sub_reason"), str(y, "sub_reason")) == 0 &&
	    strcmp(str(x, "reason"), str(y, "reason")) == 0;
}

void
cause_show(const struct jval *t, const struct jval *like,
    const char *workdir, struct buf *b)
{
	const struct jval	*c = jval_get(t, "classification");

	if (c != NULL && like != NULL) {
		buf_adds(b, "      the same cause as ");
		cause_put(b, str(like, "profile_id"), 80);
		buf_addc(b, '\n');
		return;
	}
	if (c != NULL) {
		code_line(b, 6, c);
		if (jval_len(jval_get(t, "programs")) == 0)
			line(b, 6, "", str(c, "evidence"));
		line(b, 6, "fix: ", str(c, "remedy"));
		proofs(c, b);
	}
	programs(t, workdir, b);
	for (size_t i = 0; i < jval_len(jval_get(t, "cautions")); i++)
		line(b, 6, "caution: ", jval_str(jval_at(jval_get(t,
		    "cautions"), i), ""));
}
