/* Writes the memory of a process: what a locked kernel forbids since 5.15. */
#include "bpf_test.h"

SEC("raw_tp/sys_enter")
int
scribble(struct bpf_raw_tracepoint_args *ctx)
{
	__u64	word = 0;

	if (ctx->args[1] != (__u64)-1)
		return 0;
	return (int)bpf_probe_write_user((void *)ctx->args[0], &word,
	    sizeof(word));
}

LICENSE("GPL");
