/*
 * What is tried to tell competing causes of one failure apart.  One table of
 * kinds (experiment.c) says what is asked, when it is worth asking, and how;
 * the answers are facts, what they mean is not decided here.
 *
 * Only what failed is looked into.  What could crash or take long runs in a
 * child with a deadline; number and time of all are bounded.
 */
#ifndef GUEST_EXPERIMENT_H
#define GUEST_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insns.h"
#include "loadhook.h"
#include "target.h"

struct bench;
struct jsonw;
struct map;
struct prog;
struct run;

enum	exp_answer { EXP_UNCLEAR, EXP_YES, EXP_NO };
enum	exp_about { EXP_PROGRAM, EXP_MAP, EXP_EXTERN };

/* One answer. */
struct	experiment {
	enum exp_about	 about;
	char		*name;	/* owned; of the program, map or extern */
	const char	*kind;	/* static */
	const char	*question; /* static; "{s}" stands for the subject */
	char		*subject; /* owned */
	enum exp_answer	 answer;
	int		 error;	/* 0 or negative errno */
	char		*detail; /* owned */
};

struct	experiments {
	struct experiment *v;	/* owned */
	size_t		 n;
	bool		 cut;	/* some were left out: too many, or no time */
	int64_t		 deadline; /* monotonic ms; 0: not started */
};

/* All answers of one run together, and one child's share of them. */
#define EXPERIMENTS_MAX	512
#define EXP_NOTES_MAX	128
#define EXP_TOTAL_MS	30000
#define EXP_CHILD_MS	10000

/* Answers on their way out of a child: shared memory, no pointers. */
struct	exp_note {
	uint16_t	 kind;	/* row of the table */
	uint8_t		 answer;
	int32_t		 error;
	char		 subject[128];
	char		 detail[384];
};

struct	exp_notes {
	size_t		 n;
	size_t		 kind;	/* the row that runs */
	bool		 running;
	bool		 refused; /* a program that only returns, too */
	bool		 reached; /* the kernel was asked about the program */
	uint8_t		 helpers[INSNS_HELPERS_MAX]; /* exp_answer */
	uint64_t	 allowed_value; /* maps: 0 or the largest that worked */
	uint64_t	 allowed_key;
	uint64_t	 allowed_entries;
	bool		 allowed_no_flags;
	struct exp_note	 v[EXP_NOTES_MAX];
};

/* When a kind is asked about. */
enum	exp_stage {
	EXP_AT_LOAD = 1,	/* in a child, the kernel's turn to load it */
	EXP_AT_CREATE = 2,	/* the same for a map */
	EXP_NO_LOAD = 4,	/* of a program that does not load */
	EXP_NO_MAP = 8,
	EXP_NO_EXTERN = 16,
	EXP_NO_ATTACH = 32
};

/* What is looked into. */
struct	exp_case {
	struct run	*run;
	struct bench	*bench;
	struct exp_notes *notes;
	enum exp_stage	 stage;
	const struct prog *prog; /* or NULL */
	const struct insns_use *use; /* of that program */
	struct target	 target; /* where its section says it goes */
	const struct map *map;	/* or NULL */
	const char	*ext;	/* name of an extern, or NULL */
	const char	*ext_kind;
	const struct prog_load *load; /* EXP_AT_LOAD */
	struct prog_load ask;	/* the same, as far as the kernel takes it */
	struct bpf_prog_load_opts ask_opts;
	const struct map_create *create; /* EXP_AT_CREATE */
	bool		 refused; /* EXP_NO_LOAD: its place was refused */
	bool		 control; /* a program that only returns loads as "ask" */
};

struct	exp_kind {
	const char	*kind;
	const char	*question;
	unsigned	 stages;
	bool		 (*applies)(const struct exp_case *);
	void		 (*run)(struct exp_case *);
};

