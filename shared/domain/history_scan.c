#include "domain/history_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct	at {
	const char	*p, *end;
	bool		 shorts, longs;	/* kinds of escapes seen */
};

/* What a byte is inside a text: it stands for itself, or begins more. */
enum	cls { BAD, PLAIN, QUOTE, ESCAPE, WIDE };

static const unsigned char class_of[256] = {
	/* All printable ones but the quote, "\", "<", ">" and "&". */
	[0x20 ... 0x21] = PLAIN, ['"'] = QUOTE, [0x23 ... 0x25] = PLAIN,
	[0x27 ... 0x3b] = PLAIN, ['='] = PLAIN, [0x3f ... 0x5b] = PLAIN,
	['\\'] = ESCAPE, [0x5d ... 0x7f] = PLAIN,
	[0x80 ... 0xff] = WIDE,
};

/* Escapes of four hex digits that the writer uses, besides controls. */
static bool
wide_escape(const char *hex)
{
	static const char	 known[][5] = { "003c", "003e", "0026", "2028",
				    "2029" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (memcmp(hex, known[i], 4) == 0)
			return true;
	return false;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\u00xx" of a control character that has no short form. */
static bool
control_escape(struct at *a, const char *hex)
{
	int	 hi = hex_value(hex[2]), lo = hex_value(hex[3]), c;

	if (hex[0] != '0' || hex[1] != '0' || hi < 0 || hi > 1 || lo < 0)
		return false;
	c = hi << 4 | lo;
	if (c == '\b' || c == '\f') {
		a->longs = true;
		return true;
	}
	return c != 0 && c != '\n' && c != '\r' && c != '\t';
}

/* At a backslash.  Moves behind the escape. */
static bool
skip_escape(struct at *a)
{
	if (a->end - a->p < 2)
		return false;
	switch (a->p[1]) {
	case '"': case '\\': case 'n': case 'r': case 't':
		a->p += 2;
		return true;
	case 'b': case 'f':
		a->shorts = true;
		a->p += 2;
		return true;
	case 'u':
		if (a->end - a->p < 6 || (!wide_escape(a->p + 2) &&
		    !control_escape(a, a->p + 2)))
			return false;
		a->p += 6;
		return true;
	default:
		return false;
	}
}

static bool
skip_wide(struct at *a)
{
	uint32_t	 cp;
	size_t		 n = utf8_decode(a->p, (size_t)(a->end - a->p), &cp);

	a->p += n;
	return n > 0 && cp != 0x2028 && cp != 0x2029;
}

/* A text with its quotes; "out" is what is between them. */
static bool
scan_text(struct at *a, struct history_span *out)
{
	if (a->p == a->end || *a->p != '"')
		return false;
	out->p = ++a->p;
	while (a->p < a->end)
		switch (class_of[(unsigned char)*a->p]) {
		case PLAIN:
			a->p++;
			break;
		case QUOTE:
			out->len = (size_t)(a->p - out->p);
			a->p++;
			return true;
		case ESCAPE:
			if (!skip_escape(a))
				return false;
			break;
		case WIDE:
			if (!skip_wide(a))
				return false;
			break;
		default:
			return false;
		}
	return false;
}

/* Decimal without leading zeros, and not so long that it could overflow. */
static bool
scan_count(struct at *a, struct history_span *out)
{
	const char	*digits;

	out->p = a->p;
	if (a->p < a->end && *a->p == '-')
		a->p++;
	digits = a->p;
	while (a->p < a->end && *a->p >= '0' && *a->p <= '9')
		a->p++;
	out->len = (size_t)(a->p - out->p);
	return a->p > digits && a->p - digits <= 18 &&
	    (*digits != '0' || out->len == 1);
}

static bool
scan_list(struct at *a, struct history_span *out)
{
	struct history_span	 one;

	if (a->p == a->end || *a->p++ != '[')
		return false;
	out->p = a->p;
	do
		if (!scan_text(a, &one) || a->p == a->end)
			return false;
	while (*a->p == ',' && a->p++ != NULL);
	out->len = (size_t)(a->p - out->p);
	return *a->p++ == ']';
}

static bool
scan_value(struct at *a, const struct history_field_row *f,
    struct history_span *out)
{
	switch (f->kind) {
	case HISTORY_TEXT:
		return scan_text(a, out) &&
		    (out->len > 0 || (f->flags & HISTORY_OPTIONAL) == 0);
	case HISTORY_COUNT:
		return scan_count(a, out);
	case HISTORY_LIST:
		return scan_list(a, out);
	}
	return false;
}

/* Is "KEY": next?  Then moves behind it. */
static bool
skip_key(struct at *a, const struct history_field_row *f)
{
	size_t	 n = f->keylen;

	if ((size_t)(a->end - a->p) < n + 3 || a->p[0] != '"' ||
	    memcmp(a->p + 1, f->key, n) != 0 || a->p[n + 1] != '"' ||
	    a->p[n + 2] != ':')
		return false;
	a->p += n + 3;
	return true;
}

/* The pieces of the line around what the seal put in; "cut" is moved. */
static void
cut_piece(struct history_scan *s, int *cut, const char *from,
    const char *to)
{
	struct history_span	*last = &s->piece[*cut];

	last->len = (size_t)(from - last->p);
	/* Seals that follow each other are one cut. */
	if (last->len > 0)
		last = &s->piece[++*cut];
	last->p = to;
}

bool
history_scan(const char *line, size_t len, struct history_scan *s)
{
	const struct history_field_row	*f;
	struct at			 a = { line, line + len, 0, 0 };
	const char			*from;
	bool				 comma;
	int				 cut = 0;

	memset(s, 0, sizeof(*s));
	s->piece[0].p = line;
	if (len < 2 || *a.p++ != '{')
		return false;
	for (int i = 0; i < HISTORY_NFIELDS; i++) {
		f = &history_fields[i];
		from = a.p;
		comma = i == 0 || (a.p < a.end && *a.p++ == ',');
		if (!comma || !skip_key(&a, f)) {
			if ((f->flags & HISTORY_OPTIONAL) == 0)
				return false;
			a.p = from;
			continue;
		}
		if (!scan_value(&a, f, &s->raw[i]))
			return false;
		if (f->flags & HISTORY_SEAL)
			cut_piece(s, &cut, from, a.p);
	}
	s->piece[cut].len = (size_t)(a.end - s->piece[cut].p);
	s->style = a.longs ? JSONW_CANONICAL_LONG : JSONW_CANONICAL;
	return a.end - a.p == 1 && *a.p == '}' && !(a.longs && a.shorts);
}

enum err
history_scan_canonical(const struct history_scan *s, struct buf *out)
{
	for (int i = 0; i < 3; i++)
		if (s->piece[i].len > 0)
			buf_add(out, s->piece[i].p, s->piece[i].len);
	return buf_err(out);
}

static size_t
put_utf8(unsigned int cp, char *out)
{
	if (cp < 0x80) {
		*out = (char)cp;
		return 1;
	}
	/* Only U+2028 and U+2029 come here. */
	memcpy(out, cp == 0x2028 ? "\xe2\x80\xa8" : "\xe2\x80\xa9", 3);
	return 3;
}

size_t
history_unescape(struct history_span t, char *out)
{
	static const char	 from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char		*p = t.p, *end = t.p + t.len, *at;
	size_t			 n = 0;
	unsigned int		 cp;

	while (p < end) {
		if (*p != '\\') {
			out[n++] = *p++;
			continue;
		}
		if (p[1] == 'u') {
			cp = 0;
			for (int i = 2; i < 6; i++)
				cp = cp << 4 | (unsigned int)hex_value(p[i]);
			n += put_utf8(cp, out + n);
			p += 6;
			continue;
		}
		at = strchr(from, p[1]);
		out[n++] = at == NULL ? p[1] : to[at - from];
		p += 2;
	}
	out[n] = '\0';
	return n;
}

bool
history_scan_is(const struct history_scan *s, enum history_field f,
    const char *want)
{
	struct history_span	 t = s->raw[f];
	size_t			 len = strlen(want);
	char			*b;
	bool			 same;

	if (t.len == 0 || memchr(t.p, '\\', t.len) == NULL)
		return t.len == len && (len == 0 ||
		    memcmp(t.p, want, len) == 0);
	if (t.len < len || (b = malloc(t.len + 1)) == NULL)
		return false;
	same = history_unescape(t, b) == len && memcmp(b, want, len) == 0;
	free(b);
	return same;
}

bool
history_scan_text(const struct history_scan *s, enum history_field f,
    char *out, size_t size)
{
	struct history_span	 t = s->raw[f];

	if (t.len >= size)
		return false;
	if (t.len == 0)
		out[0] = '\0';
	else
		history_unescape(t, out);
	return true;
}
