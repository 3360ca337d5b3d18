#include "verlog.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libbpf writes these numbers as the callee of a call it could not fill. */
#define POISON_CORE	195896080
#define POISON_MAP_BASE	2001000000
#define POISON_MAP_END	2002000000
#define POISON_KFUNC_END 2003000000

/* The statistics are the last few lines; how far back to look for them. */
#define STATS_WINDOW	4096

struct	line {
	const char	*p;
	size_t		 len; /* without the newline */
};

/* The next line of [*pos, end); false at the end. */
static bool
line_next(const char **pos, const char *end, struct line *l)
{
	const char	*nl;

	if (*pos >= end)
		return false;
	nl = memchr(*pos, '\n', (size_t)(end - *pos));
	l->p = *pos;
	l->len = (size_t)((nl == NULL ? end : nl) - *pos);
	*pos = nl == NULL ? end : nl + 1;
	return true;
}

static bool
line_starts(const struct line *l, const char *word)
{
	size_t	 n = strlen(word);

	return l->len >= n && memcmp(l->p, word, n) == 0;
}

static const char *
line_find(const struct line *l, const char *word)
{
	return memmem(l->p, l->len, word, strlen(word));
}

/* The number that follows "word" in the line, or -1. */
static int64_t
line_num(const struct line *l, const char *word)
{
	const char	*p = line_find(l, word), *end = l->p + l->len;
	int64_t		 n = 0;
	int		 digits = 0;

	if (p == NULL)
		return -1;
	for (p += strlen(word); p < end && *p >= '0' && *p <= '9'; p++) {
		if (++digits > 18)
			return -1;
		n = n * 10 + (*p - '0');
	}
	return digits == 0 ? -1 : n;
}

static void
line_text(const struct line *l, size_t skip, char *out, size_t size)
{
	size_t	 n = l->len > skip ? l->len - skip : 0;

	if (n >= size)
		n = size - 1;
	memcpy(out, l->p + skip, n);
	out[n] = '\0';
}

static void
stats_line(const struct line *l, struct verlog_stats *s)
{
	static const char	 depth[] = "stack depth ";

	if (line_starts(l, "processed ")) {
		s->processed_insns = line_num(l, "processed ");
		s->insn_limit = line_num(l, "(limit ");
		s->max_states_per_insn = line_num(l, "max_states_per_insn ");
		s->total_states = line_num(l, "total_states ");
		s->peak_states = line_num(l, "peak_states ");
		s->longest_mark_read = line_num(l, "mark_read ");
	} else if (line_starts(l, "verification time ")) {
		s->verification_time_us = line_num(l, "verification time ");
	} else if (line_starts(l, depth)) {
		line_text(l, sizeof(depth) - 1, s->stack_depth,
		    sizeof(s->stack_depth));
	}
}

void
verlog_stats_parse(const char *log, size_t len, struct verlog_stats *s)
{
	const char	*pos, *end = log + len;
	struct line	 l;

	s->processed_insns = s->insn_limit = s->total_states = -1;
	s->peak_states = s->max_states_per_insn = -1;
	s->longest_mark_read = s->verification_time_us = -1;
	s->stack_depth[0] = '\0';
	pos = len > STATS_WINDOW ? end - STATS_WINDOW : log;
	while (line_next(&pos, end, &l))
		stats_line(&l, s);
}

/* Digits at the start of the line, followed by ": ". */
static int64_t
insn_index(const struct line *l)
{
	struct line	 num = { l->p, 0 };

	while (num.len < l->len && num.p[num.len] >= '0' &&
	    num.p[num.len] <= '9')
		num.len++;
	if (num.len == 0 || num.len == l->len || l->p[num.len] != ':')
		return -1;
	return line_num(&num, "");
}

/* A marker libbpf already explained: the sentence is on the next line. */
static bool
poison_explained(const struct line *l, struct poison *p)
{
	if (line_find(l, "<invalid CO-RE relocation>") != NULL)
		p->kind = POISON_CORE_RELO;
	else if (line_find(l, "<invalid BPF map reference>") != NULL)
		p->kind = POISON_MAP;
	else if (line_find(l, "<invalid kfunc call>") != NULL ||
	    line_find(l, "<missing kfunc call>") != NULL)
		p->kind = POISON_KFUNC;
	else
		return false;
	p->insn = insn_index(l);
	return true;
}

/* The bare number in a call; the verifier repeats it in its complaint. */
static bool
poison_raw(const struct line *l, struct poison *p)
{
	int64_t	 n;

	if (line_find(l, "call ") == NULL)
		return false;
	n = line_num(l, "#");
	if (n == POISON_CORE) {
		p->kind = POISON_CORE_RELO;
	} else if (n >= POISON_MAP_BASE && n < POISON_MAP_END) {
		p->kind = POISON_MAP;
		p->index = n - POISON_MAP_BASE;
	} else if (n >= POISON_MAP_END && n < POISON_KFUNC_END) {
		p->kind = POISON_KFUNC;
		p->index = n - POISON_MAP_END;
	} else {
		return false;
	}
	p->insn = insn_index(l);
	return true;
}

size_t
verlog_poison_parse(const char *log, size_t len, struct poison *out,
    size_t max)
{
	const char	*pos = log, *end = log + len;
	struct line	 l, next;
	struct poison	 p;
	size_t		 n = 0;

	while (n < max && line_next(&pos, end, &l)) {
		memset(&p, 0, sizeof(p));
		p.index = -1;
		if (poison_explained(&l, &p)) {
			if (line_next(&pos, end, &next))
				line_text(&next, 0, p.detail,
				    sizeof(p.detail));
		} else if (!poison_raw(&l, &p)) {
			continue;
		}
		out[n++] = p;
	}
	return n;
}

const char *
poison_word(enum poison_kind k)
{
	switch (k) {
	case POISON_CORE_RELO:
		return "core_relo";
	case POISON_MAP:
		return "map";
	case POISON_KFUNC:
		return "kfunc";
	}
	return "unknown";
}

size_t
verlog_head(const char *log, size_t len, size_t max)
{
	const char	*nl;

	if (len <= max)
		return len;
	nl = memrchr(log, '\n', max);
	return nl == NULL ? max : (size_t)(nl - log) + 1;
}

size_t
verlog_tail(const char *log, size_t len, size_t max)
{
	const char	*from, *nl;

	if (len <= max)
		return 0;
	from = log + len - max;
	/* Already at a line's start? */
	if (from[-1] == '\n')
		return len - max;
	nl = memchr(from, '\n', max);
	if (nl == NULL || nl + 1 == log + len)
		return len - max;
	return (size_t)(nl - log) + 1;
}
