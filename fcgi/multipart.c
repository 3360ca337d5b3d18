#include "multipart.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define WINDOW	16384	/* must hold all headers of a part */

enum	mp_state { MP_PREAMBLE, MP_BODY, MP_DELIM, MP_HEADERS, MP_EPILOGUE };

struct	multipart {
	struct multipart_sink	 sink;
	enum mp_state		 state;
	int			 parts;
	size_t			 dlen;
	size_t			 len;	/* bytes in win */
	char			 delim[MULTIPART_BOUNDARY_MAX + 5];
	char			 win[WINDOW];
};

/* --- header values --------------------------------------------------- */

static bool
is_token(char c)
{
	return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static const char *
skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

/*
 * One "; name=value" at *sp; moves *sp behind it.  The value may be a token
 * or quoted, with backslash escapes of quote and backslash.  ERR_NOTFOUND
 * at the end of the header.
 */
static enum err
next_param(const char **sp, char *name, size_t nsize, char *val, size_t vsize)
{
	const char	*s = skip_space(*sp);
	size_t		 n = 0;

	if (*s == '\0')
		return ERR_NOTFOUND;
	if (*s++ != ';')
		return ERR_SYNTAX;
	s = skip_space(s);
	if (*s == '\0')
		return ERR_NOTFOUND;
	while (is_token(*s) && n + 1 < nsize)
		name[n++] = *s++;
	name[n] = '\0';
	if (n == 0 || *s++ != '=')
		return ERR_SYNTAX;
	n = 0;
	if (*s == '"') {
		for (s++; *s != '"'; s++) {
			if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
				s++;
			if (*s == '\0')
				return ERR_SYNTAX;
			if (n + 1 >= vsize)
				return ERR_TOOBIG;
			val[n++] = *s;
		}
		s++;
	} else {
		while (is_token(*s)) {
			if (n + 1 >= vsize)
				return ERR_TOOBIG;
			val[n++] = *s++;
		}
	}
	val[n] = '\0';
	*sp = s;
	return ERR_OK;
}

enum err
multipart_boundary(const char *ct, char out[static MULTIPART_BOUNDARY_MAX + 1],
    struct diag *d)
{
	static const char	 type[] = "multipart/form-data";
	/* RFC 2046 "bchars"; a space may stand inside, never at the end. */
	static const char	 ok[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+_,-./:=? ";
	char			 name[32], val[256];
	const char		*s = ct;
	enum err		 e;
	size_t			 len;

	if (strncasecmp(s, type, sizeof(type) - 1) != 0 ||
	    is_token(s[sizeof(type) - 1]))
		return diag_set(d, ERR_MEDIA, "Content-Type",
		    "cannot parse multipart form: Content-Type must be "
		    "multipart/form-data");
	s += sizeof(type) - 1;
	while ((e = next_param(&s, name, sizeof(name), val, sizeof(val))) ==
	    ERR_OK) {
		if (strcasecmp(name, "boundary") != 0)
			continue;
		len = strlen(val);
		if (len == 0 || len > MULTIPART_BOUNDARY_MAX ||
		    strspn(val, ok) != len || val[len - 1] == ' ')
			break;
		memcpy(out, val, len + 1);
		return ERR_OK;
	}
	return diag_set(d, ERR_SYNTAX, "Content-Type",
	    "cannot parse multipart form: Content-Type carries no %sboundary",
	    e == ERR_NOTFOUND ? "" : "valid ");
}

/* --- headers of a part ------------------------------------------------ */

static bool
text_ok(const char *s)
{
	if (!utf8_valid(s, strlen(s)))
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

static enum err
disposition(const char *s, struct multipart_part *part, struct diag *d)
{
	char		 name[32], val[MULTIPART_FILENAME_MAX + 1];
	const char	*base;
	enum err	 e;

	s = skip_space(s);
	if (part->name[0] != '\0' || strncasecmp(s, "form-data", 9) != 0 ||
	    is_token(s[9]))
		return diag_set(d, ERR_SYNTAX, NULL, "a form part needs one "
		    "header Content-Disposition: form-data");
	s += 9;
	while ((e = next_param(&s, name, sizeof(name), val, sizeof(val))) ==
	    ERR_OK) {
		if (!text_ok(val))
			return diag_set(d, ERR_SYNTAX, NULL, "a form part's "
			    "%s is not valid UTF-8 text", name);
		if (strcasecmp(name, "name") == 0) {
			if (strlen(val) > MULTIPART_NAME_MAX)
				return diag_set(d, ERR_SYNTAX, NULL,
				    "a form part's name is longer than %d "
				    "bytes", MULTIPART_NAME_MAX);
			memcpy(part->name, val, strlen(val) + 1);
		} else if (strcasecmp(name, "filename") == 0) {
			/* Some clients send a whole path. */
			base = val + strlen(val);
			while (base > val && base[-1] != '/' &&
			    base[-1] != '\\')
				base--;
			memcpy(part->filename, base, strlen(base) + 1);
			part->has_filename = true;
		}
	}
	if (e == ERR_TOOBIG)
		return diag_set(d, ERR_SYNTAX, part->name, "a parameter of a "
		    "form part is longer than %d bytes",
		    MULTIPART_FILENAME_MAX);
	if (e != ERR_NOTFOUND)
		return diag_set(d, ERR_SYNTAX, part->name,
		    "a form part's Content-Disposition cannot be parsed");
	return ERR_OK;
}

/* One header line, NUL-terminated. */
static enum err
header_line(char *line, struct multipart_part *part, struct diag *d)
{
	char	*v = strchr(line, ':');

	if (v == NULL || v == line || !is_token(line[0]))
		return diag_set(d, ERR_SYNTAX, NULL,
		    "a form part has a malformed header");
	*v++ = '\0';
	if (strcasecmp(line, "Content-Disposition") == 0)
		return disposition(v, part, d);
	if (strcasecmp(line, "Content-Transfer-Encoding") == 0) {
		v += strspn(v, " \t");
		if (strcasecmp(v, "binary") != 0 && strcasecmp(v, "8bit") != 0
		    && strcasecmp(v, "7bit") != 0)
			return diag_set(d, ERR_SYNTAX, part->name, "a form "
			    "part must not use a transfer encoding");
	}
	return ERR_OK;
}

/* "head" holds "len" bytes of complete lines, each with its CRLF. */
static enum err
headers(struct multipart *m, char *head, size_t len, struct diag *d)
{
	struct multipart_part	 part;
	char			*eol;
	enum err		 e;

	memset(&part, 0, sizeof(part));
	if (memchr(head, '\0', len) != NULL)
		return diag_set(d, ERR_SYNTAX, NULL,
		    "a form part has a malformed header");
	while (len > 0) {
		eol = memmem(head, len, "\r\n", 2);
		*eol = '\0';
		if ((e = header_line(head, &part, d)) != ERR_OK)
			return e;
		len -= (size_t)(eol + 2 - head);
		head = eol + 2;
	}
	if (part.name[0] == '\0')
		return diag_set(d, ERR_SYNTAX, NULL,
		    "a form part has no name");
	return m->sink.begin(m->sink.arg, &part, d);
}

/* --- the states -------------------------------------------------------- */

static void
consume(struct multipart *m, size_t n)
{
	memmove(m->win, m->win + n, m->len - n);
	m->len -= n;
}

static enum err
emit(struct multipart *m, size_t n, struct diag *d)
{
	if (m->state != MP_BODY || n == 0)
		return ERR_OK;
	return m->sink.data(m->sink.arg, m->win, n, d);
}

/*
 * Content (or what stands before the first part) up to the delimiter; what
 * may be the beginning of a delimiter stays in the window.
 */
static enum err
step_body(struct multipart *m, bool *more, struct diag *d)
{
	char		*p = memmem(m->win, m->len, m->delim, m->dlen);
	size_t		 n;
	enum err	 e;

	if (p == NULL) {
		*more = false;
		if (m->len < m->dlen)
			return ERR_OK;
		n = m->len - (m->dlen - 1);
		if ((e = emit(m, n, d)) != ERR_OK)
			return e;
		consume(m, n);
		return ERR_OK;
	}
	n = (size_t)(p - m->win);
	if ((e = emit(m, n, d)) != ERR_OK)
		return e;
	if (m->state == MP_BODY &&
	    (e = m->sink.end(m->sink.arg, d)) != ERR_OK)
		return e;
	consume(m, n + m->dlen);
	m->state = MP_DELIM;
	return ERR_OK;
}

/* Behind a delimiter: "--" ends the form, CRLF begins a part. */
static enum err
step_delim(struct multipart *m, bool *more, struct diag *d)
{
	size_t	 pad = 0;

	while (pad < m->len && (m->win[pad] == ' ' || m->win[pad] == '\t'))
		pad++;
	if (m->len < pad + 2 && pad < MULTIPART_HEADER_MAX) {
		*more = false;
		return ERR_OK;
	}
	if (pad == 0 && memcmp(m->win, "--", 2) == 0) {
		m->state = MP_EPILOGUE;
		return ERR_OK;
	}
	if (pad >= MULTIPART_HEADER_MAX ||
	    memcmp(m->win + pad, "\r\n", 2) != 0)
		return diag_set(d, ERR_SYNTAX, NULL,
		    "the form has a malformed boundary line");
	if (++m->parts > MULTIPART_PARTS_MAX)
		return diag_set(d, ERR_SYNTAX, NULL,
		    "the form has more than %d parts", MULTIPART_PARTS_MAX);
	consume(m, pad + 2);
	m->state = MP_HEADERS;
	return ERR_OK;
}

static enum err
step_headers(struct multipart *m, bool *more, struct diag *d)
{
	char		*p;
	size_t		 n;
	enum err	 e;

	if (m->len >= 2 && memcmp(m->win, "\r\n", 2) == 0)
		return diag_set(d, ERR_SYNTAX, NULL,
		    "a form part has no headers");
	p = memmem(m->win, m->len, "\r\n\r\n", 4);
	if (p == NULL && m->len < MULTIPART_HEADER_MAX) {
		*more = false;
		return ERR_OK;
	}
	if (p == NULL || p - m->win > MULTIPART_HEADER_MAX)
		return diag_set(d, ERR_SYNTAX, NULL, "the headers of a form "
		    "part are longer than %d bytes", MULTIPART_HEADER_MAX);
	n = (size_t)(p - m->win) + 2;
	if ((e = headers(m, m->win, n, d)) != ERR_OK)
		return e;
	consume(m, n + 2);
	m->state = MP_BODY;
	return ERR_OK;
}

static enum err
step(struct multipart *m, bool *more, struct diag *d)
{
	switch (m->state) {
	case MP_PREAMBLE:
	case MP_BODY:
		return step_body(m, more, d);
	case MP_DELIM:
		return step_delim(m, more, d);
	case MP_HEADERS:
		return step_headers(m, more, d);
	case MP_EPILOGUE:
		m->len = 0;
		*more = false;
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

enum err
multipart_new(const char *boundary, const struct multipart_sink *sink,
    struct multipart **out)
{
	struct multipart	*m;
	size_t			 len = strlen(boundary);

	if (len == 0 || len > MULTIPART_BOUNDARY_MAX)
		return ERR_INVAL;
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return ERR_NOMEM;
	m->sink = *sink;
	memcpy(m->delim, "\r\n--", 4);
	memcpy(m->delim + 4, boundary, len + 1);
	m->dlen = len + 4;
	/* The first delimiter may stand at the very start, without a CRLF. */
	memcpy(m->win, "\r\n", 2);
	m->len = 2;
	*out = m;
	return ERR_OK;
}

void
multipart_free(struct multipart *m)
{
	free(m);
}

enum err
multipart_feed(struct multipart *m, const void *data, size_t len,
    struct diag *d)
{
	const char	*s = data;
	size_t		 n;
	bool		 more;
	enum err	 e;

	while (len > 0) {
		n = WINDOW - m->len;
		if (n > len)
			n = len;
		memcpy(m->win + m->len, s, n);
		m->len += n;
		s += n;
		len -= n;
		for (more = true; more;)
			if ((e = step(m, &more, d)) != ERR_OK)
				return e;
	}
	return ERR_OK;
}

enum err
multipart_end(struct multipart *m, struct diag *d)
{
	if (m->state == MP_EPILOGUE)
		return ERR_OK;
	return diag_set(d, ERR_SYNTAX, NULL, m->state == MP_PREAMBLE ?
	    "the body has no form part with this boundary" :
	    "the form is truncated: its closing boundary is missing");
}
