/* The fourth argument of sched_switch, which 5.18 added. */
#include "bpf_test.h"

SEC("tp_btf/sched_switch")
int
BPF_PROG(on_switch, bool preempt, struct task_struct *prev,
    struct task_struct *next, unsigned int prev_state)
{
	return prev_state == 12345;
}

LICENSE("GPL");
