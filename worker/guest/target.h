/*
 * Where a program wants to go, by its section name ("fentry.s/vfs_read",
 * "tp/sched/sched_switch", "uprobe//bin/sh:main+4").  Pure text.
 */
#ifndef GUEST_TARGET_H
#define GUEST_TARGET_H

enum	target_kind {
	TARGET_NONE,		/* the section names no place */
	TARGET_KPROBE,		/* a function, also ksyscall */
	TARGET_KPROBE_MULTI,	/* a pattern of functions */
	TARGET_TRAMPOLINE,	/* fentry, fexit, fmod_ret: a function in BTF */
	TARGET_TRACEPOINT,	/* category and name */
	TARGET_RAW_TRACEPOINT,
	TARGET_BTF_TRACEPOINT,
	TARGET_LSM,
	TARGET_ITER,
	TARGET_UPROBE
};

struct	target {
	enum target_kind kind;
	char		 group[256]; /* category; path of the binary */
	char		 name[256]; /* function, event, hook, symbol */
};

/* Fills in TARGET_NONE and empty names for what it does not know. */
void	 target_parse(const char *section, struct target *);
/* The name the kernel's BTF has for it: "bpf_lsm_x", "btf_trace_x"; or "". */
void	 target_btf_name(const struct target *, char *out, unsigned size);

#endif /* !GUEST_TARGET_H */
