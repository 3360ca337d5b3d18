/* A callback writes behind what its caller lent it. */
#include "corpus.h"

static long
cb_frame_cb(__u32 i, __u64 *lent)
{
	((volatile __u64 *)lent)[1] = i; /* HERE */
	return 0;
}

SEC("tc")
int
cb_frame(struct __sk_buff *ctx)
{
	__u64	 one = 1;

	bpf_loop(4, cb_frame_cb, &one, 0);
	return one == 77;
}

LICENSE("GPL");
