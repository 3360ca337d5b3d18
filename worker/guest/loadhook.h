/*
 * Stands between libbpf and the kernel (the linker's --wrap, see local.mk):
 * an experiment sees a program or a map exactly as libbpf was about to hand
 * it over, with all that libbpf looked up for it, and may try variations of
 * it.  Without hooks every call goes straight on.
 */
#ifndef GUEST_LOADHOOK_H
#define GUEST_LOADHOOK_H

#include <stddef.h>
#include <stdint.h>

#include <bpf/bpf.h>

struct	prog_load {
	enum bpf_prog_type type;
	const char	*name;	/* NULL on kernels without names */
	const char	*license;
	const struct bpf_insn *insns;
	size_t		 ninsns;
	const struct bpf_prog_load_opts *opts;
};

struct	map_create {
	enum bpf_map_type type;
	const char	*name;	/* NULL on kernels without names */
	uint32_t	 key_size;
	uint32_t	 value_size;
	uint32_t	 max_entries;
	const struct bpf_map_create_opts *opts; /* may be NULL */
};

/* Looks on; what it was called for goes on when it returns. */
typedef void (*loadhook_prog)(void *arg, const struct prog_load *);
typedef void (*loadhook_map)(void *arg, const struct map_create *);

/* Either may be NULL.  For children only: there is one hook a process. */
void	 loadhook_set(loadhook_prog, loadhook_map, void *arg);

/* Past the hook; descriptor or negative errno. */
int	 loadhook_load(const struct prog_load *);
int	 loadhook_create(const struct map_create *);

#endif /* !GUEST_LOADHOOK_H */
