/*
 * Experiments that look something up: names in the kernel's lists, options
 * in its configuration, a symbol in a file.
 */
#include "experiment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <linux/btf.h>

#include "options.h"
#include "steps.h"
#include "symbols.h"

static enum exp_answer
answer_of(int ret)
{
	return ret > 0 ? EXP_YES : ret == 0 ? EXP_NO : EXP_UNCLEAR;
}

static int
error_of(int ret)
{
	return ret < 0 ? ret : 0;
}

void
exp_prog_type(struct exp_case *c)
{
	const char	*name = libbpf_bpf_prog_type_str(c->prog->type);
	int		 ret = libbpf_probe_bpf_prog_type(c->prog->type, NULL);

	exp_say(c, name == NULL ? "unknown" : name, answer_of(ret),
	    error_of(ret), "%s", "");
}

/*
 * libbpf did not find what the program is to be attached to, or the kernel
 * takes nothing there.
 */
static bool
no_target(const struct exp_case *c)
{
	const char	*said = c->prog->log.messages;

	return c->refused || c->prog->load_errno == -ESRCH ||
	    c->prog->load_errno == -ENOENT || (said != NULL &&
	    strstr(said, "failed to find kernel BTF type ID") != NULL);
}

/* --- names ---------------------------------------------------------------- */

static const char *
kallsyms_name(const struct exp_case *c, char *out, size_t size)
{
	if (c->ext != NULL)
		return c->ext;
	switch (c->target.kind) {
	case TARGET_RAW_TRACEPOINT:
	case TARGET_BTF_TRACEPOINT:
		snprintf(out, size, "__tracepoint_%s", c->target.name);
		return out;
	case TARGET_LSM:
		snprintf(out, size, "bpf_lsm_%s", c->target.name);
		return out;
	default:
		return c->target.name;
	}
}

bool
exp_wants_function(const struct exp_case *c)
{
	if (c->stage == EXP_NO_EXTERN)
		return strcmp(c->ext_kind, "kconfig") != 0;
	switch (c->target.kind) {
	case TARGET_KPROBE:
	case TARGET_KPROBE_MULTI:
		return c->stage == EXP_NO_ATTACH;
	case TARGET_TRAMPOLINE:
	case TARGET_RAW_TRACEPOINT:
	case TARGET_BTF_TRACEPOINT:
	case TARGET_LSM:
		return c->stage == EXP_NO_ATTACH || no_target(c);
	default:
		return false;
	}
}

void
exp_kallsyms(struct exp_case *c)
{
	char			 name[320];
	const char		*sym = kallsyms_name(c, name, sizeof(name));
	struct sym_found	 f;
	int			 err;

	if (strpbrk(sym, "*?") != NULL)
		return;
	if ((err = symbols_kallsyms(c->run->symbols, sym, &f)) != 0)
		exp_say(c, sym, EXP_UNCLEAR, err, "%s", "cannot be read");
	else if (f.n == 0)
		exp_say(c, sym, EXP_NO, 0, "%s%s", f.variants[0] == '\0' ?
		    "" : "only as ", f.variants);
	else
		exp_say(c, sym, EXP_YES, 0, "type %c%s%s, %u of this name",
		    f.type, f.module[0] == '\0' ? "" : ", module ", f.module,
		    f.n);
}

static bool
is_function(const struct exp_case *c)
{
	return c->target.kind == TARGET_KPROBE ||
	    c->target.kind == TARGET_TRAMPOLINE;
}

static void
say_pattern(struct exp_case *c)
{
	int	 n = symbols_matching(c->run->symbols, c->target.name);

	if (n < 0)
		exp_say(c, c->target.name, EXP_UNCLEAR, n, "%s",
		    "available_filter_functions cannot be read");
	else
		exp_say(c, c->target.name, n > 0 ? EXP_YES : EXP_NO, 0,
		    "%d functions match", n);
}

