#include "externs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <gelf.h>

/* No real object comes near; a made-up one must not cost minutes. */
#define EXTERNS_MAX	4096

struct extern_sym *
externs_find(const struct externs *x, const char *name)
{
	size_t	 i;

	for (i = 0; i < x->n; i++)
		if (strcmp(x->v[i].name, name) == 0)
			return &x->v[i];
	return NULL;
}

static void
add(struct externs *x, const char *name, const char *kind)
{
	struct extern_sym	*p;

	if (name == NULL || *name == '\0' || x->n == EXTERNS_MAX ||
	    externs_find(x, name) != NULL)
		return;
	p = reallocarray(x->v, x->n + 1, sizeof(*p));
	if (p == NULL)
		return;
	x->v = p;
	p += x->n;
	if ((p->name = strdup(name)) == NULL)
		return;
	p->kind = kind;
	p->state = EXTERN_UNCHECKED;
	p->weak = false;
	p->btf = NULL;
	x->n++;
}

static void
list_section(struct externs *x, const struct btf *btf,
    const struct btf_type *sec, const char *kind)
{
	const struct btf_var_secinfo	*v = btf_var_secinfos(sec);
	const struct btf_type		*t;
	int				 i;

	for (i = 0; i < btf_vlen(sec); i++, v++) {
		t = btf__type_by_id(btf, v->type);
		if (t == NULL)
			continue;
		add(x, btf__name_by_offset(btf, t->name_off),
		    kind != NULL ? kind : btf_is_func(t) ? "kfunc" : "ksym");
	}
}

void
externs_list(struct externs *x, const struct btf *btf)
{
	const struct btf_type	*t;
	const char		*name;
	uint32_t		 id;

	if (btf == NULL)
		return;
	for (id = 1; id < btf__type_cnt(btf); id++) {
		t = btf__type_by_id(btf, id);
		if (t == NULL)
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (btf_is_datasec(t) && name != NULL) {
			if (strcmp(name, ".ksyms") == 0)
				list_section(x, btf, t, NULL);
			else if (strcmp(name, ".kconfig") == 0)
				list_section(x, btf, t, "kconfig");
		}
	}
}

static void
weak_symbols(struct externs *x, Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data		*data = elf_getdata(scn, NULL);
	struct extern_sym	*s;
	const char		*name;
	GElf_Sym		 sym;
	int			 i;

	for (i = 0; data != NULL && gelf_getsym(data, i, &sym) != NULL; i++) {
		if (sym.st_shndx != SHN_UNDEF ||
		    GELF_ST_BIND(sym.st_info) != STB_WEAK)
			continue;
		name = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (name != NULL && (s = externs_find(x, name)) != NULL)
			s->weak = true;
	}
}

void
externs_weak(struct externs *x, void *data, size_t len)
{
	GElf_Shdr	 sh;
	Elf_Scn		*scn = NULL;
	Elf		*elf;

	if (x->n == 0 || elf_version(EV_CURRENT) == EV_NONE ||
	    (elf = elf_memory(data, len)) == NULL)
		return;
	while ((scn = elf_nextscn(elf, scn)) != NULL)
		if (gelf_getshdr(scn, &sh) != NULL &&
		    sh.sh_type == SHT_SYMTAB)
			weak_symbols(x, elf, scn, &sh);
	elf_end(elf);
}

/* "... resolved to MODULE [123]"; a variable is only looked up in vmlinux. */
static void
note_btf(struct extern_sym *s, const char *line)
{
	const char	*p = strstr(line, "': resolved to ");

	if (p == NULL || s->btf != NULL)
		return;
	p += strlen("': resolved to ");
	s->btf = *p == '[' ? strdup("vmlinux") : strndup(p, strcspn(p, " "));
}

/* The state a line of libbpf's tells, or EXTERN_UNCHECKED for none. */
static enum extern_state
state_of(const char *line)
{
	if (strstr(line, "(weak): not resolved") != NULL)
		return EXTERN_WEAK_MISSING;
	if (strstr(line, "(strong): not resolved") != NULL ||
	    strstr(line, ": not found in kernel") != NULL)
		return EXTERN_MISSING;
	if (strstr(line, "incompatible") != NULL)
		return EXTERN_INCOMPATIBLE;
	if (strstr(line, "': resolved to ") != NULL ||
	    strstr(line, "': set to ") != NULL)
		return EXTERN_FOUND;
	return EXTERN_UNCHECKED;
}

static const char *
kind_of(const char *line)
{
	if (strstr(line, "(func ksym)") != NULL)
		return "kfunc";
	if (strstr(line, "(kcfg)") != NULL)
		return "kconfig";
	return "ksym";
}

static void
note_line(struct externs *x, const char *line)
{
	struct extern_sym	*s;
	enum extern_state	 state = state_of(line);
	const char		*from, *to;
	char			 name[256];
	size_t			 n;

	from = strchr(line, '\'');
	to = from == NULL ? NULL : strchr(from + 1, '\'');
	if (state == EXTERN_UNCHECKED || to == NULL)
		return;
	n = (size_t)(to - from - 1);
	if (n == 0 || n >= sizeof(name))
		return;
	memcpy(name, from + 1, n);
	name[n] = '\0';
	if ((s = externs_find(x, name)) == NULL) {
		add(x, name, kind_of(line));
		if ((s = externs_find(x, name)) == NULL)
			return;
	}
	if (strcmp(s->kind, "kconfig") != 0)
		note_btf(s, line);
	/* "not resolved" after "incompatible" says less. */
	if (s->state != EXTERN_INCOMPATIBLE)
		s->state = state;
}

void
externs_note(struct externs *x, const char *messages)
{
	const char	*p = messages, *nl;
	char		 line[1024];
	size_t		 n;

	while (*p != '\0') {
		nl = strchrnul(p, '\n');
		n = (size_t)(nl - p);
		if (n < sizeof(line)) {
			memcpy(line, p, n);
			line[n] = '\0';
			note_line(x, line);
		}
		p = *nl == '\0' ? nl : nl + 1;
	}
}

void
externs_free(struct externs *x)
{
	size_t	 i;

	for (i = 0; i < x->n; i++) {
		free(x->v[i].name);
		free(x->v[i].btf);
	}
	free(x->v);
	x->v = NULL;
	x->n = 0;
}

const char *
extern_state_word(enum extern_state s)
{
	switch (s) {
	case EXTERN_UNCHECKED:
		return "unchecked";
	case EXTERN_FOUND:
		return "found";
	case EXTERN_WEAK_MISSING:
		return "weak_missing";
	case EXTERN_MISSING:
		return "missing";
	case EXTERN_INCOMPATIBLE:
		return "incompatible";
	}
	return "unchecked";
}
