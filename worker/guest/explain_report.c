/*
 * The report 7.3 prints behind its complaint: a headline, and sections of
 * indented lines.  Prose is wrapped there and put together again here.
 *
 *	Verification failed: Register Type Safety: Invalid dereference
 *
 *	Reason:
 *	  R2 may be NULL here ...
 *
 *	At:
 *	  visit @ x.bpf.c:424:9
 *	  Source context:
 *	  >>> 424 |         return **v == i;
 *	          |         ^-- error: invalid dereference of R2
 *	  Instruction context:
 *	  >>> 20 | (79) r2 = *(u64 *)(r2 +0)
 *
 *	Causal path:
 *	  (more of the same)
 *
 *	Suggestion:
 *	  Add a NULL check ...
 */
#include <stdio.h>
#include <string.h>

#include "explain_impl.h"

enum	section { SEC_HEAD, SEC_REASON, SEC_AT, SEC_PATH, SEC_SUGGESTION };

struct	reader {
	struct explain_report *r;
	enum section	 section;
	bool		 insns;	/* below "Instruction context:" */
	bool		 note;	/* below "^--", its text may go on */
	struct explain_event now; /* the entry being read */
	struct explain_where where;
	struct slice	 function;
	bool		 any;
};

static bool
next_line(struct slice *s, struct slice *line)
{
	const char	*nl;

	if (s->len == 0)
		return false;
	nl = memchr(s->p, '\n', s->len);
	line->p = s->p;
	line->len = nl == NULL ? s->len : (size_t)(nl - s->p);
	slice_skip(s, line->len + (nl != NULL));
	return true;
}

static bool
heading(const struct slice *line, enum section *section)
{
	static const struct { const char *word; enum section section; } t[] = {
		{ "Reason:", SEC_REASON }, { "At:", SEC_AT },
		{ "Causal path:", SEC_PATH }, { "Active lock:", SEC_PATH },
		{ "Suggestion:", SEC_SUGGESTION },
	};
	size_t	 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (line->len != strlen(t[i].word) ||
		    !slice_starts(line, t[i].word))
			continue;
		*section = t[i].section;
		return true;
	}
	return false;
}

static void
prose(char *out, size_t size, const struct slice *line)
{
	size_t	 n = strlen(out);

	if (line->len == 0 || n >= size - 1)
		return;
	snprintf(out + n, size - n, "%s%.*s", n == 0 ? "" : " ",
	    (int)(line->len < size ? line->len : size), line->p);
}

/* "visit @ x.bpf.c:424:9", "x.bpf.c:424:9" or "insn 20". */
static void
read_place(struct reader *rd, struct slice s)
{
	struct slice	 num = s;
	int64_t		 at;
	size_t		 i;

	if (slice_starts(&s, "insn ")) {
		slice_skip(&num, 5);
		rd->now.insn = slice_num(&num);
		return;
	}
	if ((at = slice_find(&s, " @ ")) > 0) {
		rd->function = (struct slice){ s.p, (size_t)at };
		slice_skip(&s, (size_t)at + 3);
	}
	for (i = s.len; i > 0 && s.p[i - 1] != ':'; i--)
		continue;
	for (i = i > 0 ? i - 1 : 0; i > 0 && s.p[i - 1] != ':'; i--)
		continue;
	if (i == 0)
		return;
	num = s;
	slice_skip(&num, i);
	rd->where.file = (struct slice){ s.p, i - 1 };
	rd->where.line = slice_num(&num);
	slice_skip(&num, 1);
	rd->where.column = slice_num(&num);
	rd->where.known = rd->where.from_log = true;
}

