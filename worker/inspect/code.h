/*
 * The instructions of an object: its executable sections, the functions in
 * them (programs and sub-programs as libbpf tells them apart), and which
 * instruction carries which relocation.
 */
#ifndef INSPECT_CODE_H
#define INSPECT_CODE_H

#include "worker/inspect/btfin.h"
#include "worker/inspect/elfobj.h"

#define CODE_INSNS_MAX	((size_t)4 << 20)	/* the kernel takes 1 M */
#define CODE_FUNCS_MAX	((size_t)64 << 10)
#define CODE_NONE	UINT32_MAX

/* Instruction classes, operations, modes; include/uapi/linux/bpf.h. */
enum	{
	CLS_LD, CLS_LDX, CLS_ST, CLS_STX, CLS_ALU, CLS_JMP, CLS_JMP32,
	CLS_ALU64
};
enum	{
	OP_ADD = 0x00, OP_SUB = 0x10, OP_OR = 0x40, OP_AND = 0x50,
	OP_LSH = 0x60, OP_RSH = 0x70, OP_XOR = 0xa0, OP_MOV = 0xb0,
	OP_DIV = 0x30, OP_MOD = 0x90, OP_END = 0xd0
};
enum	{
	OP_JA = 0x00, OP_JEQ = 0x10, OP_JGT = 0x20, OP_JGE = 0x30,
	OP_JSET = 0x40, OP_JNE = 0x50, OP_JSGT = 0x60, OP_JSGE = 0x70,
	OP_CALL = 0x80, OP_EXIT = 0x90, OP_JLT = 0xa0, OP_JLE = 0xb0,
	OP_JSLT = 0xc0, OP_JSLE = 0xd0, OP_JCOND = 0xe0
};
#define SRC_X		0x08
#define MODE_OF(c)	((c) & 0xe0)
#define SIZE_OF(c)	((c) & 0x18)
enum	{ MODE_MEM = 0x60, MODE_MEMSX = 0x80, MODE_ATOMIC = 0xc0 };
#define CODE_LD_IMM64	0x18
#define PSEUDO_CALL	1	/* src of a call: a function of ours */
#define PSEUDO_KFUNC	2
#define PSEUDO_FUNC	4	/* src of ld_imm64: address of a function */

struct	insn {
	uint8_t	 code, dst, src;
	int16_t	 off;
	int32_t	 imm;
};

struct	code {				/* an executable section */
	uint32_t	 sec;
	uint32_t	 n;		/* instructions */
	uint32_t	*sym;		/* symbol of the relocation + 1 */
	uint32_t	*core;		/* CO-RE relocation + 1 */
};

struct	func {
	const char	*name;
	uint32_t	 code;		/* which section of struct prog_code */
	uint32_t	 first, n;	/* its instructions there */
	bool		 program;	/* else a sub-program (.text) */
	bool		 global;
};

struct	progcode {
	const struct elfobj *o;
	struct code	*code;
	size_t		 ncode;
	struct func	*func;
	size_t		 nfunc;
	bool		 cut;		/* something was over a limit */
};

enum err	 progcode_open(struct progcode *, const struct elfobj *);
void		 progcode_free(struct progcode *);

struct insn	 progcode_insn(const struct progcode *, const struct code *,
		    uint32_t i);
/* The executable section with this ELF index, or NULL. */
struct code	*progcode_section(const struct progcode *, uint32_t sec);
/* The function that holds an instruction, or CODE_NONE. */
uint32_t	 progcode_func_at(const struct progcode *, uint32_t code,
		    uint32_t insn);
/*
 * The function called, or whose address is taken, by instruction "i";
 * CODE_NONE when it is none of ours.  *sym is the symbol when it is one
 * from outside (kfunc), else NULL.
 */
uint32_t	 progcode_callee(const struct progcode *,
		    const struct code *, uint32_t i,
		    const struct elfsym **sym);

#endif /* !INSPECT_CODE_H */
