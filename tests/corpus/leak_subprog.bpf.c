/* A function reserves a record that its caller forgets. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} leak_subprog_m SEC(".maps");

NOINLINE __u64 *
leak_subprog_get(void)
{
	return bpf_ringbuf_reserve(&leak_subprog_m, 8, 0);
}

SEC("raw_tp/sched_switch")
int
leak_subprog(void *ctx)
{
	__u64	*e = leak_subprog_get();

	if (e != NULL)
		*(volatile __u64 *)e = 1;
	return 0; /* HERE */
}

LICENSE("GPL");