/* An entry is over: it goes where its section says. */
static void
end_entry(struct reader *rd)
{
	struct explain_report	*r = rd->r;

	if (rd->any && rd->section == SEC_AT && !r->where.known &&
	    r->insn == -1) {
		r->insn = rd->now.insn;
		r->where = rd->where;
		r->function = rd->function;
	} else if (rd->any && rd->section == SEC_PATH &&
	    rd->now.text[0] != '\0') {
		if (r->nevents == EXPLAIN_EVENTS_MAX) {
			memmove(&r->events[0], &r->events[1],
			    sizeof(r->events[0]) * (EXPLAIN_EVENTS_MAX - 1));
			r->nevents--;
		}
		r->events[r->nevents++] = rd->now;
	}
	memset(&rd->now, 0, sizeof(rd->now));
	memset(&rd->where, 0, sizeof(rd->where));
	memset(&rd->function, 0, sizeof(rd->function));
	rd->now.insn = rd->where.line = rd->where.column = -1;
	rd->insns = rd->note = rd->any = false;
}

/* "   | ^-- label: text", and the same with more of the text. */
static void
read_note(struct reader *rd, struct slice s)
{
	int64_t	 at;

	slice_trim(&s);
	if (slice_starts(&s, "^-- ")) {
		slice_skip(&s, 4);
		at = slice_find(&s, ": ");
		if (at < 0)
			return;
		rd->now.label = (struct slice){ s.p, (size_t)at };
		slice_skip(&s, (size_t)at + 2);
		rd->note = true;
	} else if (!rd->note) {
		return;
	}
	prose(rd->now.text, sizeof(rd->now.text), &s);
}

static void
read_entry(struct reader *rd, struct slice s)
{
	struct slice	 num;
	bool		 mark;
	int64_t		 n;

	slice_trim(&s);
	if (!rd->any) {
		rd->any = true;
		read_place(rd, s);
		return;
	}
	if (slice_starts(&s, "| ")) {
		slice_skip(&s, 2);
		read_note(rd, s);
		return;
	}
	rd->note = false;
	if (slice_starts(&s, "Instruction context:"))
		rd->insns = true;
	mark = slice_starts(&s, ">>> ");
	if (!mark)
		return;
	slice_skip(&s, 4);
	slice_trim(&s);
	num = s;
	n = slice_num(&num);
	if (n < 0 || !slice_starts(&num, " | "))
		return;
	slice_skip(&num, 3);
	slice_trim(&num);
	if (rd->insns)
		rd->now.insn = n;
	else
		rd->where.text = num;
}

static void
read_line(struct reader *rd, struct slice line)
{
	enum section	 section;

	if (heading(&line, &section)) {
		end_entry(rd);
		rd->section = section;
		return;
	}
	if (rd->section == SEC_AT || rd->section == SEC_PATH) {
		if (line.len == 0)
			end_entry(rd);
		else
			read_entry(rd, line);
		return;
	}
	slice_trim(&line);
	if (rd->section == SEC_REASON)
		prose(rd->r->reason, sizeof(rd->r->reason), &line);
	else if (rd->section == SEC_SUGGESTION)
		prose(rd->r->suggestion, sizeof(rd->r->suggestion), &line);
}

/* Headings are known, all else is indented. */
static bool
of_report(const struct slice *line)
{
	enum section	 section;

	return line->len == 0 || line->p[0] == ' ' ||
	    heading(line, &section);
}

size_t
explain_report_length(struct slice s)
{
	const char	*start = s.p;
	struct slice	 line;
	size_t		 n = 0;

	if (!next_line(&s, &line))
		return 0;
	do
		n = (size_t)(s.p - start);
	while (next_line(&s, &line) && of_report(&line));
	return n;
}

void
explain_report(struct explain_report *r, struct slice s)
{
	struct reader	 rd;
	struct slice	 line;
	int64_t		 at;

	memset(&rd, 0, sizeof(rd));
	memset(r, 0, sizeof(*r));
	r->insn = r->where.line = r->where.column = -1;
	if (!next_line(&s, &line))
		return;
	r->present = true;
	slice_skip(&line, strlen("Verification failed: "));
	r->category = line;
	if ((at = slice_find(&line, ": ")) >= 0) {
		r->category.len = (size_t)at;
		slice_skip(&line, (size_t)at + 2);
		r->problem = line;
	}
	rd.r = r;
	end_entry(&rd);
	while (next_line(&s, &line) && of_report(&line))
		read_line(&rd, line);
	end_entry(&rd);
}
