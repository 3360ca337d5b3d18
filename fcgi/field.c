#include "field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fields_init(struct fields *f, const struct field *table)
{
	memset(f, 0, sizeof(*f));
	f->table = table;
	for (int i = 0; i < FIELDS_MAX; i++) {
		f->v[i].str = f->v[i].filename = "";
		if (table[i].name == NULL)
			break;
		buf_init(&f->v[i].raw, (table[i].flags & FIELD_LIST) != 0 ?
		    (table[i].max + 1) * FIELD_LIST_MAX : table[i].max);
	}
}

void
fields_clear(struct fields *f)
{
	for (int i = 0; i < FIELDS_MAX; i++) {
		buf_clear(&f->v[i].raw);
		free(f->v[i].list);
		if (f->v[i].filename != NULL && f->v[i].filename[0] != '\0')
			free((char *)f->v[i].filename);
		object_free(f->v[i].file);
	}
	memset(f, 0, sizeof(*f));
}

int
fields_find(const struct fields *f, const char *name)
{
	for (int i = 0; f->table[i].name != NULL; i++)
		if (strcmp(f->table[i].name, name) == 0)
			return i;
	return -1;
}

/* --- from the query string ------------------------------------------------ */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes "len" bytes into "out", which has room; -1 on bad encoding. */
static int
decode(const char *s, size_t len, char *out)
{
	int	 n = 0, hi, lo;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '+') {
			out[n++] = ' ';
		} else if (s[i] == '%') {
			if (i + 2 >= len || (hi = hex_digit(s[i + 1])) == -1 ||
			    (lo = hex_digit(s[i + 2])) == -1 ||
			    (hi == 0 && lo == 0))
				return -1;
			out[n++] = (char)(hi << 4 | lo);
			i += 2;
		} else {
			out[n++] = s[i];
		}
	}
	out[n] = '\0';
	return n;
}

static enum err
query_pair(struct fields *f, const char *s, size_t len, char *tmp,
    struct diag *d)
{
	const char	*eq = memchr(s, '=', len);
	size_t		 klen = eq == NULL ? len : (size_t)(eq - s);
	struct value	*v;
	int		 i, n;

	if (len == 0)
		return ERR_OK;
	if (decode(s, klen, tmp) == -1)
		return diag_set(d, ERR_INVAL, NULL,
		    "the query string has a bad percent encoding");
	i = fields_find(f, tmp);
	if (i == -1 || (f->table[i].flags & FIELD_QUERY) == 0)
		return ERR_OK;
	n = eq == NULL ? 0 : decode(eq + 1, len - klen - 1, tmp);
	if (n == -1)
		return diag_set(d, ERR_INVAL, f->table[i].name,
		    "%s has a bad percent encoding", f->table[i].name);
	v = &f->v[i];
	if (v->from_query && (f->table[i].flags & FIELD_LIST) == 0)
		return diag_set(d, ERR_INVAL, f->table[i].name,
		    "%s is given twice", f->table[i].name);
	v->from_query = true;
	if (n > 0 && fields_text(f, i, tmp, (size_t)n, d) != ERR_OK)
		return ERR_INVAL;
	return fields_end(f, i, d);
}

enum err
fields_query(struct fields *f, const char *query, struct diag *d)
{
	char		*tmp;
	size_t		 n;
	enum err	 e = ERR_OK;

	if (query[0] == '\0')
		return ERR_OK;
	if ((tmp = malloc(strlen(query) + 1)) == NULL)
		return ERR_NOMEM;
	for (const char *s = query; e == ERR_OK;) {
		n = strcspn(s, "&");
		e = query_pair(f, s, n, tmp, d);
		if (s[n] == '\0')
			break;
		s += n + 1;
	}
	free(tmp);
	return e;
}

/* --- from a form ----------------------------------------------------------- */

enum err
fields_begin(struct fields *f, int i, struct diag *d)
{
	const struct field	*fd = &f->table[i];
	struct value		*v = &f->v[i];

	if ((fd->flags & FIELD_FORM) == 0)
		return diag_set(d, ERR_INVAL, fd->name,
		    "%s is no form field", fd->name);
	if (v->from_form && (fd->flags & FIELD_LIST) == 0)
		return diag_set(d, ERR_INVAL, fd->name,
		    "%s is given twice", fd->name);
	v->from_form = true;
	return ERR_OK;
}

