#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "explain_impl.h"

/* What follows the last instruction: complaints, reports, statistics. */
#define TAIL_MAX	(4UL * 1024 * 1024)
/* How much log is searched for an instruction that was not the last. */
#define SEARCH_MAX	(64UL * 1024 * 1024)
#define JSON_MAX	(256UL * 1024)

struct	tail {
	size_t		 begin;	/* after the last line of the trace */
	size_t		 report; /* offset of the first report, or SIZE_MAX */
	size_t		 cut;	/* offset behind the mark of a cut, or 0 */
	int64_t		 insn;	/* of the trace's last instruction, or -1 */
	bool		 path_ended; /* "safe": the complaint is of no path */
};

/* Complaints that name the instruction they are about. */
static const char *const named[] = {
	"infinite loop detected at insn ", "unreachable insn ",
	"jump out of range from insn ", "back-edge from insn ",
	"jump into the middle of ldimm64 insn ", "jump table for insn ",
	"indirect jump out of range from insn ", "bpf_throw kfunc (insn ",
	"no jump tables found for subprog starting at ", "insn ",
};

/* Complaints that come when all paths were fine. */
static const char *const afterwards[] = {
	"combined stack size of ", "the call stack of ",
	"tail_calls are not allowed when call stack of ",
};

/* Goes back to the last line of the trace. */
static void
tail_find(struct tail *t, const char *log, size_t len)
{
	struct logline	 l;
	struct slice	 s;
	size_t		 pos = len, end;

	t->report = SIZE_MAX;
	t->cut = 0;
	t->insn = -1;
	t->path_ended = false;
	for (end = len; logline_prev(log, &pos, &s); end = pos) {
		logline_read(&l, s.p, s.len);
		if (l.kind == LINE_REPORT)
			t->report = pos;
		else if (l.kind == LINE_CUT && t->cut == 0)
			t->cut = end;
		else if (l.kind == LINE_SAFE)
			t->path_ended = true;
		if (l.kind == LINE_INSN)
			t->insn = l.insn;
		if (l.kind == LINE_INSN || l.kind == LINE_STATE ||
		    l.kind == LINE_FROM || l.kind == LINE_SAFE ||
		    len - pos > TAIL_MAX)
			break;
	}
	t->begin = end;
	if (t->cut != 0 && t->report != SIZE_MAX && t->report < t->cut)
		t->report = SIZE_MAX;
}

static void
append(char *out, size_t size, const char *sep, const struct slice *s)
{
	size_t	 n = strlen(out), m = s->len;

	if (m == 0)
		return;
	if (n > 0)
		n += (size_t)snprintf(out + n, size - n, "%s", sep);
	if (n >= size - 1)
		return;
	if (m > size - 1 - n)
		m = size - 1 - n;
	memcpy(out + n, s->p, m);
	out[n + m] = '\0';
}

struct	complaint {
	struct explanation *e;
	struct slice	 stats;	/* from the complaint to the log's end */
	const struct explain_source *src;
	struct slice	 source; /* the last "; text" */
	bool		 insn_found;
	bool		 traced; /* instructions were followed before it */
	bool		 afterwards;
	bool		 loop;	/* the path ends at that instruction */
};

/* The instruction the complaint is about, if it says so. */
static void
complaint_insn(struct complaint *c, const struct slice *s)
{
	struct slice	 rest;
	int64_t		 n = -1;
	size_t		 i;

	if (c->insn_found)
		return;
	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!slice_starts(s, named[i]))
			continue;
		rest = *s;
		slice_skip(&rest, strlen(named[i]));
		n = slice_num(&rest);
	}
	for (i = 0; i < sizeof(afterwards) / sizeof(afterwards[0]); i++)
		if (slice_starts(s, afterwards[i]))
			c->afterwards = true;
	if (n < 0 && (c->afterwards || !c->traced))
		n = explain_whole(s, c->stats, c->src);
	if (n < 0)
		return;
	c->loop = slice_starts(s, named[0]);
	if (c->loop && c->source.p != NULL)
		logline_where(&c->source, &c->e->where);
	c->e->insn = n;
	c->insn_found = true;
}

static void
complaint_leak(struct explanation *e, const struct slice *s)
{
	struct explain_step	*step;
	struct slice		 rest = *s;
	int64_t			 at = slice_find(s, " alloc_insn=");

	if (at < 0 || slice_find(s, " reference id=") < 0 || e->nsteps > 0)
		return;
	slice_skip(&rest, (size_t)at + strlen(" alloc_insn="));
	if ((at = slice_num(&rest)) < 0)
		return;
	step = &e->steps[e->nsteps++];
	step->kind = STEP_ACQUIRE;
	step->insn = at;
	step->to = at + 1;
}

