/* What libbpf knows of a prepared program's source. */
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "explain.h"

static const char *
string_at(const struct btf *btf, uint32_t off)
{
	const char	*s = btf__str_by_offset(btf, off);

	return s == NULL ? "" : s;
}

/* Only the last part of a path: the rest is of the machine it was built on. */
static const char *
base_name(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
take_lines(struct explain_source *s, const struct btf *btf,
    const struct bpf_line_info *li, size_t n)
{
	size_t	 i;

	if (li == NULL || n == 0)
		return;
	s->lines = calloc(n, sizeof(*s->lines));
	if (s->lines == NULL)
		return;
	for (i = 0; i < n; i++) {
		s->lines[i].insn = li[i].insn_off;
		s->lines[i].line = BPF_LINE_INFO_LINE_NUM(li[i].line_col);
		s->lines[i].column = BPF_LINE_INFO_LINE_COL(li[i].line_col);
		s->lines[i].file = base_name(string_at(btf,
		    li[i].file_name_off));
		s->lines[i].text = string_at(btf, li[i].line_off);
	}
	s->nlines = n;
}

static void
take_funcs(struct explain_source *s, const struct btf *btf,
    const struct bpf_func_info *fi, size_t n)
{
	const struct btf_type	*t;
	size_t			 i;

	if (fi == NULL || n == 0)
		return;
	s->funcs = calloc(n, sizeof(*s->funcs));
	if (s->funcs == NULL)
		return;
	for (i = 0; i < n; i++) {
		t = btf__type_by_id(btf, fi[i].type_id);
		s->funcs[i].insn = fi[i].insn_off;
		s->funcs[i].name = t == NULL ? "" :
		    string_at(btf, t->name_off);
	}
	s->nfuncs = n;
}

void
explain_source_init(struct explain_source *s, const struct bpf_object *obj,
    const struct bpf_program *p)
{
	const struct btf	*btf = bpf_object__btf(obj);

	memset(s, 0, sizeof(*s));
	s->insns = bpf_program__insns(p);
	s->ninsns = s->insns == NULL ? 0 : bpf_program__insn_cnt(p);
	if (btf == NULL)
		return;
	take_lines(s, btf, bpf_program__line_info(p),
	    bpf_program__line_info_cnt(p));
	take_funcs(s, btf, bpf_program__func_info(p),
	    bpf_program__func_info_cnt(p));
}

void
explain_source_clear(struct explain_source *s)
{
	free(s->lines);
	free(s->funcs);
	memset(s, 0, sizeof(*s));
}
