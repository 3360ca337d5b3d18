/* Storage of cgroups, and the helper for it. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} map_cgrp_storage_m SEC(".maps");

SEC("tp_btf/task_newtask")
int
BPF_PROG(map_cgrp_storage, struct task_struct *task)
{
	bpf_cgrp_storage_get(&map_cgrp_storage_m, task->cgroups->dfl_cgrp,
	    NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	return 0;
}

LICENSE("GPL");
