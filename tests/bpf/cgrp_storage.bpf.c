/* Cgroup local storage (6.2). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} per_cgroup SEC(".maps");

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	__u64	*v;

	v = bpf_cgrp_storage_get(&per_cgroup, task->cgroups->dfl_cgrp, NULL,
	    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (v != NULL)
		*v += 1;
	return 0;
}

LICENSE("GPL");
