/* Instruction to source line and function, by what the object says. */
#include <string.h>

#include <linux/bpf.h>

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

/* Does control leave the line of instructions [from, to)? */
static bool
leaves(const struct explain_source *src, int64_t from, size_t to)
{
	uint8_t	 code;
	size_t	 i;

	if (src->insns == NULL || to > src->ninsns)
		return true;
	for (i = (size_t)from; i < to; i++) {
		code = src->insns[i].code;
		if ((BPF_CLASS(code) == BPF_JMP ||
		    BPF_CLASS(code) == BPF_JMP32) &&
		    code != (BPF_JMP | BPF_CALL))
			return true;
	}
	return false;
}

/* The record the instructions behind "insn" lead to; NULL if none does. */
static const struct explain_line *
record_ahead(const struct explain_source *src, int64_t insn)
{
	const struct explain_line	*l;
	size_t				 n;

	for (n = records_until(src, insn); n < src->nlines; n++) {
		l = &src->lines[n];
		if (leaves(src, insn, l->insn) ||
		    function_of(src, insn) != function_of(src, l->insn))
			return NULL;
		if (l->line != 0)
			return l;
	}
	return NULL;
}

/* The record before, of the same function. */
static const struct explain_line *
record_behind(const struct explain_source *src, int64_t insn)
{
	const struct explain_line	*l;
	size_t				 n;

	for (n = records_until(src, insn); n > 0; n--) {
		l = &src->lines[n - 1];
		if (function_of(src, l->insn) != function_of(src, insn))
			return NULL;
		if (l->line != 0)
			return l;
	}
	return NULL;
}

static void
set_where(struct explain_where *w, const struct explain_line *l)
{
	memset(w, 0, sizeof(*w));
	w->known = true;
	w->file = from_string(l->file);
	w->text = from_string(l->text);
	slice_trim(&w->text);
	w->line = l->line;
	w->column = l->column;
}

/*
 * What the compiler put in has no line of its own.  It prepares what comes
 * next; where nothing does, the line before is the nearest.
 */
bool
explain_where_is(const struct explain_source *src, int64_t insn,
    struct explain_where *w)
{
	const struct explain_line	*l = NULL;
	size_t				 n;

	if (src == NULL || insn < 0)
		return false;
	n = records_until(src, insn);
	if (n > 0 && src->lines[n - 1].line == 0)
		l = record_ahead(src, insn);
	if (l == NULL)
		l = record_behind(src, insn);
	if (l == NULL)
		return false;
	set_where(w, l);
	return true;
}

/*
 * The offset of a field is loaded by an instruction that clang gives no
 * line: it counts as the line before, while it belongs to the access.
 */
bool
explain_where_used(const struct explain_source *src, int64_t insn,
    struct explain_where *w)
{
	const struct explain_line	*l;
	const struct explain_func	*f;
	size_t				 n;

	if (src == NULL || insn < 0)
		return false;
	n = records_until(src, insn);
	f = function_of(src, insn);
	/* It may be the first of the function, and count as its head. */
	if (n > 0 && src->lines[n - 1].insn == insn &&
	    (f == NULL || f->insn != insn))
		return false;
	if ((l = record_ahead(src, insn)) == NULL)
		return false;
	set_where(w, l);
	return true;
}
