/* Instruction to source line and function, by what the object says. */
#include <string.h>

#include "explain_impl.h"

static struct slice
from_string(const char *s)
{
	return (struct slice){ s, s == NULL ? 0 : strlen(s) };
}

/* The first of a function's instructions; the last is before the next. */
static const struct explain_func *
function_of(const struct explain_source *src, int64_t insn)
{
	const struct explain_func	*hit = NULL;
	size_t				 i;

	for (i = 0; i < src->nfuncs && src->funcs[i].insn <= insn; i++)
		hit = &src->funcs[i];
	return hit;
}

bool
explain_function_of(const struct explain_source *src, int64_t insn,
    struct slice *name)
{
	const struct explain_func	*f;

	if (src == NULL || insn < 0 || (f = function_of(src, insn)) == NULL)
		return false;
	*name = from_string(f->name);
	return true;
}

/* How many records begin at "insn" or before. */
static size_t
records_until(const struct explain_source *src, int64_t insn)
{
	size_t	 lo = 0, hi = src->nlines, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (src->lines[mid].insn <= insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * What the compiler put in has no line of its own: the line before it, of
 * the same function, is the nearest to what somebody wrote.
 */
bool
explain_where_is(const struct explain_source *src, int64_t insn,
    struct explain_where *w)
{
	const struct explain_func	*f;
	const struct explain_line	*l;
	size_t				 n;

	if (src == NULL || insn < 0)
		return false;
	f = function_of(src, insn);
	for (n = records_until(src, insn); n > 0; n--) {
		l = &src->lines[n - 1];
		if (f != NULL && l->insn < f->insn)
			return false;
		if (l->line != 0)
			break;
	}
	if (n == 0)
		return false;
	l = &src->lines[n - 1];
	memset(w, 0, sizeof(*w));
	w->known = true;
	w->file = from_string(l->file);
	w->text = from_string(l->text);
	slice_trim(&w->text);
	w->line = l->line;
	w->column = l->column;
	return true;
}
