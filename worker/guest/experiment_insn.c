/*
 * Whether this kernel has the newer kinds of instructions that a refused
 * program uses: each is loaded in a few lines that are right where it is
 * known.
 */
#include "experiment.h"

#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tryload.h"

#define STACK	(-8)
#define PUSH0	INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, STACK, 0)
#define ATOMIC	(BPF_STX | BPF_ATOMIC | BPF_DW)

/* Longest of the programs below. */
#define LEN	5

static const struct {
	const char	*name;
	size_t		 n;	/* 0: cannot be asked in this way */
	struct bpf_insn	 insns[LEN];
} kinds[INSN_KIND__MAX] = {
	[INSN_ATOMIC_FETCH] = { "atomic_fetch", 5, { INSN_MOV0(0), PUSH0,
	    INSN(ATOMIC, 10, 0, STACK, BPF_ADD | BPF_FETCH), INSN_MOV0(0),
	    INSN_EXIT } },
	[INSN_KFUNC_CALL] = { "kfunc_call", 0, { { 0 } } },
	[INSN_MOVSX] = { "movsx", 3, { INSN_MOV0(0),
	    INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 0, 8, 0), INSN_EXIT } },
	[INSN_LDSX] = { "ldsx", 4, { PUSH0,
	    INSN(BPF_LDX | 0x80 | BPF_B, 0, 10, STACK, 0), INSN_MOV0(0),
	    INSN_EXIT } },
	[INSN_BSWAP] = { "bswap", 3, { INSN_MOV0(0),
	    INSN(BPF_ALU64 | BPF_END, 0, 0, 0, 16), INSN_EXIT } },
	[INSN_SDIV] = { "sdiv", 3, { INSN_MOV0(0),
	    INSN(BPF_ALU64 | BPF_DIV | BPF_K, 0, 0, 1, 1), INSN_EXIT } },
	/* Back to the exit; one that ignores the distance falls off the end. */
	[INSN_GOTOL] = { "gotol", 4, { INSN_MOV0(0),
	    INSN(BPF_JMP | BPF_JA, 0, 0, 1, 0), INSN_EXIT,
	    INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, -2) } },
	[INSN_MAY_GOTO] = { "may_goto", 3, { INSN_MOV0(0),
	    INSN(BPF_JMP | 0xe0, 0, 0, 0, 0), INSN_EXIT } },
	[INSN_ADDR_SPACE_CAST] = { "addr_space_cast", 0, { { 0 } } },
	[INSN_LOAD_ACQUIRE] = { "load_acquire", 4, { PUSH0,
	    INSN(ATOMIC, 0, 10, STACK, 0x100), INSN_MOV0(0), INSN_EXIT } },
};

bool
exp_has_insns(const struct exp_case *c)
{
	size_t	 i;

	for (i = 0; c->use != NULL && i < INSN_KIND__MAX; i++)
		if (c->use->kinds[i] && kinds[i].n > 0)
			return true;
	return false;
}

void
exp_insns(struct exp_case *c)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	struct prog_load	 l = { .type = BPF_PROG_TYPE_SOCKET_FILTER,
				    .license = "GPL", .opts = &opts };
	struct tryload		 t;
	char			 words[256];
	bool			 ok;
	size_t			 i;

	for (i = 0; i < INSN_KIND__MAX; i++) {
		if (!c->use->kinds[i] || kinds[i].n == 0)
			continue;
		ok = tryload_insns(&l, kinds[i].insns, kinds[i].n, &t);
		tryload_last_words(&t, words, sizeof(words));
		exp_say(c, kinds[i].name, ok ? EXP_YES : EXP_NO, t.error,
		    "%s", ok ? "" : words);
	}
}
