#include "explain_line.h"

#include <stdio.h>
#include <string.h>

#define WINDOW	512

/* A line that starts with one thing, has another and lacks a third. */
struct	pattern {
	const char	*start;
	const char	*has;	/* or NULL */
	const char	*lacks;	/* or NULL */
};

/* Said beside the point at every level, by one kernel or another. */
static const struct pattern chatter[] = {
	{ "processed ", " insns (limit ", NULL },
	{ "verification time ", " usec", NULL },
	{ "stack depth ", NULL, "exceeds" },
	{ "insns processed ", NULL, NULL },
	{ "subprog ", " insns_self ", NULL },
	{ "mark_precise: ", NULL, NULL },
	{ "force_precise: ", NULL, NULL },
	{ "last_idx ", " first_idx ", NULL },
	{ "regs=", NULL, NULL },
	{ "parent ", " regs=", NULL },
	{ "frame ", ": propagating ", NULL },
	{ "func#", " @", NULL },
	{ "SCC ", NULL, NULL },
	{ "old state:", NULL, NULL },
	{ "caller:", NULL, NULL },
	{ "callee:", NULL, NULL },
	{ "stack use/def ", NULL, NULL },
	{ "arg JOIN ", NULL, NULL },
	{ "Live regs before insn:", NULL, NULL },
	{ "  ", NULL, NULL },
	{ "\t", NULL, NULL },
};

/*
 * Remarks on what is looked at next, or why an argument is taken for no
 * more than a scalar.  When nothing else is said they are the complaint.
 */
static const struct pattern asides[] = {
	{ "Validating ", ") func#", NULL },
	{ "Func#", " is ", NULL },
	{ "Unrecognized arg#", NULL, NULL },
	{ "reg type unsupported for arg#", NULL, NULL },
	{ "arg#", "type is not a struct", NULL },
	{ "arg#", "type isn't a pointer", NULL },
	{ "arg#", "reference type('UNKNOWN ", NULL },
	{ "func '", "has btf_id", NULL },
};

bool
slice_starts(const struct slice *s, const char *word)
{
	size_t	 n = strlen(word);

	return s->len >= n && memcmp(s->p, word, n) == 0;
}

int64_t
slice_find(const struct slice *s, const char *word)
{
	const char	*hit;

	if (s->len == 0)
		return -1;
	hit = memmem(s->p, s->len, word, strlen(word));
	return hit == NULL ? -1 : hit - s->p;
}

void
slice_skip(struct slice *s, size_t n)
{
	if (n > s->len)
		n = s->len;
	s->p += n;
	s->len -= n;
}