/* Adds an answer of the kind that runs.  "detail" as printf. */
void	 exp_say(struct exp_case *, const char *subject, enum exp_answer,
	    int error, const char *detail, ...)
	    __attribute__((format(printf, 5, 6)));
/* The same under another kind's name, for one that answers two questions. */
void	 exp_say_as(struct exp_case *, const char *kind, const char *subject,
	    enum exp_answer, int error, const char *detail);
/* Runs every row that fits the case and its stage. */
void	 exp_rows(struct exp_case *);

/* experiment_load.c: of a program at the kernel's door. */
bool	 exp_is_program(const struct exp_case *);
void	 exp_control(struct exp_case *);
bool	 exp_has_helpers(const struct exp_case *);
void	 exp_helpers(struct exp_case *);
bool	 exp_has_callbacks(const struct exp_case *);
void	 exp_callbacks(struct exp_case *);
bool	 exp_not_gpl(const struct exp_case *);
void	 exp_gpl(struct exp_case *);
bool	 exp_control_flags(const struct exp_case *);
void	 exp_no_prog_flags(struct exp_case *);

/* experiment_insn.c */
bool	 exp_has_insns(const struct exp_case *);
void	 exp_insns(struct exp_case *);

/* experiment_map.c */
bool	 exp_is_map(const struct exp_case *);
void	 exp_map_small(struct exp_case *);
bool	 exp_map_has_flags(const struct exp_case *);
void	 exp_map_no_flags(struct exp_case *);
bool	 exp_map_has_entries(const struct exp_case *);
void	 exp_map_entries(struct exp_case *);
bool	 exp_map_has_value(const struct exp_case *);
void	 exp_map_value(struct exp_case *);
bool	 exp_map_has_key(const struct exp_case *);
void	 exp_map_key(struct exp_case *);
void	 exp_map_type(struct exp_case *);

/* experiment_kernel.c: what the kernel has, by looking it up. */
void	 exp_prog_type(struct exp_case *);
bool	 exp_wants_function(const struct exp_case *);
void	 exp_kallsyms(struct exp_case *);
void	 exp_traceable(struct exp_case *);
void	 exp_blacklist(struct exp_case *);
bool	 exp_wants_btf(const struct exp_case *);
void	 exp_kernel_btf(struct exp_case *);
bool	 exp_wants_tracepoint(const struct exp_case *);
void	 exp_tracepoint(struct exp_case *);
bool	 exp_wants_options(const struct exp_case *);
void	 exp_options(struct exp_case *);
bool	 exp_wants_uprobe(const struct exp_case *);
void	 exp_uprobe(struct exp_case *);

/* experiment_policy.c: how the kernel is set up to be used. */
bool	 exp_is_lsm(const struct exp_case *);
void	 exp_lsm_active(struct exp_case *);
bool	 exp_is_locked(const struct exp_case *);
void	 exp_lockdown(struct exp_case *);
void	 exp_lockdown_said(struct exp_case *);
bool	 exp_wants_tracefs(const struct exp_case *);
void	 exp_tracefs(struct exp_case *);
bool	 exp_jit_off(const struct exp_case *);
void	 exp_jit_on(struct exp_case *);
/* The JIT as it was, should a child have died with it turned on. */
void	 exp_jit_restore(const struct run *);

/* experiment_memory.c */
bool	 exp_wants_memory(const struct exp_case *);
void	 exp_memory(struct exp_case *);

/* experiment_attach.c: whether the kernel knows a way to attach. */
bool	 exp_wants_module(const struct exp_case *);
void	 exp_module(struct exp_case *);
bool	 exp_wants_way(const struct exp_case *);
void	 exp_way(struct exp_case *);

/* experiment.c; the runs are in steps.h. */
void	 experiments_free(struct experiments *);
void	 experiments_write(struct jsonw *, const struct experiments *);
const char *exp_answer_word(enum exp_answer);

#endif /* !GUEST_EXPERIMENT_H */