enum err
fields_text(struct fields *f, int i, const void *p, size_t n, struct diag *d)
{
	const struct field	*fd = &f->table[i];

	if (memchr(p, '\0', n) != NULL)
		return diag_set(d, ERR_INVAL, fd->name,
		    "%s contains a zero byte", fd->name);
	if (buf_add(&f->v[i].raw, p, n) != ERR_OK)
		return diag_set(d, ERR_INVAL, fd->name, "%s is longer than "
		    "%zu bytes", fd->name, f->v[i].raw.max);
	return ERR_OK;
}

enum err
fields_end(struct fields *f, int i, struct diag *d)
{
	if ((f->table[i].flags & FIELD_LIST) == 0)
		return ERR_OK;
	/* Occurrences of a list are joined like its items. */
	return fields_text(f, i, ",", 1, d);
}

/* --- checking -------------------------------------------------------------- */

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trims in place; returns the start. */
static char *
trim(char *s)
{
	size_t	 n;

	while (blank(*s))
		s++;
	n = strlen(s);
	while (n > 0 && blank(s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *
fields_peek(const struct fields *f, const char *name, char *out, size_t size)
{
	int		 i = fields_find(f, name);
	const char	*s = i == -1 ? "" : buf_str(&f->v[i].raw);
	size_t		 n;

	while (blank(*s))
		s++;
	n = strlen(s);
	while (n > 0 && blank(s[n - 1]))
		n--;
	snprintf(out, size, "%.*s", (int)n, s);
	return out;
}

static enum err
split_list(const struct field *fd, const struct conf *conf, struct value *v,
    struct diag *d)
{
	char		*s = v->raw.data, *next;
	size_t		 n = 0;
	enum err	 e;

	v->list = calloc(FIELD_LIST_MAX, sizeof(*v->list));
	if (v->list == NULL)
		return ERR_NOMEM;
	for (; s != NULL; s = next) {
		if ((next = strchr(s, ',')) != NULL)
			*next++ = '\0';
		if ((s = trim(s))[0] == '\0')
			continue;
		if (n == FIELD_LIST_MAX)
			return diag_set(d, ERR_INVAL, fd->name,
			    "%s has more than %d items", fd->name,
			    FIELD_LIST_MAX);
		v->str = s;
		if ((e = fd->check(fd, conf, v, d)) != ERR_OK)
			return e;
		v->list[n++] = s;
	}
	v->str = "";
	qsort(v->list, n, sizeof(*v->list), by_name);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(v->list[i], v->list[v->nlist - 1]) != 0)
			v->list[v->nlist++] = v->list[i];
	v->set = v->nlist > 0;
	return ERR_OK;
}

static enum err
check_one(const struct field *fd, const struct conf *conf, struct value *v,
    struct diag *d)
{
	enum err	 e;

	if (v->file != NULL) {
		v->set = true;
		if ((e = object_seal(v->file, d)) != ERR_OK)
			return e;
		return fd->check(fd, conf, v, d);
	}
	if (v->raw.data != NULL && (fd->flags & FIELD_LIST) != 0)
		return split_list(fd, conf, v, d);
	if (v->raw.data != NULL && (fd->flags & FIELD_FILE) == 0) {
		v->str = trim(v->raw.data);
		v->set = v->str[0] != '\0';
		if (v->set)
			return fd->check(fd, conf, v, d);
	}
	return ERR_OK;
}

enum err
fields_check(struct fields *f, const struct conf *conf, struct diag *d)
{
	const struct field	*fd = f->table;
	enum err		 e;

	for (int i = 0; fd[i].name != NULL; i++) {
		if ((e = check_one(&fd[i], conf, &f->v[i], d)) != ERR_OK)
			return e;
		if (!f->v[i].set && (fd[i].flags & FIELD_REQUIRED) != 0)
			return diag_set(d, ERR_INVAL, fd[i].name,
			    "%s is required", fd[i].name);
	}
	return ERR_OK;
}
