#include "worker/vm/splat.h"

#include <string.h>

enum { ESC_NONE, ESC_START, ESC_CSI, ESC_STRING };

void
splat_init(struct splat *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->text, SPLAT_MAX);
	kevents_init(&s->events);
}

void
splat_clear(struct splat *s)
{
	kevents_clear(&s->events);
	buf_clear(&s->text);
}

static void
end_line(struct splat *s)
{
	s->line[s->len] = '\0';
	kevents_line(&s->events, s->line);
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

const char *
splat_text(struct splat *s)
{
	buf_reset(&s->text);
	kevents_text(&s->events, &s->text, SPLAT_MAX);
	return buf_str(&s->text);
}