void
exp_traceable(struct exp_case *c)
{
	int	 ret;

	if (c->target.kind == TARGET_KPROBE_MULTI)
		say_pattern(c);
	if (!is_function(c))
		return;
	ret = symbols_traceable(c->run->symbols, c->target.name);
	exp_say(c, c->target.name, answer_of(ret), error_of(ret), "%s",
	    ret < 0 ? "available_filter_functions cannot be read" : "");
}

void
exp_blacklist(struct exp_case *c)
{
	int	 ret;

	if (!is_function(c))
		return;
	ret = symbols_blacklisted(c->run->symbols, c->target.name);
	exp_say(c, c->target.name, answer_of(ret), error_of(ret), "%s",
	    ret < 0 ? "the list cannot be read" : "");
}

/* --- BTF ------------------------------------------------------------------- */

bool
exp_wants_btf(const struct exp_case *c)
{
	char	 name[320];

	if (c->stage == EXP_NO_EXTERN)
		return strcmp(c->ext_kind, "kconfig") != 0;
	if (c->map != NULL)
		return c->map->ops_type != NULL;
	if (c->target.kind == TARGET_KPROBE)
		return false;
	target_btf_name(&c->target, name, sizeof(name));
	return name[0] != '\0' && (c->stage == EXP_NO_ATTACH || no_target(c));
}

static void
btf_name(const struct exp_case *c, char *out, unsigned size,
    const char **kind, uint32_t *btf_kind)
{
	*kind = "kernel_btf_func";
	*btf_kind = BTF_KIND_FUNC;
	if (c->stage == EXP_NO_EXTERN) {
		snprintf(out, size, "%s", c->ext);
		if (strcmp(c->ext_kind, "kfunc") != 0) {
			*kind = "kernel_btf_type";
			*btf_kind = BTF_KIND_VAR;
		}
		return;
	}
	if (c->map != NULL) {
		snprintf(out, size, "%s", c->map->ops_type);
		*kind = "kernel_btf_type";
		*btf_kind = BTF_KIND_STRUCT;
		return;
	}
	target_btf_name(&c->target, out, size);
	if (c->target.kind == TARGET_RAW_TRACEPOINT ||
	    c->target.kind == TARGET_BTF_TRACEPOINT) {
		*kind = "tracepoint_btf";
		*btf_kind = BTF_KIND_TYPEDEF;
	}
}

void
exp_kernel_btf(struct exp_case *c)
{
	const char	*kind;
	char		 name[320], module[64] = "";
	uint32_t	 btf_kind;
	int		 ret;

	btf_name(c, name, sizeof(name), &kind, &btf_kind);
	ret = symbols_btf(c->run->symbols, name, btf_kind);
	exp_say_as(c, kind, name, answer_of(ret), error_of(ret), ret < 0 ?
	    "the kernel's BTF cannot be read" : "");
	if (ret != 0)
		return;
	ret = symbols_module_btf(c->run->symbols, name, btf_kind, module,
	    sizeof(module));
	exp_say_as(c, "module_btf", name, answer_of(ret), error_of(ret),
	    module);
}

/* --- tracepoints ------------------------------------------------------------ */

bool
exp_wants_tracepoint(const struct exp_case *c)
{
	if (c->target.kind == TARGET_TRACEPOINT)
		return c->stage == EXP_NO_ATTACH;
	return false;
}

void
exp_tracepoint(struct exp_case *c)
{
	static const char *const dirs[] = { "/sys/kernel/tracing",
	    "/sys/kernel/debug/tracing" };
	const struct target	*t = &c->target;
	char			 subject[600], path[700];
	bool			 tracefs = false, group = false, event = false;
	size_t			 i;

	snprintf(subject, sizeof(subject), "%s/%s", t->group, t->name);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/events", dirs[i]);
		tracefs |= access(path, R_OK) == 0;
		snprintf(path, sizeof(path), "%s/events/%s", dirs[i],
		    t->group);
		group |= access(path, R_OK) == 0;
		snprintf(path, sizeof(path), "%s/events/%s/id", dirs[i],
		    subject);
		event |= access(path, R_OK) == 0;
	}
	exp_say(c, subject, !tracefs ? EXP_UNCLEAR : event ? EXP_YES : EXP_NO,
	    0, "%s", !tracefs ? "tracefs cannot be read" : event ? "" : group ?
	    "the category is there" : "the category is missing as well");
}

