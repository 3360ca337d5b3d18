#include "insns.h"

#include <string.h>

#include <linux/bpf.h>

#define OP_CALL		(BPF_JMP | BPF_CALL)
#define OP_LDIMM64	(BPF_LD | BPF_IMM | BPF_DW)

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
}

void
insns_scan(const struct bpf_insn *in, size_t n, struct insns_use *u)
{
	size_t	 i;

	memset(u, 0, sizeof(*u));
	for (i = 0; i < n; i++) {
		if (in[i].code == OP_CALL) {
			scan_call(&in[i], u);
		} else if (in[i].code == OP_LDIMM64) {
			u->callbacks |= in[i].src_reg == BPF_PSEUDO_FUNC;
			i++;
		}
	}
}
