/*
 * Form data: what comes out must not depend on how the bytes were cut up,
 * parts must nest properly, names must keep their limits, and every refusal
 * must say why.
 */
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>

#include "fcgi/multipart.h"

/* What was seen, as one running number (FNV-1a). */
struct	seen {
	uint64_t	 hash;
	bool		 open;
	int		 parts;
};

static void
mix(struct seen *s, const void *p, size_t n)
{
	const uint8_t	*b = p;

	for (size_t i = 0; i < n; i++)
		s->hash = (s->hash ^ b[i]) * 0x100000001b3ULL;
}

static enum err
begin(void *arg, const struct multipart_part *p, struct diag *d)
{
	struct seen	*s = arg;

	(void)d;
	MUST(!s->open && ++s->parts <= MULTIPART_PARTS_MAX);
	MUST(p->name[0] != '\0' && strlen(p->name) <= MULTIPART_NAME_MAX);
	MUST(strlen(p->filename) <= MULTIPART_FILENAME_MAX);
	MUST(strpbrk(p->filename, "/\\\r\n") == NULL);
	s->open = true;
	mix(s, "B", 1);
	mix(s, p->name, strlen(p->name) + 1);
	mix(s, p->filename, strlen(p->filename) + 1);
	return ERR_OK;
}

static enum err
data(void *arg, const void *p, size_t n, struct diag *d)
{
	struct seen	*s = arg;

	(void)d;
	MUST(s->open && n > 0);
	mix(s, p, n);
	return ERR_OK;
}

static enum err
end(void *arg, struct diag *d)
{
	struct seen	*s = arg;

	(void)d;
	MUST(s->open);
	s->open = false;
	mix(s, "E", 1);
	return ERR_OK;
}

/* Feeds in pieces of "step" bytes. */
static enum err
parse(const char *boundary, const uint8_t *p, size_t len, size_t step,
    struct seen *s)
{
	struct multipart_sink	 sink = { begin, data, end, s };
	struct multipart	*m = NULL;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	*s = (struct seen){ .hash = 0xcbf29ce484222325ULL };
	MUST(multipart_new(boundary, &sink, &m) == ERR_OK);
	for (e = ERR_OK; e == ERR_OK && len > 0; len -= step, p += step) {
		if (step > len)
			step = len;
		e = multipart_feed(m, p, step, &d);
	}
	if (e == ERR_OK)
		e = multipart_end(m, &d);
	MUST(e == ERR_OK || (e == ERR_SYNTAX && d.msg[0] != '\0'));
	MUST(e != ERR_OK || !s->open);
	multipart_free(m);
	return e;
}

/* First line: a Content-Type; the rest: the body. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const uint8_t	*nl = len == 0 ? NULL : memchr(p, '\n', len);
	size_t		 n = nl == NULL ? 0 : (size_t)(nl - p);
	char		 boundary[MULTIPART_BOUNDARY_MAX + 1] = "B", *type;
	struct diag	 d = DIAG_INIT;
	struct seen	 whole, cut;
	enum err	 e;

	if (nl != NULL) {
		type = fuzz_string(p, n);
		e = multipart_boundary(type, boundary, &d);
		free(type);
		if (e != ERR_OK) {
			MUST(d.msg[0] != '\0');
			return 0;
		}
		MUST(boundary[0] != '\0');
		p += n + 1;
		len -= n + 1;
	}
	e = parse(boundary, p, len, len == 0 ? 1 : len, &whole);
	MUST(parse(boundary, p, len, 1, &cut) == e);
	MUST(e != ERR_OK || cut.hash == whole.hash);
	MUST(parse(boundary, p, len, 7, &cut) == e);
	MUST(e != ERR_OK || cut.hash == whole.hash);
	return 0;
}
