/* A ring buffer with keys. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
	__uint(key_size, 4);
	__uint(value_size, 8);
} map_ringbuf_key_m SEC(".maps");

SEC("tc")
int
map_ringbuf_key(struct __sk_buff *ctx)
{
	__u64	 a = 1;

	bpf_ringbuf_output(&map_ringbuf_key_m, &a, sizeof(a), 0);
	return 0;
}

LICENSE("GPL");
