/* bpf_override_return(): only with CONFIG_BPF_KPROBE_OVERRIDE. */
#include "bpf_test.h"

struct pt_regs;

SEC("kprobe/do_nanosleep")
int
on_sleep(struct pt_regs *ctx)
{
	bpf_override_return(ctx, -22);
	return 0;
}

LICENSE("GPL");
