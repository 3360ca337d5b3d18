/* The text side of symbols.h: lines of /proc/kallsyms and its like. */
#include "symbols.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

struct	word {
	const char	*p;
	size_t		 len;
};

static bool
is(const struct word *w, const char *s)
{
	return strlen(s) == w->len && memcmp(w->p, s, w->len) == 0;
}

/* The next line; false at the end. */
static bool
next_line(const char **pos, const char *end, struct word *l)
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

/* Takes a word off the front of the line. */
static struct word
take(struct word *l)
{
	struct word	 w;

	while (l->len > 0 && (*l->p == ' ' || *l->p == '\t')) {
		l->p++;
		l->len--;
	}
	w.p = l->p;
	for (w.len = 0; w.len < l->len && l->p[w.len] != ' ' &&
	    l->p[w.len] != '\t'; w.len++)
		continue;
	l->p += w.len;
	l->len -= w.len;
	return w;
}

static void
put(char *out, size_t size, const char *p, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, p, len);
	out[len] = '\0';
}

/* "name.isra.0" for "name". */
static bool
is_variant(const struct word *w, const char *name, size_t len)
{
	return w->len > len + 1 && memcmp(w->p, name, len) == 0 &&
	    w->p[len] == '.';
}

static void
add_variant(struct sym_found *f, const struct word *w)
{
	size_t	 len = strlen(f->variants);

	if (len + w->len + 2 > sizeof(f->variants))
		return;
	if (len > 0)
		f->variants[len++] = ',';
	put(f->variants + len, sizeof(f->variants) - len, w->p, w->len);
}

void
sym_scan_kallsyms(const char *text, size_t len, const char *name,
    struct sym_found *f)
{
	const char	*pos = text, *end = text + len;
	struct word	 l, type, sym, mod;
	size_t		 n = strlen(name);

	memset(f, 0, sizeof(*f));
	while (n > 0 && next_line(&pos, end, &l)) {
		take(&l);
		type = take(&l);
		sym = take(&l);
		if (is_variant(&sym, name, n))
			add_variant(f, &sym);
		if (!is(&sym, name) || f->n++ > 0)
			continue;
		f->type = type.len > 0 ? *type.p : '?';
		mod = take(&l);
		if (mod.len > 2 && *mod.p == '[')
			put(f->module, sizeof(f->module), mod.p + 1,
			    mod.len - 2);
	}
}

bool
sym_scan_list(const char *text, size_t len, const char *name)
{
	const char	*pos = text, *end = text + len;
	struct word	 l, w;

	while (next_line(&pos, end, &l)) {
		w = take(&l);
		if (w.len > 0 && is(&w, name))
			return true;
	}
	return false;
}

int
sym_scan_pattern(const char *text, size_t len, const char *pattern)
{
	const char	*pos = text, *end = text + len;
	struct word	 l, w;
	char		 name[256];
	int		 n = 0;

	while (next_line(&pos, end, &l)) {
		w = take(&l);
		put(name, sizeof(name), w.p, w.len);
		n += name[0] != '\0' && fnmatch(pattern, name, 0) == 0;
	}
	return n;
}

bool
sym_scan_blacklist(const char *text, size_t len, const char *name)
{
	const char	*pos = text, *end = text + len;
	struct word	 l, w;

	while (next_line(&pos, end, &l)) {
		take(&l);
		w = take(&l);
		if (w.len > 0 && is(&w, name))
			return true;
	}
	return false;
}