int64_t
slice_num(struct slice *s)
{
	int64_t	 n = 0;
	size_t	 i;

	for (i = 0; i < s->len && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		if (i == 10)
			return -1;
		n = n * 10 + (s->p[i] - '0');
	}
	if (i == 0)
		return -1;
	slice_skip(s, i);
	return n;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

void
slice_trim(struct slice *s)
{
	while (s->len > 0 && is_space(s->p[0]))
		slice_skip(s, 1);
	while (s->len > 0 && is_space(s->p[s->len - 1]))
		s->len--;
}

static bool
digit_at(const struct slice *s, size_t i)
{
	return i < s->len && s->p[i] >= '0' && s->p[i] <= '9';
}

/* Something that only a state begins with. */
static bool
state_begins(struct slice s)
{
	while (s.len > 0 && s.p[0] == ' ')
		slice_skip(&s, 1);
	if (s.len > 1 && s.p[0] == 'R' && digit_at(&s, 1))
		return true;
	return slice_starts(&s, "fp-") || slice_starts(&s, "frame") ||
	    slice_starts(&s, "refs=") || slice_starts(&s, "cb") ||
	    slice_starts(&s, "async_cb");
}

static void
set_state(struct logline *l, struct slice s, bool whole)
{
	l->state = s;
	l->old = slice_find(&s, "=inv") != -1 ||
	    slice_find(&s, "(id=0,") != -1;
	l->whole = whole || l->old;
}

/*
 * Splits an instruction from what follows it: "; R1=..." is what it changed.
 * When the log was wound back to a branch the state at its target stands
 * there instead: "if r1 != 0x7 goto pc+4 17: R0=0 R10=fp0".
 */
static void
split_insn(struct logline *l)
{
	struct slice	 s = l->text, rest;
	size_t		 i;

	for (i = 0; i + 1 < s.len; i++) {
		if (s.p[i] != ' ')
			continue;
		rest = s;
		slice_skip(&rest, i + 1);
		if (rest.p[0] == ';') {
			l->text.len = i;
			slice_skip(&rest, 1);
			set_state(l, rest, false);
			break;
		}
		if (digit_at(&rest, 0) && slice_num(&rest) >= 0 &&
		    slice_starts(&rest, ":")) {
			slice_skip(&rest, 1);
			if (!state_begins(rest))
				continue;
			l->text.len = i;
			set_state(l, rest, true);
			break;
		}
	}
	slice_trim(&l->text);
}

/* After "N:". */
static void
read_numbered(struct logline *l, struct slice rest)
{
	struct slice	 s = rest;

	slice_trim(&s);
	if (s.len == 0 || state_begins(s)) {
		l->kind = LINE_STATE;
		set_state(l, rest, false);
	} else if (s.p[0] == '(' || s.p[0] == '<' ||
	    slice_starts(&s, "BUG_")) {
		/* "BUG_db": an instruction the kernel has no words for. */
		l->kind = LINE_INSN;
		l->text = s;
		split_insn(l);
	} else if (slice_starts(&s, "safe")) {
		l->kind = LINE_SAFE;
	} else {
		/* The control flow check names the lines of a jump so. */
		l->kind = LINE_CHATTER;
	}
}

/* After "from ". */
static bool
read_from(struct logline *l, struct slice s)
{
	int64_t	 colon;

	l->from = slice_num(&s);
	if (l->from < 0 || !slice_starts(&s, " to "))
		return false;
	slice_skip(&s, 4);
	l->insn = slice_num(&s);
	colon = slice_find(&s, ":");
	if (l->insn < 0 || colon < 0)
		return false;
	slice_skip(&s, (size_t)colon + 1);
	l->kind = LINE_FROM;
	set_state(l, s, true);
	slice_trim(&s);
	if (slice_starts(&s, "safe"))
		l->kind = LINE_SAFE;
	return true;
}

static bool
matches(const struct slice *s, const struct pattern *t, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (slice_starts(s, t[i].start) &&
		    (t[i].has == NULL || slice_find(s, t[i].has) >= 0) &&
		    (t[i].lacks == NULL || slice_find(s, t[i].lacks) < 0))
			return true;
	return false;
}

#define MATCHES(s, t)	matches((s), (t), sizeof(t) / sizeof((t)[0]))

static enum logline_kind
worded_kind(const struct slice *s)
{
	if (slice_starts(s, "returning from callee:") ||
	    slice_starts(s, "to caller at "))
		return LINE_RETURN;
	if (slice_starts(s, "Verification failed: "))
		return LINE_REPORT;
	if (slice_starts(s, "[... the log is cut here"))
		return LINE_CUT;
	if (MATCHES(s, chatter))
		return LINE_CHATTER;
	return MATCHES(s, asides) ? LINE_ASIDE : LINE_TEXT;
}

void
logline_read(struct logline *l, const char *p, size_t len)
{
	struct slice	 s = { p, len };

	memset(l, 0, sizeof(*l));
	l->all = s;
	l->insn = l->from = -1;
	if (len == 0)
		return;
	if (p[0] == ';') {
		l->kind = LINE_SOURCE;
		slice_skip(&s, 1);
		slice_trim(&s);
		l->text = s;
		return;
	}
	if (p[0] == ' ' && len > 1 && p[1] != ' ' && state_begins(s)) {
		l->kind = LINE_BARE;
		set_state(l, s, true);
		return;
	}
	if (slice_starts(&s, "from ")) {
		slice_skip(&s, 5);
		if (read_from(l, s))
			return;
	}
	if (slice_starts(&s, "cur state:")) {
		l->kind = LINE_LOOP_STATE;
		slice_skip(&s, 10);
		set_state(l, s, true);
		return;
	}
	s = l->all;
	l->insn = slice_num(&s);
	if (l->insn >= 0 && slice_starts(&s, ":")) {
		slice_skip(&s, 1);
		read_numbered(l, s);
		return;
	}
	l->insn = l->from = -1;
	l->kind = worded_kind(&l->all);
}

/*
 * Offset behind the newline before "end".  In windows: the memory checkers
 * look at all that memrchr() may read, which for a log is too much by line.
 */
static size_t
line_start(const char *log, size_t end)
{
	const char	*nl;
	size_t		 from;

	while (end > 0) {
		from = end > WINDOW ? end - WINDOW : 0;
		nl = memrchr(log + from, '\n', end - from);
		if (nl != NULL)
			return (size_t)(nl - log) + 1;
		end = from;
	}
	return 0;
}

bool
logline_prev(const char *log, size_t *pos, struct slice *s)
{
	size_t	 end = *pos;

	if (end == 0)
		return false;
	if (log[end - 1] == '\n')
		end--;
	*pos = line_start(log, end);
	s->p = log + *pos;
	s->len = end - *pos;
	return true;
}

void
logline_where(const struct slice *text, struct explain_where *w)
{
	struct slice	 s, num;
	size_t		 i;

	memset(w, 0, sizeof(*w));
	w->line = w->column = -1;
	w->from_log = true;
	w->known = true;
	w->text = *text;
	for (i = text->len; i >= 3; i--) {
		if (memcmp(text->p + i - 3, " @ ", 3) != 0)
			continue;
		s = *text;
		slice_skip(&s, i);
		for (num = s; num.len > 0 && num.p[0] != ':';)
			slice_skip(&num, 1);
		if (num.len < 2)
			break;
		w->file = (struct slice){ s.p, s.len - num.len };
		slice_skip(&num, 1);
		w->line = slice_num(&num);
		w->text.len = i - 3;
		break;
	}
	slice_trim(&w->text);
}

int
logstate_frame(struct slice *state)
{
	struct slice	 s = *state;
	int64_t		 n;

	slice_trim(&s);
	if (!slice_starts(&s, "frame"))
		return 0;
	slice_skip(&s, 5);
	n = slice_num(&s);
	if (n < 0 || n > 64 || !slice_starts(&s, ":"))
		return 0;
	slice_skip(&s, 1);
	*state = s;
	return (int)n;
}

/* To the space that ends a value; those inside brackets belong to it. */
static size_t
value_length(const struct slice *s)
{
	size_t	 i, depth = 0;

	for (i = 0; i < s->len; i++) {
		if (s->p[i] == '(' || s->p[i] == '{')
			depth++;
		else if ((s->p[i] == ')' || s->p[i] == '}') && depth > 0)
			depth--;
		else if (s->p[i] == ' ' && depth == 0)
			break;
	}
	return i;
}

bool
logvalue_next(struct slice *state, struct logvalue *v)
{
	struct slice	 s;
	int64_t		 n;
	size_t		 i = 0;

	slice_trim(state);
	if (state->len == 0)
		return false;
	s = (struct slice){ state->p, value_length(state) };
	slice_skip(state, s.len);
	v->kind = VALUE_OTHER;
	v->value = s;
	while (i < s.len && s.p[i] != '=')
		i++;
	if (i == s.len)
		return true;
	v->value = s;
	slice_skip(&v->value, i + 1);
	s.len = i;
	if (slice_starts(&s, "R") && digit_at(&s, 1)) {
		slice_skip(&s, 1);
		n = slice_num(&s);
		if (n < 0 || n >= EXPLAIN_REGS)
			return true;
		v->kind = VALUE_REG;
		v->number = (int)n;
	} else if (slice_starts(&s, "fp-") && digit_at(&s, 3)) {
		slice_skip(&s, 3);
		n = slice_num(&s);
		if (n <= 0 || n > 4096)
			return true;
		v->kind = VALUE_SLOT;
		v->number = -(int)n;
	}
	return true;
}

int64_t
logline_branch(const struct slice *text, int64_t insn)
{
	struct slice	 s = *text;
	int64_t		 at, n;
	bool		 back;

	if (slice_starts(&s, "("))
		slice_skip(&s, 5);
	if (!slice_starts(&s, "if ") && !slice_starts(&s, "may_goto "))
		return -1;
	at = slice_find(&s, "goto pc");
	if (at < 0)
		return -1;
	slice_skip(&s, (size_t)at + 7);
	back = slice_starts(&s, "-");
	slice_skip(&s, 1);
	if ((n = slice_num(&s)) < 0)
		return -1;
	n = back ? insn + 1 - n : insn + 1 + n;
	return n < 0 ? -1 : n;
}
