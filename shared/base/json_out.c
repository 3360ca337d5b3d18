#include "base/json_out.h"

#include <string.h>

#include "base/utf8.h"

void
jsonw_init(struct jsonw *w, struct buf *b, enum jsonw_style style)
{
	memset(w, 0, sizeof(*w));
	w->out = b;
	w->style = style;
}

static void
newline(struct jsonw *w)
{
	if (w->style != JSONW_INDENT)
		return;
	buf_addc(w->out, '\n');
	for (int i = 0; i < w->depth; i++)
		buf_add(w->out, "  ", 2);
}

/* True when the style has a form of its own for the code point. */
static bool
escape_canonical(struct jsonw *w, uint32_t cp)
{
	if (w->style == JSONW_CANONICAL && (cp == '\b' || cp == '\f'))
		buf_adds(w->out, cp == '\b' ? "\\b" : "\\f");
	else if (w->style >= JSONW_CANONICAL && cp == 0x7f)
		buf_addc(w->out, 0x7f);
	else
		return false;
	return true;
}

static void
escape_cp(struct jsonw *w, uint32_t cp, const char *raw, size_t rawlen)
{
	struct buf	*b = w->out;

	if (escape_canonical(w, cp))
		return;
	switch (cp) {
	case '"':
		buf_adds(b, "\\\"");
		return;
	case '\\':
		buf_adds(b, "\\\\");
		return;
	case '\n':
		buf_adds(b, "\\n");
		return;
	case '\r':
		buf_adds(b, "\\r");
		return;
	case '\t':
		buf_adds(b, "\\t");
		return;
	case '<':
	case '>':
	case '&':
	case 0x2028:
	case 0x2029:
		buf_addf(b, "\\u%04x", (unsigned int)cp);
		return;
	}
	if (cp < 0x20 || cp == 0x7f)
		buf_addf(b, "\\u%04x", (unsigned int)cp);
	else
		buf_add(b, raw, rawlen);
}

static void
quoted(struct jsonw *w, const char *s, size_t len)
{
	struct buf	*b = w->out;
	size_t		 i = 0, n, run = 0;
	uint32_t	 cp;

	buf_addc(b, '"');
	while (i < len) {
		unsigned char	 c = (unsigned char)s[i];

		/* Plain ASCII in runs: most of what is ever written. */
		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' &&
		    c != '<' && c != '>' && c != '&') {
			i++;
			run++;
			continue;
		}
		if (run > 0)
			buf_add(b, s + i - run, run);
		run = 0;
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0) {
			buf_adds(b, "\xef\xbf\xbd");
			i++;
			continue;
		}
		escape_cp(w, cp, s + i, n);
		i += n;
	}
	if (run > 0)
		buf_add(b, s + i - run, run);
	buf_addc(b, '"');
}

/* Comma, indentation and key before a value. */
static void
prefix(struct jsonw *w, const char *key)
{
	if (w->depth > 0) {
		if (!w->empty[w->depth - 1])
			buf_addc(w->out, ',');
		w->empty[w->depth - 1] = false;
		newline(w);
		if ((key != NULL) != (w->close[w->depth - 1] == '}'))
			w->out->err = ERR_INTERNAL;
	}
	if (key == NULL)
		return;
	quoted(w, key, strlen(key));
	buf_adds(w->out, w->style == JSONW_INDENT ? ": " : ":");
}

static void
open_level(struct jsonw *w, const char *key, char open, char close)
{
	prefix(w, key);
	buf_addc(w->out, open);
	if (w->depth == JSONW_DEPTH_MAX) {
		w->out->err = ERR_INTERNAL;
		return;
	}
	w->close[w->depth] = close;
	w->empty[w->depth] = true;
	w->depth++;
}

void
jsonw_obj(struct jsonw *w, const char *key)
{
	open_level(w, key, '{', '}');
}

void
jsonw_arr(struct jsonw *w, const char *key)
{
	open_level(w, key, '[', ']');
}

void
jsonw_end(struct jsonw *w)
{
	bool	 empty;

	if (w->depth == 0) {
		w->out->err = ERR_INTERNAL;
		return;
	}
	w->depth--;
	empty = w->empty[w->depth];
	if (!empty)
		newline(w);
	buf_addc(w->out, w->close[w->depth]);
}

void
jsonw_strn(struct jsonw *w, const char *key, const char *s, size_t len)
{
	prefix(w, key);
	quoted(w, s, len);
}

void
jsonw_str(struct jsonw *w, const char *key, const char *val)
{
	if (val == NULL)
		jsonw_null(w, key);
	else
		jsonw_strn(w, key, val, strlen(val));
}

void
jsonw_str_opt(struct jsonw *w, const char *key, const char *val)
{
	if (val != NULL && val[0] != '\0')
		jsonw_str(w, key, val);
}

void
jsonw_strs_opt(struct jsonw *w, const char *key, char *const *list, size_t n)
{
	if (n == 0)
		return;
	jsonw_arr(w, key);
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, list[i]);
	jsonw_end(w);
}

void
jsonw_int(struct jsonw *w, const char *key, int64_t n)
{
	prefix(w, key);
	buf_addf(w->out, "%lld", (long long)n);
}

void
jsonw_int_opt(struct jsonw *w, const char *key, int64_t n)
{
	if (n != 0)
		jsonw_int(w, key, n);
}

void
jsonw_bool(struct jsonw *w, const char *key, bool v)
{
	prefix(w, key);
	buf_adds(w->out, v ? "true" : "false");
}

void
jsonw_null(struct jsonw *w, const char *key)
{
	prefix(w, key);
	buf_adds(w->out, "null");
}

void
jsonw_raw(struct jsonw *w, const char *key, const char *json, size_t len)
{
	prefix(w, key);
	buf_add(w->out, json, len);
}
