/* Objects of a program's own type, by the kernel functions of 7.1. */
#include "bpf_test.h"

struct mine {
	int	a;
};

extern void	*bpf_obj_new(__u64 local_type_id) __ksym;
extern void	 bpf_obj_drop(void *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	struct mine	*m;

	m = bpf_obj_new(bpf_core_type_id_local(struct mine));
	if (m != NULL)
		bpf_obj_drop(m);
	return 0;
}

LICENSE("GPL");