/* --- configuration ----------------------------------------------------------- */

static void
wanted_options(const struct exp_case *c, struct options *o)
{
	size_t	 i;

	o->n = 0;
	if (c->ext != NULL && strncmp(c->ext, "CONFIG_", 7) == 0)
		o->v[o->n++] = c->ext;
	if (c->map != NULL)
		options_for_map(o, c->map->type, c->map->ops_type);
	if (c->prog == NULL)
		return;
	/* Its type and place matter only when nothing of it was judged. */
	if (c->stage == EXP_NO_ATTACH || c->prog->log.bytes == 0 ||
	    no_target(c))
		options_for_program(o, c->prog->type, c->prog->attach_type,
		    &c->target);
	for (i = 0; c->stage == EXP_NO_LOAD && i < c->use->nhelpers; i++)
		if (c->prog->helper_known[i] == HELPER_UNKNOWN)
			options_for_helper(o, c->use->helpers[i]);
}

bool
exp_wants_options(const struct exp_case *c)
{
	struct options	 o;

	wanted_options(c, &o);
	return o.n > 0;
}

void
exp_options(struct exp_case *c)
{
	struct options	 o;
	char		 value[128];
	size_t		 i;
	int		 ret;

	wanted_options(c, &o);
	for (i = 0; i < o.n; i++) {
		ret = facts_config(&c->run->facts, o.v[i], value,
		    sizeof(value));
		if (ret < 0)
			exp_say(c, o.v[i], EXP_UNCLEAR, ret, "%s", "the "
			    "kernel's configuration cannot be read");
		else
			exp_say(c, o.v[i], ret > 0 &&
			    strcmp(value, "n") != 0 ? EXP_YES : EXP_NO, 0,
			    "%s", ret > 0 ? value : "not mentioned");
	}
}

/* --- user space ----------------------------------------------------------------- */

bool
exp_wants_uprobe(const struct exp_case *c)
{
	/* A pattern is no name to look for. */
	return c->target.kind == TARGET_UPROBE &&
	    c->target.group[0] == '/' && strpbrk(c->target.name, "*?") == NULL;
}

static bool
table_has(Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh, const char *name)
{
	Elf_Data	*data = elf_getdata(scn, NULL);
	GElf_Sym	 sym;
	const char	*s;
	int		 i;

	for (i = 0; data != NULL && gelf_getsym(data, i, &sym) != NULL; i++) {
		s = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (s != NULL && sym.st_value != 0 && strcmp(s, name) == 0)
			return true;
	}
	return false;
}

/* 1, 0, or a negative errno when it is no ELF file. */
static int
file_has_symbol(int fd, const char *name)
{
	GElf_Shdr	 sh;
	Elf_Scn		*scn = NULL;
	Elf		*elf;
	int		 found = 0;

	if (elf_version(EV_CURRENT) == EV_NONE ||
	    (elf = elf_begin(fd, ELF_C_READ, NULL)) == NULL)
		return -EINVAL;
	if (elf_kind(elf) != ELF_K_ELF)
		found = -ENOEXEC;
	while (found == 0 && (scn = elf_nextscn(elf, scn)) != NULL)
		if (gelf_getshdr(scn, &sh) != NULL &&
		    (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM))
			found = table_has(elf, scn, &sh, name);
	elf_end(elf);
	return found;
}

void
exp_uprobe(struct exp_case *c)
{
	char	 subject[520];
	int	 fd, ret;

	snprintf(subject, sizeof(subject), "%s:%s", c->target.group,
	    c->target.name);
	fd = open(c->target.group, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		exp_say(c, subject, EXP_NO, -errno, "%s", "the file cannot "
		    "be opened");
		return;
	}
	ret = file_has_symbol(fd, c->target.name);
	close(fd);
	exp_say(c, subject, answer_of(ret), error_of(ret), "%s", ret < 0 ?
	    "it is no ELF file" : ret == 0 ? "the file has no such symbol" :
	    "");
}