/* Collects what is said after the trace; reports are left out. */
static void
read_complaints(struct complaint *c, const char *log, size_t from, size_t len)
{
	char		 aside[EXPLAIN_VERDICT_MAX] = "";
	struct logline	 l;
	const char	*nl, *p = log + from, *end = log + len;

	for (; p < end; p = nl == NULL ? end : nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		logline_read(&l, p, (size_t)((nl == NULL ? end : nl) - p));
		if (l.kind == LINE_REPORT) {
			p += explain_report_length((struct slice){ p,
			    (size_t)(end - p) });
			nl = p - 1;
		} else if (l.kind == LINE_LOOP_STATE) {
			explain_take_state(c->e, l.state);
		} else if (l.kind == LINE_SOURCE) {
			c->source = l.text;
		} else if (l.kind == LINE_ASIDE) {
			append(aside, sizeof(aside), "; ", &l.all);
		} else if (l.kind == LINE_TEXT) {
			c->stats = (struct slice){ p, (size_t)(end - p) };
			append(c->e->verdict, sizeof(c->e->verdict), "; ",
			    &l.all);
			complaint_insn(c, &l.all);
			complaint_leak(c->e, &l.all);
		}
	}
	if (c->e->verdict[0] == '\0')
		memcpy(c->e->verdict, aside, sizeof(aside));
}

/* The text of an instruction the trace passed, searched from its start. */
static void
find_text(struct slice *text, const char *log, size_t len, int64_t insn)
{
	struct logline	 l;
	const char	*p = log, *hit, *nl;
	char		 word[32];
	int		 n;

	n = snprintf(word, sizeof(word), "\n%lld: (", (long long)insn);
	if (len > SEARCH_MAX)
		len = SEARCH_MAX;
	hit = memmem(p, len, word, (size_t)n);
	if (hit == NULL && len >= (size_t)n &&
	    memcmp(p, word + 1, (size_t)n - 1) == 0)
		hit = p - 1;
	if (hit == NULL)
		return;
	nl = memchr(hit + 1, '\n', len - (size_t)(hit + 1 - p));
	logline_read(&l, hit + 1, (size_t)((nl == NULL ? p + len : nl) -
	    (hit + 1)));
	if (l.kind == LINE_INSN)
		*text = l.text;
}

/* By line info where there is any, else by what the log said. */
static void
place_all(struct explanation *e, const char *log, size_t len,
    const struct explain_source *src)
{
	struct explain_step	*s;
	size_t			 i;

	if (!explain_where_is(src, e->insn, &e->where) &&
	    e->report.where.known)
		e->where = e->report.where;
	if (!explain_function_of(src, e->insn, &e->function))
		e->function = e->report.function;
	if (e->insn >= 0 && e->insn_text.p == NULL)
		find_text(&e->insn_text, log, len, e->insn);
	if (e->insn_text.p == NULL)
		explain_insn_words(src, e->insn, e->insn_words,
		    sizeof(e->insn_words));
	if (slice_starts(&e->insn_text, "<invalid CO-RE"))
		(void)explain_where_used(src, e->insn, &e->where);
	for (i = 0; i < e->nsteps; i++) {
		s = &e->steps[i];
		(void)explain_where_is(src, s->insn, &s->where);
		if (s->text.p == NULL)
			find_text(&s->text, log, len, s->insn);
	}
}

/*
 * A limit is met while a loop is walked, and any of its instructions is as
 * good a place as the last; what else is said behind a cut is about an
 * instruction that the log does not reach.
 */
static bool
is_limit(const char *verdict)
{
	return strstr(verdict, "program is too large") != NULL ||
	    strstr(verdict, "jumps is too complex") != NULL;
}

bool
explain_parse(struct explanation *e, const char *log, size_t len,
    const struct explain_source *src)
{
	struct complaint c;
	struct tail	 t;
	size_t		 from;

	memset(&c, 0, sizeof(c));
	c.e = e;
	c.src = src;
	memset(e, 0, sizeof(*e));
	e->insn = e->report.insn = -1;
	if (len == 0)
		return false;
	tail_find(&t, log, len);
	c.traced = t.insn >= 0;
	from = t.cut > t.begin ? t.cut : t.begin;
	read_complaints(&c, log, from, len);
	if (t.report != SIZE_MAX)
		explain_report(&e->report, (struct slice){ log + t.report,
		    len - t.report });
	if (e->verdict[0] == '\0')
		append(e->verdict, sizeof(e->verdict), "",
		    &e->report.problem);
	if (e->verdict[0] == '\0' && !e->report.present)
		return false;
	if (e->report.insn >= 0)
		e->insn = e->report.insn;
	else if (!c.insn_found && !c.afterwards && !t.path_ended &&
	    (t.cut == 0 || is_limit(e->verdict)))
		e->insn = t.insn;
	/* The path in the log is that of the last instruction only. */
	if (e->insn >= 0 && (e->insn == t.insn || c.loop))
		explain_walk(e, log, t.begin);
	place_all(e, log, len, src);
	return true;
}

char *
explain_json(const char *log, size_t len, const struct explain_source *src)
{
	struct explanation	*e = malloc(sizeof(*e));
	struct jsonw		 w;
	struct buf		 out = BUF_INIT(JSON_MAX);

	if (e != NULL && explain_parse(e, log, len, src)) {
		jsonw_init(&w, &out, JSONW_COMPACT);
		explain_write(&w, e);
	}
	free(e);
	return buf_steal(&out);
}
