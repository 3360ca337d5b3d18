#include "worker/vm/splat.h"

#include <string.h>

/* Lines after the first one that still tell about it: registers, trace. */
#define FOLLOW_LINES	100

enum { ESC_NONE, ESC_START, ESC_CSI, ESC_STRING };

static const struct {
	const char	*text;
	bool		 fatal;
} marks[] = {
	{ "Kernel panic - not syncing",	true },
	{ "BUG: ",			true },
	{ "kernel BUG at ",		true },
	{ "Oops: ",			true },
	{ "Oops[",			true },
	{ "general protection fault",	true },
	{ "stack segment: ",		true },
	{ "double fault: ",		true },
	{ "divide error: ",		true },
	{ "invalid opcode: ",		true },
	{ "Unable to handle kernel",	true },
	{ "WARNING: ",			false },
	{ "UBSAN: ",			false },
	{ "KFENCE: ",			false },
	{ "INFO: task ",		false },
	{ "blocked for more than",	false },
	{ "rcu: INFO: ",		false },
	{ "self-detected stall",	false },
	{ "detected stalls on",		false },
	{ "suspicious RCU usage",	false },
	{ "possible recursive locking",	false },
	{ "possible circular locking",	false },
};

void
splat_init(struct splat *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->text, SPLAT_MAX);
}

void
splat_clear(struct splat *s)
{
	buf_clear(&s->text);
}

static void
keep(struct splat *s)
{
	size_t	 room = s->text.max - s->text.len;

	if (room > s->len)
		buf_addf(&s->text, "%s\n", s->line);
}

static void
end_line(struct splat *s)
{
	bool	 hit = false;

	s->line[s->len] = '\0';
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(s->line, marks[i].text) != NULL) {
			hit = true;
			if (marks[i].fatal)
				s->fatal = true;
		}
	if (strstr(s->line, "Kernel panic") != NULL)
		s->panicked = true;
	if (hit)
		s->follow = FOLLOW_LINES;
	if (s->follow > 0) {
		keep(s);
		s->follow--;
	}
	if (strstr(s->line, "---[ end ") != NULL)
		s->follow = 0;
	if (s->on_line != NULL)
		s->on_line(s->arg, s->line);
	s->len = 0;
}

/* Is this byte part of a terminal escape sequence? */
static bool
escape(struct splat *s, unsigned char c)
{
	switch (s->esc) {
	case ESC_START:
		if (c == '[')
			s->esc = ESC_CSI;
		else if (c == ']' || c == 'P' || c == '_' || c == '^')
			s->esc = ESC_STRING;
		else
			s->esc = ESC_NONE;
		return true;
	case ESC_CSI:
		if (c >= 0x40 && c <= 0x7e)
			s->esc = ESC_NONE;
		/* A sequence that never ends must not eat the next line. */
		if (c == '\n')
			s->esc = ESC_NONE;
		return c != '\n';
	case ESC_STRING:
		if (c == '\a' || c == '\n')
			s->esc = ESC_NONE;
		else if (c == 0x1b)
			s->esc = ESC_START;
		return c != '\n';
	default:
		if (c == 0x1b)
			s->esc = ESC_START;
		return c == 0x1b;
	}
}

void
splat_feed(struct splat *s, const void *p, size_t n)
{
	const unsigned char	*c = p;

	for (; n > 0; c++, n--) {
		if (escape(s, *c))
			continue;
		if (*c == '\n') {
			end_line(s);
			continue;
		}
		if ((*c < ' ' && *c != '\t') || *c == 0x7f)
			continue;
		if (s->len < sizeof(s->line) - 1)
			s->line[s->len++] = (char)*c;
	}
}

void
splat_finish(struct splat *s)
{
	if (s->len > 0)
		end_line(s);
}
