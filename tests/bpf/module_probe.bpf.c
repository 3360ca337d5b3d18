/* Functions of modules that a guest has and loads when they are asked for. */
#include "bpf_test.h"

SEC("kprobe/nf_conntrack_in")
int
on_packet(void *ctx)
{
	return 0;
}

/* "br" is short for bridge. */
SEC("kprobe/br_handle_frame_finish")
int
on_frame(void *ctx)
{
	return 0;
}

LICENSE("GPL");
