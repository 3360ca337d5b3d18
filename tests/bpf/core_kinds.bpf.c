/*
 * A CO-RE relocation of every kind, all of which every kernel can answer;
 * one function is not inlined, its relocations move with it.
 */
#include "bpf_test.h"

struct task_struct___bits {
	unsigned int	sched_reset_on_fork : 1;
} CORE;

struct task_struct___none {
	int		no_such_field;
} CORE;

enum bpf_map_type___kinds {
	BPF_MAP_TYPE_RINGBUF___kinds = 3,
	BPF_MAP_TYPE_NO_SUCH___kinds = 4,
};

static __attribute__((noinline)) int
bits(void *task)
{
	struct task_struct___bits	*t = task;

	return (int)BPF_CORE_READ_BITFIELD_PROBED(t, sched_reset_on_fork);
}

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	struct task_struct		*t = (void *)bpf_get_current_task();
	struct task_struct___none	*n = (void *)t;
	long				 sum = 0;

	sum += bpf_core_enum_value(enum bpf_map_type___kinds,
	    BPF_MAP_TYPE_RINGBUF___kinds);
	sum += bpf_core_enum_value_exists(enum bpf_map_type___kinds,
	    BPF_MAP_TYPE_NO_SUCH___kinds);
	sum += bpf_core_type_exists(struct task_struct);
	sum += bpf_core_type_size(struct task_struct);
	sum += bpf_core_type_id_kernel(struct task_struct);
	sum += bpf_core_type_id_local(struct task_struct);
	sum += bpf_core_field_size(t->pid);
	sum += bpf_core_field_exists(n->no_such_field);
	sum += BPF_CORE_READ(t, cgroups, dfl_cgrp, level);
	return sum + bits(t) > 0;
}

LICENSE("GPL");
