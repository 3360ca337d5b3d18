/*
 * What this kernel is and can: BTF, mounts, switches, build configuration,
 * and (probes.c) which map and program types it takes.
 */
#ifndef GUEST_FACTS_H
#define GUEST_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;
struct jsonw;

enum	probe_status {
	PROBE_UNKNOWN,		/* not asked */
	PROBE_SUPPORTED,
	PROBE_UNSUPPORTED,
	PROBE_DENIED,
	PROBE_ERROR
};

struct	probe {
	uint32_t	 type;
	const char	*name;	/* libbpf's word, static */
	enum probe_status status;
	int		 error;	/* 0 or negative errno */
};

/* More than any kernel has; ends where libbpf knows no more names. */
#define PROBES_MAX	64

/* Types of programs whose helpers are asked for, and what is attached. */
#define HELPER_TYPES_MAX	24
#define ATTACH_PROBES_MAX	24
/* Helper numbers below this are asked for. */
#define HELPER_BITS		256

/* The helpers one type of program may call. */
struct	helper_probe {
	uint32_t	 type;
	const char	*name;	/* libbpf's word, static */
	bool		 asked;	/* it could be, and there was time */
	bool		 late;	/* there was no time: not yet known */
	uint8_t		 known[HELPER_BITS / 8]; /* bit n: helper n */
};

struct	facts {
	bool		 kernel_btf;
	int64_t		 kernel_btf_size;
	bool		 tracefs;	/* mounted, not only a folder */
	bool		 kprobe_events;
	bool		 tracepoint_events;
	bool		 cgroup2;
	bool		 bpffs;
	int		 cpus;		/* possible; negative errno */
	int		 jit;		/* bpf_jit_enable, -1 unknown */
	int		 unprivileged_disabled; /* -1 unknown */
	bool		 kallsyms;	/* readable, with addresses */
	char		 lsm[256];
	char		 lockdown[32];	/* the word in [brackets] */
	char		*config;	/* owned; "CONFIG_X=y" lines we look at */
	char		 config_source[128];
	struct probe	 maps[PROBES_MAX];
	size_t		 nmaps;
	struct probe	 progs[PROBES_MAX];
	size_t		 nprogs;
	struct helper_probe helpers[HELPER_TYPES_MAX];
	size_t		 nhelpers;
	struct probe	 attach[ATTACH_PROBES_MAX];
	size_t		 nattach;
	bool		 cached;	/* answers of an earlier probes_keep() */
};

/* "release" as uname gives it. */
void	 facts_read(struct facts *, const char *release);
void	 facts_free(struct facts *);
/*
 * Leaves what costs time to read in this guest's memory, for later
 * facts_read() calls in a guest that is saved and cloned.
 */
void	 facts_keep(const char *release);
/*
 * The value of a build option: 1 and "value" ("n" when it is off), 0 when
 * the configuration does not mention it, or a negative errno when there is
 * none to read.
 */
int	 facts_config(const struct facts *, const char *option, char *value,
	    size_t size);
/* Whether a security module is active: 1, 0, or a negative errno. */
int	 facts_lsm_active(const struct facts *, const char *module);
/* Members "kernel" and the attach_prereqs object of "capabilities". */
void	 facts_write_kernel(struct jsonw *, const struct facts *);
void	 facts_write_prereqs(struct jsonw *, const struct facts *);

/*
 * Lists every type libbpf knows; asks the kernel about each when "ask",
 * unless an earlier probes_keep() in this boot left the answers.  Called
 * once.  "kernel" is what uname says of release and build.
 */
void	 probes_run(struct facts *, bool ask, const char *kernel);
/*
 * Asks, and leaves the answers in this guest's memory: a guest that is
 * saved and cloned need not be asked again.  False when it cannot.
 */
bool	 probes_keep(const char *kernel);
/*
 * probes.c: the id of what a tracing or security program attaches to in the
 * kernel's BTF (may be NULL), or a negative errno.
 */
int	 probes_target(const struct btf *, const char *name, int attach_type);
/*
 * probes_helpers.c: lists the types, all of them late; asks about those that
 * are late, the first in any case, the others until "deadline" (monotonic
 * ms).
 */
void	 probes_list_helpers(struct facts *);
void	 probes_ask_helpers(struct facts *, const struct btf *, int64_t deadline);
bool	 probes_helpers_late(const struct facts *);
void	 probes_write_helpers(struct jsonw *, const struct facts *);
/*
 * Whether any program of the type may call the helper, as far as the answers
 * tell: 1, 0, or -1 not known.  What tracing and security programs may call
 * depends on where they attach; for them 0 is only said of a number that no
 * type has.
 */
int	 probes_helper(const struct facts *, uint32_t type, uint32_t id);
/* probes_attach.c: the same for kinds of attaching; undone at once. */
void	 probes_list_attach(struct facts *);
void	 probes_ask_attach(struct facts *, const struct btf *);
/*
 * probes_types.c: lists the types libbpf knows; asks about each, without
 * attaching anything; writes both lists, or one of them.
 */
void	 probes_list_types(struct facts *);
void	 probes_ask_types(struct facts *);
void	 probes_write_types(struct jsonw *, const struct facts *);
void	 probes_write_list(struct jsonw *, const char *key,
	    const struct probe *, size_t n, const char *const *first);
/* What an answer in libbpf's way means: 1, 0 or negative errno. */
void	 probes_settle(struct probe *, int ret);

/* One map type: 1 the kernel has it, 0 it has not, or a negative errno. */
int	 probes_map_type(uint32_t type);
/* Members "map_types" and "program_types" and the full lists beside them. */
void	 probes_write(struct jsonw *, const struct facts *);

#endif /* !GUEST_FACTS_H */
