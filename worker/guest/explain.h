/*
 * Why the verifier refused a program, read out of its complete log: the
 * instruction it gave up at, where that is in the source, what the
 * registers held, and the branches that led there.  Facts only; what they
 * mean is for the host to say.
 *
 * The log is a guest kernel's and may be any bytes, hundreds of megabytes
 * of them; it is read backwards, once, and no further than needed.  Texts
 * ("struct slice") point into the log or into the source map, which have to
 * outlive the explanation.
 */
#ifndef GUEST_EXPLAIN_H
#define GUEST_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_insn;
struct bpf_object;
struct bpf_program;
struct jsonw;

struct	slice {
	const char	*p;	/* NULL: not known */
	size_t		 len;
};

/* One record of the program's line info, and one of its function info. */
struct	explain_line {
	uint32_t	 insn;
	uint32_t	 line;	/* 0: made up by the compiler */
	uint32_t	 column;
	const char	*file;
	const char	*text;
};

struct	explain_func {
	uint32_t	 insn;
	const char	*name;
};

/*
 * What is known of the program as it was given to the kernel: subprograms
 * are appended, so indices are those of the log.  Any part may be missing.
 */
struct	explain_source {
	struct explain_line *lines; /* by instruction, ascending */
	size_t		 nlines;
	struct explain_func *funcs; /* the same */
	size_t		 nfuncs;
	const struct bpf_insn *insns; /* of the program, not owned */
	size_t		 ninsns;
};

/* A place in the source. */
struct	explain_where {
	struct slice	 file;
	struct slice	 text;
	int64_t		 line;	/* -1 where the log does not say */
	int64_t		 column; /* -1 the same */
	bool		 from_log; /* else from line info */
	bool		 known;
};

struct	explain_value {
	int		 number; /* register, or offset from the frame */
	struct slice	 value;
};

enum	explain_step_kind {
	STEP_BRANCH,	/* a conditional jump */
	STEP_ACQUIRE	/* where the resource was taken that is leaked */
};

struct	explain_step {
	enum explain_step_kind kind;
	int64_t		 insn;
	int64_t		 to;
	struct slice	 text;
	bool		 taken;
	struct explain_where where;
};

#define EXPLAIN_STEPS_MAX	16
#define EXPLAIN_REGS		11
#define EXPLAIN_SLOTS_MAX	64
#define EXPLAIN_EVENTS_MAX	24
#define EXPLAIN_VERDICT_MAX	1024
#define EXPLAIN_PROSE_MAX	2048

/* An entry of the report's causal path: "update", "branch", "acquired". */
struct	explain_event {
	int64_t		 insn;	/* -1 not said */
	struct slice	 label;
	char		 text[384];
};

/* The diagnostic report of 7.3 and later. */
struct	explain_report {
	bool		 present;
	struct slice	 category;
	struct slice	 problem;
	char		 reason[EXPLAIN_PROSE_MAX];
	char		 suggestion[EXPLAIN_PROSE_MAX];
	int64_t		 insn;	/* -1 not said */
	struct slice	 function;
	struct explain_where where;
	struct explain_event events[EXPLAIN_EVENTS_MAX]; /* the last ones */
	size_t		 nevents;
};

struct	explanation {
	int64_t		 insn;	/* -1: of no single instruction */
	struct slice	 insn_text;
	char		 insn_words[48]; /* where the log has no text */
	struct slice	 function;
	char		 verdict[EXPLAIN_VERDICT_MAX];
	struct explain_where where;
	struct explain_value regs[EXPLAIN_REGS]; /* ascending */
	size_t		 nregs;
	struct explain_value slots[EXPLAIN_SLOTS_MAX]; /* from fp-8 down */
	size_t		 nslots;
	struct explain_step steps[EXPLAIN_STEPS_MAX]; /* oldest first */
	size_t		 nsteps;
	struct explain_report report;
};

/* False when the log does not say that anything was refused. */
bool	 explain_parse(struct explanation *, const char *log, size_t len,
	    const struct explain_source *);
/* The object "explanation" of the validator document. */
void	 explain_write(struct jsonw *, const struct explanation *);
/* Both, as text of one JSON object; NULL when there is nothing to say. */
char	*explain_json(const char *log, size_t len,
	    const struct explain_source *);

/*
 * explain_source.c: from a prepared program (bpf_object__prepare()); an
 * empty source if libbpf has nothing.  Strings belong to the object.
 */
void	 explain_source_init(struct explain_source *,
	    const struct bpf_object *, const struct bpf_program *);
void	 explain_source_clear(struct explain_source *);

#endif /* !GUEST_EXPLAIN_H */
