#include "insns.h"

#include <string.h>

#include <linux/bpf.h>

#define OP_CALL		(BPF_JMP | BPF_CALL)
#define OP_LDIMM64	(BPF_LD | BPF_IMM | BPF_DW)

/* <linux/bpf.h> of some distributions is older than these. */
#define MODE_MEMSX	0x80
#define OP_MAY_GOTO	(BPF_JMP | 0xe0)
#define IMM_LOAD_ACQ	0x100
#define IMM_STORE_REL	0x110

static void
scan_alu(const struct bpf_insn *in, bool *kinds)
{
	uint8_t	 op = BPF_OP(in->code);

	if (op == BPF_MOV && BPF_SRC(in->code) == BPF_X && in->off != 0) {
		if (in->off == 8 || in->off == 16 || in->off == 32)
			kinds[INSN_MOVSX] = true;
		else
			kinds[INSN_ADDR_SPACE_CAST] = true;
	} else if (op == BPF_END && BPF_CLASS(in->code) == BPF_ALU64) {
		kinds[INSN_BSWAP] = true;
	} else if ((op == BPF_DIV || op == BPF_MOD) && in->off != 0) {
		kinds[INSN_SDIV] = true;
	}
}

static void
scan_kind(const struct bpf_insn *in, bool *kinds)
{
	switch (BPF_CLASS(in->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		scan_alu(in, kinds);
		break;
	case BPF_LDX:
		kinds[INSN_LDSX] |= BPF_MODE(in->code) == MODE_MEMSX;
		break;
	case BPF_STX:
		if (BPF_MODE(in->code) != BPF_ATOMIC)
			break;
		if (in->imm == IMM_LOAD_ACQ || in->imm == IMM_STORE_REL)
			kinds[INSN_LOAD_ACQUIRE] = true;
		else
			kinds[INSN_ATOMIC_FETCH] |= in->imm != BPF_ADD;
		break;
	case BPF_JMP:
		kinds[INSN_MAY_GOTO] |= in->code == OP_MAY_GOTO;
		kinds[INSN_KFUNC_CALL] |= in->code == OP_CALL &&
		    in->src_reg == BPF_PSEUDO_KFUNC_CALL;
		break;
	case BPF_JMP32:
		kinds[INSN_GOTOL] |= in->code == (BPF_JMP32 | BPF_JA);
		break;
	default:
		break;
	}
}

static void
add_helper(struct insns_use *u, uint32_t id)
{
	size_t	 i;

	for (i = 0; i < u->nhelpers; i++)
		if (u->helpers[i] == id)
			return;
	if (u->nhelpers < INSNS_HELPERS_MAX)
		u->helpers[u->nhelpers++] = id;
}

static void
scan_call(const struct bpf_insn *in, struct insns_use *u)
{
	if (in->src_reg == BPF_PSEUDO_KFUNC_CALL)
		u->kfunc_calls++;
	if (in->src_reg != 0)
		return;
	if (in->imm == POISON_CALL_CORE ||
	    (in->imm >= POISON_CALL_MAPS && in->imm < POISON_CALL_END))
		u->poisoned++;
	else
		add_helper(u, (uint32_t)in->imm);
	if (u->missed_map == 0 && in->imm >= POISON_CALL_MAPS &&
	    in->imm < POISON_CALL_KFUNCS)
		u->missed_map = (uint32_t)in->imm - POISON_CALL_MAPS + 1;
}

void
insns_scan(const struct bpf_insn *in, size_t n, struct insns_use *u)
{
	size_t	 i;

	memset(u, 0, sizeof(*u));
	for (i = 0; i < n; i++) {
		scan_kind(&in[i], u->kinds);
		if (in[i].code == OP_CALL) {
			scan_call(&in[i], u);
		} else if (in[i].code == OP_LDIMM64) {
			u->callbacks |= in[i].src_reg == BPF_PSEUDO_FUNC;
			i++;
		}
	}
}
