/* A ring buffer map (5.8). */
#include "bpf_test.h"

struct event {
	__u32	pid;
	char	comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct event	*e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (e == NULL)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

LICENSE("GPL");
