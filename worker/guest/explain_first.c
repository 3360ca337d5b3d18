/*
 * Before it follows the program the kernel looks at every instruction once:
 * is it known, are the maps and functions there that it names?  What it
 * says then does not tell which one it was; the first of that kind is it.
 */
#include <string.h>

#include <linux/bpf.h>

#include "explain_impl.h"

#define REGS	11	/* R0 to R10 */

/* Is this instruction the one, given the number in the complaint? */
typedef bool	 (*insn_test)(const struct bpf_insn *, int64_t);

static bool
is_wide(const struct bpf_insn *i)
{
	return i->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool
is_call(const struct bpf_insn *i, int kind)
{
	return i->code == (BPF_JMP | BPF_CALL) && i->src_reg == kind;
}

static bool
has_opcode(const struct bpf_insn *i, int64_t code)
{
	return i->code == code;
}

static bool
bad_register(const struct bpf_insn *i, int64_t reg)
{
	(void)reg;
	return i->dst_reg >= REGS || i->src_reg >= REGS;
}

/* Loads that extend the sign are of 6.6. */
static bool
odd_load(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return BPF_CLASS(i->code) == BPF_LDX &&
	    (BPF_MODE(i->code) != BPF_MEM || i->imm != 0);
}

/* Atomic operations other than a plain addition are of 5.12. */
static bool
odd_store(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return BPF_CLASS(i->code) == BPF_STX &&
	    ((BPF_MODE(i->code) != BPF_MEM &&
	    BPF_MODE(i->code) != BPF_ATOMIC) || i->imm != 0);
}

/* Constants that stand for a function (5.13) or for a map by its index. */
static bool
odd_constant(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_wide(i) && i->src_reg >= BPF_PSEUDO_FUNC;
}

/* Any field set that the operation has no use for. */
static bool
unused_alu(const struct bpf_insn *i)
{
	if (BPF_SRC(i->code) == BPF_X)
		return i->imm != 0 || i->off < 0 || i->off > 1;
	return i->src_reg != 0 || i->off < 0 || i->off > 1;
}

static bool
is_alu(const struct bpf_insn *i, int op)
{
	return (BPF_CLASS(i->code) == BPF_ALU ||
	    BPF_CLASS(i->code) == BPF_ALU64) && BPF_OP(i->code) == op;
}

static bool
is_jump(const struct bpf_insn *i, int op)
{
	return (BPF_CLASS(i->code) == BPF_JMP ||
	    BPF_CLASS(i->code) == BPF_JMP32) && BPF_OP(i->code) == op;
}

static bool
odd_neg(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_alu(i, BPF_NEG) && (BPF_SRC(i->code) != BPF_K ||
	    i->src_reg != 0 || i->off != 0 || i->imm != 0);
}

static bool
odd_end(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_alu(i, BPF_END) && (i->src_reg != 0 || i->off != 0 ||
	    (i->imm != 16 && i->imm != 32 && i->imm != 64));
}

/* A move may extend the sign of 8, 16 or 32 bits, or cast (1). */
static bool
odd_mov(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	if (!is_alu(i, BPF_MOV))
		return false;
	if (BPF_SRC(i->code) == BPF_K)
		return i->src_reg != 0 || i->off != 0;
	return i->off != 0 && i->off != 1 && i->off != 8 && i->off != 16 &&
	    i->off != 32;
}

static bool
odd_alu(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return (BPF_CLASS(i->code) == BPF_ALU ||
	    BPF_CLASS(i->code) == BPF_ALU64) && !is_alu(i, BPF_NEG) &&
	    !is_alu(i, BPF_END) && !is_alu(i, BPF_MOV) && unused_alu(i);
}

static bool
odd_exit(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_jump(i, BPF_EXIT) && (i->src_reg != 0 || i->dst_reg != 0 ||
	    i->imm != 0 || i->off != 0);
}

static bool
odd_jump(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_jump(i, BPF_JA) && (i->src_reg != 0 || i->dst_reg != 0 ||
	    (BPF_CLASS(i->code) == BPF_JMP ? i->imm : i->off) != 0);
}

static bool
odd_branch(const struct bpf_insn *i, int64_t none)
{
	uint8_t	 op = BPF_OP(i->code);

	(void)none;
	if ((BPF_CLASS(i->code) != BPF_JMP &&
	    BPF_CLASS(i->code) != BPF_JMP32) || op == BPF_JA ||
	    op == BPF_CALL || op == BPF_EXIT)
		return false;
	return BPF_SRC(i->code) == BPF_X ? i->imm != 0 : i->src_reg != 0;
}

static bool
function_pointer(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_wide(i) && i->src_reg == BPF_PSEUDO_FUNC;
}

static bool
names_map(const struct bpf_insn *i)
{
	return is_wide(i) && (i->src_reg == BPF_PSEUDO_MAP_FD ||
	    i->src_reg == BPF_PSEUDO_MAP_VALUE);
}

static bool
map_of_fd(const struct bpf_insn *i, int64_t fd)
{
	return names_map(i) && i->imm == fd;
}

static bool
calls_helper(const struct bpf_insn *i, int64_t helper)
{
	return is_call(i, 0) && i->imm == helper;
}

static bool
any_kfunc(const struct bpf_insn *i, int64_t none)
{
	(void)none;
	return is_call(i, BPF_PSEUDO_KFUNC_CALL);
}

static bool
kfunc_of_id(const struct bpf_insn *i, int64_t id)
{
	return any_kfunc(i, 0) && i->imm == id;
}

static int64_t
first(const struct explain_source *src, insn_test test, int64_t n)
{
	size_t	 i;

	for (i = 0; i < src->ninsns; i++) {
		if (test(&src->insns[i], n))
			return (int64_t)i;
		i += is_wide(&src->insns[i]);
	}
	return -1;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number behind the words; two hexadecimal digits for an opcode. */
static int64_t
number_behind(const struct slice *s, const char *words, bool hex)
{
	struct slice	 rest = *s;

	slice_skip(&rest, strlen(words));
	if (!hex)
		return slice_num(&rest);
	if (rest.len < 2 || hex_digit(rest.p[0]) < 0 ||
	    hex_digit(rest.p[1]) < 0)
		return -1;
	return hex_digit(rest.p[0]) * 16 + hex_digit(rest.p[1]);
}

static const struct {
	const char	*words;
	insn_test	 test;
	bool		 hex;	/* the number behind the words is */
} complaints[] = {
	{ "unknown opcode ", has_opcode, true },
	{ "R", bad_register, false }, /* "R12 is invalid" */
	{ "BPF_LDX uses reserved fields", odd_load, false },
	{ "BPF_STX uses reserved fields", odd_store, false },
	{ "BPF_NEG uses reserved fields", odd_neg, false },
	{ "BPF_END uses reserved fields", odd_end, false },
	{ "BPF_MOV uses reserved fields", odd_mov, false },
	{ "BPF_ALU uses reserved fields", odd_alu, false },
	{ "BPF_EXIT uses reserved fields", odd_exit, false },
	{ "BPF_JA uses reserved fields", odd_jump, false },
	{ "BPF_JMP/JMP32 uses reserved fields", odd_branch, false },
	{ "unrecognized bpf_ld_imm64 insn", odd_constant, false },
	/* 5.10 counts functions by their calls and misses callbacks. */
	{ "number of funcs in func_info doesn't match", function_pointer,
	    false },
	{ "fd ", map_of_fd, false },
	{ "kernel function btf_id ", kfunc_of_id, false },
	{ "kernel btf_id ", kfunc_of_id, false },
	{ "calling kernel functions are not allowed", any_kfunc, false },
	{ "cannot call kernel function from non-GPL", any_kfunc, false },
	{ "JIT is required for calling kernel function", any_kfunc, false },
	{ "JIT does not support calling kernel function", any_kfunc, false },
};

/*
 * A map is looked at when the constant that stands for it is; if there is
 * one map only, that is where the kernel was.
 */
static int64_t
only_map(const struct explain_source *src)
{
	int64_t	 at = -1;
	size_t	 i;

	for (i = 0; i < src->ninsns; i++) {
		if (names_map(&src->insns[i])) {
			if (at == -1)
				at = (int64_t)i;
			else if (src->insns[i].imm != src->insns[at].imm)
				return -1;
		}
		i += is_wide(&src->insns[i]);
	}
	return at;
}

/* "tracing progs cannot use bpf_spin_lock yet" and its like. */
static int64_t
of_map(const struct explain_source *src, const struct slice *complaint)
{
	int64_t	 n = -1;

	if (slice_find(complaint, " cannot use bpf_spin_lock") > 0)
		n = first(src, calls_helper, BPF_FUNC_spin_lock);
	else if (slice_find(complaint, " cannot use bpf_timer") > 0)
		n = first(src, calls_helper, BPF_FUNC_timer_init);
	else if (!slice_starts(complaint, "Sleepable programs can only use") &&
	    slice_find(complaint, "map cannot be used in prog") < 0)
		return -1;
	return n != -1 ? n : only_map(src);
}

int64_t
explain_first(const struct slice *complaint, const struct explain_source *src)
{
	int64_t	 n;
	size_t	 i;

	for (i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		if (!slice_starts(complaint, complaints[i].words))
			continue;
		if (complaints[i].test == bad_register &&
		    slice_find(complaint, " is invalid") < 0)
			continue;
		n = number_behind(complaint, complaints[i].words,
		    complaints[i].hex);
		return first(src, complaints[i].test, n);
	}
	return of_map(src, complaint);
}
