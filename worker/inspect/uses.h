/*
 * What each program asks of a kernel: helpers and kfuncs with the guards
 * they stand behind, kinds of instructions, sub-programs.
 */
#ifndef INSPECT_USES_H
#define INSPECT_USES_H

#include "worker/inspect/flow.h"

#define USES_MAX	((size_t)512 << 10)
#define USES_DISTINCT_MAX 4096	/* different calls of one program */
#define USE_GUARDS	3	/* named per use; more are only counted */
#define USE_BY_RODATA	(-2)	/* a constant of .rodata */

/* One line each; the bit, the word in the facts. */
#define INSN_FEATURES(X)						\
	X(ALU32, "alu32") X(JLT, "jlt") X(JMP32, "jmp32")		\
	X(ATOMICS, "atomics") X(LDSX, "ldsx") X(MOVSX, "movsx")	\
	X(BSWAP, "bswap") X(SDIV, "sdiv") X(GOTOL, "gotol")		\
	X(MAY_GOTO, "may_goto") X(ADDR_CAST, "addr_space_cast")	\
	X(LOAD_ACQ, "load_acquire") X(GOTOX, "gotox")		\
	X(CALLX, "callx") X(SUBPROG, "bpf_to_bpf_call")		\
	X(CALLBACK, "callback") X(LOOP, "loop")			\
	X(GLOBAL_DATA, "global_data")			\
	X(KFUNC, "kfunc_call") X(BIG, "more_than_4096_insns")		\
	X(TAIL_SUB, "tail_call_with_subprogs")

enum	insn_feature {
#define X(id, word)	FEAT_##id,
	INSN_FEATURES(X)
#undef X
	FEAT__MAX
};

enum	use_kind { USE_HELPER, USE_KFUNC };

struct	use {				/* of one program */
	enum use_kind	 kind;
	int32_t		 id;		/* helper, or symbol of a kfunc */
	uint32_t	 calls;
	uint32_t	 guarded;	/* of these behind a guard */
	int		 guard[USE_GUARDS];	/* index or USE_BY_RODATA */
	size_t		 nguard;
};

struct	progfacts {
	uint32_t	 func;		/* of struct progcode */
	uint32_t	 insns;		/* with its sub-programs */
	uint32_t	 features;	/* bits of enum insn_feature */
	int		 isa;		/* 1 to 4 */
	struct use	*use;
	size_t		 nuse;
	uint32_t	*fn;		/* its functions, itself among them */
	size_t		 nfn;
	uint8_t		*seen;		/* bit per call: behind a guard */
};

struct	uses {
	struct progfacts *prog;
	size_t		 nprog;
	bool		 cut;
};

const char	*uses_feature(enum insn_feature);
enum err	 uses_open(struct uses *, struct flow *);
void		 uses_free(struct uses *);

#endif /* !INSPECT_USES_H */
