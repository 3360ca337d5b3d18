/* A scheduler: sched_ext came with 6.12, and its configuration decides. */
#include "corpus.h"

struct sched_ext_ops {
	void	(*running)(struct task_struct *);
	__u32	 timeout_ms;
	char	 name[128];
};

SEC("struct_ops/running")
int
config_sched_ext(void *ctx)
{
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops	 sched = {
	.running	= (void *)config_sched_ext,
	.name		= "corpus",
};

LICENSE("GPL");
