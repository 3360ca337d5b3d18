/* A callback keeps the record it reserved. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} cb_leak_m SEC(".maps");

static long
cb_leak_cb(__u32 i, void *ctx)
{
	__u64	*e = bpf_ringbuf_reserve(&cb_leak_m, sizeof(*e), 0);

	if (e != NULL)
		*(volatile __u64 *)e = i;
	return 0; /* HERE */
}

SEC("tc")
int
cb_leak(struct __sk_buff *ctx)
{
	bpf_loop(4, cb_leak_cb, NULL, 0);
	return 0;
}

LICENSE("GPL");
