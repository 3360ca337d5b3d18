/* BPF timers (5.15). */
#include "bpf_test.h"

struct elem {
	struct bpf_timer	t;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct elem);
} timers SEC(".maps");

static int
fired(void *map, __u32 *key, struct elem *e)
{
	return 0;
}

SEC("fentry/bpf_fentry_test1")
int
BPF_PROG(start)
{
	__u32		 key = 0;
	struct elem	*e = bpf_map_lookup_elem(&timers, &key);

	if (e == NULL)
		return 0;
	bpf_timer_init(&e->t, &timers, 1 /* CLOCK_MONOTONIC */);
	bpf_timer_set_callback(&e->t, fired);
	bpf_timer_start(&e->t, 1000, 0);
	return 0;
}

LICENSE("GPL");
