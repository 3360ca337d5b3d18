/* A ring buffer that user space writes, and the helper that reads it. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} map_user_ringbuf_m SEC(".maps");

static long
map_user_ringbuf_cb(struct bpf_dynptr *d, void *ctx)
{
	return 0;
}

SEC("raw_tp/sched_switch")
int
map_user_ringbuf(void *ctx)
{
	bpf_user_ringbuf_drain(&map_user_ringbuf_m, map_user_ringbuf_cb, NULL,
	    0);
	return 0;
}

LICENSE("GPL");
