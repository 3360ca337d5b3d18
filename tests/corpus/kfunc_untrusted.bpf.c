/* Hands a kernel function a pointer it read from a structure. */
#include "corpus.h"

struct task_struct___kfunc_untrusted {
	struct task_struct	*last_wakee;
} CORE;
extern struct task_struct	*bpf_task_acquire(struct task_struct *) __ksym;
extern void			 bpf_task_release(struct task_struct *) __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(kfunc_untrusted, struct task_struct *task)
{
	struct task_struct___kfunc_untrusted *me = (void *)task;
	struct task_struct	*t = me->last_wakee;

	if (task->pid == 77 || t == NULL)
		return 0;
	t = bpf_task_acquire(t); /* HERE */
	if (t != NULL)
		bpf_task_release(t);
	return 0;
}

LICENSE("GPL");
