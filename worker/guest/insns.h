/*
 * What the instructions of a program ask of a kernel.  Pure: works on
 * instructions as they are, relocated or not.
 */
#ifndef GUEST_INSNS_H
#define GUEST_INSNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_insn;

/* Different helpers of one program; no kernel has as many. */
#define INSNS_HELPERS_MAX	256

/* libbpf's numbers for a call it could not fill in (libbpf_internal.h). */
#define POISON_CALL_CORE	195896080
#define POISON_CALL_MAPS	2001000000
#define POISON_CALL_KFUNCS	2002000000
#define POISON_CALL_END		2003000000

/* Kinds of instructions that not all kernels have. */
enum	insn_kind {
	INSN_ATOMIC_FETCH,	/* 5.12: atomics that give the old value */
	INSN_KFUNC_CALL,	/* 5.13 */
	INSN_MOVSX,		/* 6.6 */
	INSN_LDSX,		/* 6.6 */
	INSN_BSWAP,		/* 6.6 */
	INSN_SDIV,		/* 6.6 */
	INSN_GOTOL,		/* 6.6: long jump */
	INSN_MAY_GOTO,		/* 6.9 */
	INSN_ADDR_SPACE_CAST,	/* 6.9 */
	INSN_LOAD_ACQUIRE,	/* 6.15, and store release */
	INSN_KIND__MAX
};

struct	insns_use {
	uint32_t	 helpers[INSNS_HELPERS_MAX]; /* by first use */
	size_t		 nhelpers;
	size_t		 kfunc_calls;
	size_t		 poisoned; /* calls with one of the numbers above */
	uint32_t	 missed_map; /* 1 + number in the object of the first map
					used that was not created; 0: none */
	bool		 kinds[INSN_KIND__MAX];
	bool		 callbacks; /* takes the address of a function */
};

void	 insns_scan(const struct bpf_insn *, size_t, struct insns_use *);

#endif /* !GUEST_INSNS_H */
