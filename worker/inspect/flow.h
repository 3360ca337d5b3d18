/*
 * Which instructions of a function can be reached, given what is known when
 * the program is loaded.  The verifier removes branches on load-time
 * constants before it looks at what lies behind them: answers of CO-RE
 * questions, addresses of weak externs, kernel options (.kconfig), and
 * constants of .rodata.  A call behind such a guard asks nothing of a kernel
 * that answers "no".
 *
 * One forward pass with constants and addresses in registers, none on the
 * stack: a guard that was spilled is not seen, and what lies behind it counts
 * as needed.
 */
#ifndef INSPECT_FLOW_H
#define INSPECT_FLOW_H

#include "worker/inspect/corein.h"

#define FLOW_GUARDS_MAX	128
/* Visits of an instruction in all; about a second of work. */
#define FLOW_STEPS_MAX	((uint64_t)60 * 1000 * 1000)

enum	guard_kind { GUARD_CORE, GUARD_WEAK, GUARD_KCONFIG };

struct	guard {
	enum guard_kind	 kind;
	uint32_t	 core;		/* a relocation that asks it */
	uint32_t	 sym;		/* the extern */
};

struct	flow {
	const struct progcode *c;
	const struct btfin *b;		/* may be empty */
	const struct corein *r;
	struct guard	 guard[FLOW_GUARDS_MAX];
	size_t		 nguard;
	uint64_t	 steps;
	bool		 cut;		/* a limit was met: fewer guards seen */
	void		*state;		/* of the largest function */
	uint32_t	*queue;
	uint8_t		*queued;
};

/* What is taken as known. */
struct	assume {
	int		 guard;		/* index; -1: none */
	int64_t		 value;
	bool		 rodata;	/* constants as they are in the file */
};

enum err	 flow_open(struct flow *, const struct progcode *,
		    const struct btfin *, const struct corein *);
void		 flow_free(struct flow *);
/* Does the function use the guard? */
bool		 flow_uses(const struct flow *, const struct func *,
		    size_t guard);
/*
 * Sets reach[i] for every instruction "i" of the section that the function
 * can reach (and clears the others of the function).  When the work is over
 * its limit everything counts as reached.
 */
void		 flow_run(struct flow *, const struct func *,
		    const struct assume *, uint8_t *reach);
/* Has the function a cycle? */
bool		 flow_loops(struct flow *, const struct func *);

#endif /* !INSPECT_FLOW_H */
