/*
 * For the manifest: what a loader settles at run time.  Two programs for one
 * event of which one uses a helper of 5.17, a map sized by the number of
 * CPUs, a map whose inner map is not described, a program that does not say
 * where it attaches, and one that counts so that a command can see it work.
 */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} rings SEC(".maps");

static int
turn(__u32 i, void *sum)
{
	*(__u32 *)sum += i;
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int
scan_loop(void *ctx)
{
	__u32	sum = 0;

	bpf_loop(100, turn, &sum, 0);
	return sum == 1;
}

SEC("tracepoint/sched/sched_process_exec")
int
scan_plain(void *ctx)
{
	__u32	zero = 0;
	__u64	*n = bpf_map_lookup_elem(&scratch, &zero);

	if (n != NULL)
		__sync_fetch_and_add(n, 1);
	return 0;
}

/* Where it attaches is the loader's to say. */
SEC("kprobe")
int
on_unlink(void *ctx)
{
	__u32	zero = 0;
	void	*ring = bpf_map_lookup_elem(&rings, &zero);

	return ring == NULL;
}

LICENSE("GPL");
