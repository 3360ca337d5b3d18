#include "domain/floor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define BECAUSE_MAX	16
#define SENTENCE_MAX	1024

static struct need *
same(struct floor *f, const struct need *n)
{
	for (size_t i = 0; i < f->n; i++) {
		struct need	*q = &f->need[i];

		if (q->since == n->since && q->phase == n->phase &&
		    q->optional == n->optional &&
		    strcmp(q->feature, n->feature) == 0)
			return q;
	}
	return NULL;
}

void
floor_add(struct floor *f, const struct need *n, const char *where)
{
	struct need	*q = same(f, n);
	void		*grown;

	if (n->since == 0)
		return;
	if (q == NULL) {
		if (f->n >= FLOOR_NEEDS_MAX || (grown = realloc(f->need,
		    (f->n + 1) * sizeof(*f->need))) == NULL) {
			f->cut = true;
			return;
		}
		f->need = grown;
		q = &f->need[f->n++];
		*q = *n;
		q->nwhere = 0;
	}
	for (size_t i = 0; i < q->nwhere && i < FLOOR_WHERE_MAX; i++)
		if (strcmp(q->where[i], where) == 0)
			return;
	if (q->nwhere < FLOOR_WHERE_MAX)
		q->where[q->nwhere] = where;
	q->nwhere++;
}

void
floor_bound(struct floor *f, const char *fmt, ...)
{
	va_list	 ap;

	if (f->nbound == FLOOR_NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(f->bound[f->nbound++], sizeof(f->bound[0]), fmt, ap);
	va_end(ap);
}

void
floor_beyond(struct floor *f, const char *fmt, ...)
{
	va_list	 ap;

	if (f->beyond[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(f->beyond, sizeof(f->beyond), fmt, ap);
	va_end(ap);
}

/* Highest first; what is needed before what is optional. */
static int
order(const void *a, const void *b)
{
	const struct need	*x = a, *y = b;

	if (x->optional != y->optional)
		return x->optional ? 1 : -1;
	if (x->since != y->since)
		return x->since > y->since ? -1 : 1;
	return strcmp(x->feature, y->feature);
}

static const char *
place_word(const struct need *n)
{
	if (strncmp(n->kind, "map", 3) == 0 ||
	    strcmp(n->kind, "struct_ops") == 0)
		return n->nwhere > 1 ? "of maps" : "of map";
	return n->nwhere > 1 ? "in programs" : "in program";
}

/* "needs 5.17: helper bpf_loop in program x". */
static void
sentence(const struct need *n, struct buf *b)
{
	char	 v[KVER_TEXT_SIZE];
	size_t	 shown = n->nwhere < FLOOR_WHERE_MAX ? n->nwhere :
		    FLOOR_WHERE_MAX;

	buf_addf(b, "%s %s%s: %s", n->optional ? "would need" : "needs",
	    kver_text(n->since, v), n->phase == NEED_TO_ATTACH ?
	    " to attach" : "", n->feature);
	if (shown > 0 && n->where[0][0] != '\0')
		buf_addf(b, " %s ", place_word(n));
	for (size_t i = 0; i < shown && n->where[0][0] != '\0'; i++)
		buf_addf(b, "%s%.100s", i == 0 ? "" : ", ", n->where[i]);
	if (n->nwhere > shown)
		buf_addf(b, " and %zu more", n->nwhere - shown);
	if (n->note[0] != '\0')
		buf_addf(b, "; %s", n->note);
}

static void
write_need(const struct need *n, struct jsonw *w)
{
	char	 v[KVER_TEXT_SIZE];

	jsonw_obj(w, NULL);
	jsonw_str(w, "feature", n->feature);
	jsonw_str(w, "kind", n->kind);
	jsonw_str(w, "kernel", kver_text(n->since, v));
	jsonw_str(w, "phase", n->phase == NEED_TO_LOAD ? "load" : "attach");
	jsonw_bool(w, "optional", n->optional);
	jsonw_arr(w, "where");
	for (size_t i = 0; i < n->nwhere && i < FLOOR_WHERE_MAX; i++)
		if (n->where[i][0] != '\0')
			jsonw_str(w, NULL, n->where[i]);
	jsonw_end(w);
	jsonw_int(w, "where_count", (int64_t)n->nwhere);
	jsonw_str_opt(w, "note", n->note);
	jsonw_end(w);
}

static unsigned int
highest(const struct floor *f, bool attach)
{
	unsigned int	 v = 0;

	for (size_t i = 0; i < f->n; i++)
		if (!f->need[i].optional && f->need[i].since > v &&
		    (attach || f->need[i].phase == NEED_TO_LOAD))
			v = f->need[i].since;
	return v;
}

static void
write_reasons(const struct floor *f, struct jsonw *w, unsigned int floor,
    bool optional)
{
	struct buf	 b = BUF_INIT(SENTENCE_MAX);
	int		 n = 0;

	jsonw_arr(w, optional ? "optional" : "because");
	for (size_t i = 0; i < f->n && n < BECAUSE_MAX; i++) {
		const struct need	*q = &f->need[i];

		if (q->optional != optional || (optional ?
		    q->since <= floor : q->since != floor))
			continue;
		n++;
		buf_reset(&b);
		sentence(q, &b);
		jsonw_strn(w, NULL, buf_str(&b), b.len);
	}
	jsonw_end(w);
	buf_clear(&b);
}

void
floor_write(struct floor *f, struct jsonw *w)
{
	char		 v[KVER_TEXT_SIZE];
	unsigned int	 all;

	if (f->n > 0)
		qsort(f->need, f->n, sizeof(*f->need), order);
	jsonw_arr(w, "requirements");
	for (size_t i = 0; i < f->n; i++)
		write_need(&f->need[i], w);
	jsonw_end(w);
	all = highest(f, true);
	jsonw_obj(w, "predicted_floor");
	jsonw_str(w, "kernel", kver_text(all, v));
	jsonw_str(w, "load_kernel", kver_text(highest(f, false), v));
	jsonw_str_opt(w, "beyond", f->beyond);
	write_reasons(f, w, all, false);
	write_reasons(f, w, all, true);
	jsonw_arr(w, "lower_bound");
	for (size_t i = 0; i < f->nbound; i++)
		jsonw_str(w, NULL, f->bound[i]);
	jsonw_end(w);
	jsonw_end(w);
}

void
floor_free(struct floor *f)
{
	free(f->need);
	memset(f, 0, sizeof(*f));
}
