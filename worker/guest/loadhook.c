#include "loadhook.h"

static loadhook_prog	 prog_hook;
static loadhook_map	 map_hook;
static void		*hook_arg;

/* The names are the linker's. */
int	 __real_bpf_prog_load(enum bpf_prog_type, const char *, const char *,
	    const struct bpf_insn *, size_t, struct bpf_prog_load_opts *);
int	 __wrap_bpf_prog_load(enum bpf_prog_type, const char *, const char *,
	    const struct bpf_insn *, size_t, struct bpf_prog_load_opts *);
int	 __real_bpf_map_create(enum bpf_map_type, const char *, uint32_t,
	    uint32_t, uint32_t, const struct bpf_map_create_opts *);
int	 __wrap_bpf_map_create(enum bpf_map_type, const char *, uint32_t,
	    uint32_t, uint32_t, const struct bpf_map_create_opts *);

void
loadhook_set(loadhook_prog prog, loadhook_map map, void *arg)
{
	prog_hook = prog;
	map_hook = map;
	hook_arg = arg;
}

int
loadhook_load(const struct prog_load *l)
{
	struct bpf_prog_load_opts	 opts = *l->opts;

	return __real_bpf_prog_load(l->type, l->name, l->license, l->insns,
	    l->ninsns, &opts);
}

int
loadhook_create(const struct map_create *m)
{
	return __real_bpf_map_create(m->type, m->name, m->key_size,
	    m->value_size, m->max_entries, m->opts);
}

int
__wrap_bpf_prog_load(enum bpf_prog_type type, const char *name,
    const char *license, const struct bpf_insn *insns, size_t n,
    struct bpf_prog_load_opts *opts)
{
	struct prog_load	 l = { type, name, license, insns, n, opts };

	if (prog_hook != NULL)
		prog_hook(hook_arg, &l);
	return __real_bpf_prog_load(type, name, license, insns, n, opts);
}

int
__wrap_bpf_map_create(enum bpf_map_type type, const char *name,
    uint32_t key_size, uint32_t value_size, uint32_t max_entries,
    const struct bpf_map_create_opts *opts)
{
	struct map_create	 m = { type, name, key_size, value_size,
				    max_entries, opts };

	if (map_hook != NULL)
		map_hook(hook_arg, &m);
	return __real_bpf_map_create(type, name, key_size, value_size,
	    max_entries, opts);
}
