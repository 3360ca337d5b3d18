/*
 * A sample with a known edge: it counts the digits of a process id with
 * bpf_loop(), a helper that came with Linux 5.17.  Kernels from 5.17 on take
 * it; 5.10 and 5.15 refuse it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} digits SEC(".maps");

struct digit_count {
	__u32	rest;
	__u32	digits;
};

static int
next_digit(__u32 turn, void *data)
{
	struct digit_count	*s = data;

	s->digits++;
	s->rest /= 10;
	return s->rest == 0;
}

SEC("tracepoint/sched/sched_process_exec")
int
count_digits(void *ctx)
{
	struct digit_count	 s = { .rest = bpf_get_current_pid_tgid() >> 32 };
	__u32			 key;
	__u64			*n;

	bpf_loop(10, next_digit, &s, 0);
	key = s.digits & 15;
	n = bpf_map_lookup_elem(&digits, &key);
	if (n)
		__sync_fetch_and_add(n, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
