/*
 * One validation: the object, what is known of each program and map, and
 * what happened in each phase.  main() owns it; the phases (steps.h) fill
 * it; result.c writes it down.
 */
#ifndef GUEST_RUN_H
#define GUEST_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/utsname.h>

#include "args.h"
#include "base/buf.h"
#include "capture.h"
#include "elfinfo.h"
#include "experiment.h"
#include "externs.h"
#include "facts.h"
#include "files.h"
#include "functional.h"
#include "insns.h"
#include "reloc.h"
#include "sink.h"
#include "verlog.h"

struct attach_env;
struct bpf_object;
struct symbols;

enum	outcome { OUT_SKIPPED, OUT_PASS, OUT_FAIL, OUT_WARN };

/* What became of a program when the whole object was loaded. */
enum	object_fate { FATE_OFF, FATE_NOT_REACHED, FATE_FAILED, FATE_LOADED };

/* Whether the kernel lets a program of this type call a helper. */
enum	helper_state {
	HELPER_NOT_ASKED,	/* only asked for programs that do not load */
	HELPER_UNCLEAR,
	HELPER_KNOWN,
	HELPER_UNKNOWN
};

/* Evidence of one program's own load. */
struct	load_log {
	char		*tail;	/* log and messages, at most LOAD_LOG_MAX */
	char		*head;	/* whole lines of the log, or NULL */
	char		*last;	/* the same from its end */
	char		*messages; /* libbpf's, or NULL */
	char		*explanation; /* a JSON object (explain.h), or NULL */
	char		 id[32]; /* of the streamed log, or "" */
	uint64_t	 bytes;	/* of the whole log */
	bool		 cut;	/* the log did not fit into memory */
	struct verlog_stats stats;
	struct poison	 poison[VERLOG_POISON_MAX];
	size_t		 npoison;
};

/* One thing that was done to attach a program. */
struct	attach_note {
	const char	*what;	/* static */
	char		*on;	/* owned */
	int		 error;	/* 0 or negative errno */
};

struct	prog {
	char		*name;	/* owned */
	char		*section; /* owned */
	uint32_t	 type;	/* BPF_PROG_TYPE_* after auto-typing */
	uint32_t	 attach_type; /* expected attach type */
	uint32_t	 flags;	/* BPF_F_* of the program */
	size_t		 insn_count;
	bool		 autoload; /* part of the whole-object load */
	bool		 auto_typed;
	bool		 variant_off; /* a variant that was not chosen */
	enum outcome	 load;
	int		 load_errno; /* 0 or negative */
	enum object_fate fate;
	int		 fate_errno; /* 0 or negative */
	uint32_t	 jited_len;
	uint32_t	 xlated_len;
	struct insns_use use;	/* of its final instructions */
	uint8_t		 helper_known[INSNS_HELPERS_MAX]; /* helper_state */
	struct load_log	 log;
	enum outcome	 attach;
	int		 attach_errno; /* 0 or negative */
	char		*attach_error; /* owned, or NULL */
	const char	*attach_kind; /* static */
	char		*attach_target; /* owned, or NULL */
	char		 module[64]; /* that its target may be in, and that
				      * this guest does not have, or "" */
	struct attach_note	*tried;	/* in order */
	size_t		 ntried;
	int		 replaces; /* freplace: descriptor of the program it
				    * changes, in run.fds; 0 if not known */
};

struct	map {
	char		*name;	/* owned */
	uint32_t	 type;
	uint32_t	 key_size;
	uint32_t	 value_size;
	uint32_t	 max_entries;
	uint32_t	 flags;
	bool		 internal; /* .rodata, .bss, ... */
	bool		 autocreate;
	bool		 auto_sized;
	bool		 no_inner; /* of maps, and of nothing says which */
	bool		 tried;
	bool		 created;
	int		 error;	/* 0 or negative errno */
	char		*message; /* owned, or NULL */
	char		*ops_type; /* owned; its struct, for struct_ops */
	struct {		/* what an experiment got; 0: nothing */
		uint64_t entries;
		uint64_t value_size;
		uint64_t key_size;
		bool	 no_flags;
	}		 allowed;
	enum outcome	 attach; /* struct_ops only */
	int		 attach_errno;
};

/* What became of the word on the command line of the same index. */
struct	fixup_result {
	const char	*status; /* "", applied, map_not_found, error */
	int		 error;	/* 0 or negative errno */
	uint32_t	 applied;
};

struct	group_result {
	const char	*chosen; /* into args, "" if none */
	bool		*disabled; /* owned, one a variant */
};

struct	phase {
	enum outcome	 status;
	int		 error;	/* 0 or negative */
	int		 attempted, passed, failed, untestable;
	bool		 crashed; /* the loading process was killed */
	int		 crash_signal;
	struct crumbs	 crash;	/* what it was at */
};

/* Milliseconds of each phase; where the time goes is part of the answer. */
struct	timing {
	int64_t		 facts, probes, open, isolated, experiments, load;
	int64_t		 attach, functional, total;
};

struct	run {
	struct args	*args;
	struct sink	*sink;
	struct capture	 capture;
	struct buf	 artifact;
	int		 artifact_errno; /* why it could not be read */
	struct buf	 plan;
	struct files	 files;	/* that came with it */
	int64_t		 deadline; /* monotonic ms; the caller waits so long */
	struct utsname	 uts;
	char		 timestamp[32];
	struct elfinfo	 elf;
	struct facts	 facts;
	struct externs	 externs;
	struct relocs	 relocs;
	struct experiments experiments;
	struct symbols	*symbols; /* of the kernel; read when asked for */
	struct bpf_object *obj;	/* the one that is loaded and attached */
	bool		 prepared; /* maps exist, relocations are done */
	bool		 no_modules; /* the guest has none of this kernel's,
				      * and no list of them */
	struct prog	*progs;
	size_t		 nprogs;
	struct map	*maps;
	size_t		 nmaps;
	struct fixup_result *fixups;
	const char	**overrides; /* status words */
	struct group_result *groups;
	int		*fds;	/* kept open until the end */
	size_t		 nfds;
	struct attach_env *attached; /* see attach.h; NULL if nothing is */
	struct phase	 load;
	struct phase	 attach;
	struct functional functional;
	struct timing	 ms;
	int64_t		 start;	/* monotonic milliseconds */
};

/* "skipped", "pass", "fail", "warn". */
const char	*outcome_word(enum outcome);
/* libbpf's or the system's text for a negative error; "" for 0. */
void		 error_text(int err, char *out, size_t size);

#endif /* !GUEST_RUN_H */
