/* Reads kernel memory through a helper: what a confidential kernel forbids. */
#include "bpf_test.h"

SEC("raw_tp/sys_enter")
int
look(struct bpf_raw_tracepoint_args *ctx)
{
	__u64	word = 0;

	return (int)bpf_probe_read_kernel(&word, sizeof(word),
	    (const void *)ctx->args[0]);
}

LICENSE("GPL");
