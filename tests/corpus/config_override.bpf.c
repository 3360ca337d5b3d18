/* Overrides a return value: only with CONFIG_BPF_KPROBE_OVERRIDE. */
#include "corpus.h"

struct pt_regs;

SEC("kprobe/do_nanosleep")
int
config_override(struct pt_regs *ctx)
{
	bpf_override_return(ctx, -22); /* HERE */
	return 0;
}

LICENSE("GPL");
