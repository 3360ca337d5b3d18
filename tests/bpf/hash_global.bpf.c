/* A hash map, global data in all three sections, a global subprogram. */
#include "bpf_test.h"

const volatile int	factor = 3;	/* .rodata */
int			base = 7;	/* .data */
__u64			calls;		/* .bss */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} by_pid SEC(".maps");

__attribute__((noinline)) int
weigh(int n)
{
	return n * factor + base;
}

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	__u32	pid = bpf_get_current_pid_tgid() >> 32;
	__u64	one = weigh(1);

	__sync_fetch_and_add(&calls, 1);
	bpf_map_update_elem(&by_pid, &pid, &one, BPF_ANY);
	return 0;
}

LICENSE("GPL");
