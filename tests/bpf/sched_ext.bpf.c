/*
 * A scheduler that leaves every decision to the defaults.  sched_ext came
 * with 6.12, but what decides is CONFIG_SCHED_CLASS_EXT.
 */
#include "bpf_test.h"

struct sched_ext_ops {
	void	(*exit_task)(struct task_struct *, void *);
	void	(*running)(struct task_struct *);
	__u32	 timeout_ms;
	char	 name[128];
};

SEC("struct_ops/running")
void
BPF_PROG(s_running, struct task_struct *task)
{
}

SEC(".struct_ops.link")
struct sched_ext_ops	test_sched = {
	.running	= (void *)s_running,
	.name		= "bpfc_test",
};

LICENSE("GPL");
