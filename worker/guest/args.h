/*
 * The validator's command line (guest side of the contract with the runner;
 * the option words are those existing callers use).
 */
#ifndef GUEST_ARGS_H
#define GUEST_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum	attach_mode {
	ATTACH_BEST_EFFORT,
	ATTACH_REQUIRED,
	ATTACH_DISABLED
};

/* What one --set-map-* family says about one map; several words merge. */
struct	map_fixup {
	char		*name; /* owned */
	char		*entries_word; /* owned; NULL, "cpus" or decimal */
	uint32_t	 entries; /* 0 with "cpus" */
	uint32_t	 ringbuf_bytes; /* 0: no inner ring buffer */
	uint32_t	 inner_type; /* BPF_MAP_TYPE_*, 0: no inner map */
	uint32_t	 inner_key;
	uint32_t	 inner_value;
	uint32_t	 inner_entries;
};

struct	type_override {
	char		*selector; /* owned; program or section name */
	uint32_t	 prog_type; /* BPF_PROG_TYPE_* */
};

/* Both gates have to hold when both are there. */
struct	variant {
	char		*prog; /* owned */
	bool		 trial; /* gate: does it load? */
	uint32_t	 helper; /* gate: helper id; 0 none */
};

/* Where a program goes whose section does not say it. */
struct	attach_to {
	char		*prog; /* owned, as all strings here */
	char		*kind;
	char		*target;
};

struct	variant_group {
	char		*name; /* owned */
	struct variant	*v; /* owned, in order of preference */
	size_t		 nv;
};

struct	args {
	const char	*artifact; /* into argv; NULL with --wire */
	const char	*out;
	const char	*manifest;
	const char	*plan;
	const char	*log_dir;
	const char	*attach_word; /* as given */
	enum attach_mode attach_mode;
	bool		 probe_features;
	bool		 isolate; /* each program alone too */
	bool		 wire;
	bool		 log_steps; /* also to the kernel's log */
	bool		 warm;	/* only ask the kernel, for later runs */
	bool		 command; /* no object: only the plan's commands */
	uint32_t	 time_left; /* ms until the caller gives up; 0: ? */
	bool		 help;
	struct map_fixup *fixups;
	size_t		 nfixups;
	struct type_override *overrides;
	size_t		 noverrides;
	struct variant_group *groups;
	size_t		 ngroups;
	char	       **companions; /* owned strings */
	size_t		 ncompanions;
	char	       **must_attach; /* owned strings: programs */
	size_t		 nmust_attach;
	struct attach_to *attach_to;
	size_t		 nattach_to;
};

/*
 * Parses argv into *a, which args_free() releases in every case.
 * ERR_INVAL with the option in the diag's field, or ERR_NOMEM.
 */
enum err	 args_parse(int argc, const char *const *argv,
		    struct args *a, struct diag *);
void		 args_free(struct args *);
/*
 * The lines "option=--WORD VALUE" of a plan, as if they stood on the command
 * line; files and modes cannot be set there.  "text" may be any bytes.
 */
enum err	 args_plan(struct args *, const char *text, size_t len,
		    struct diag *);
/* Does this program have to attach, whatever the attach mode? */
bool		 args_must_attach(const struct args *, const char *prog);
/* What the plan says about a program's place, or NULL. */
const struct attach_to *args_attach_to(const struct args *,
		    const char *prog);
/* Usage text, static. */
const char	*args_usage(void);
/* The bool words of the command line and of the plan file. */
bool		 args_bool(const char *, bool *);

#endif /* !GUEST_ARGS_H */
