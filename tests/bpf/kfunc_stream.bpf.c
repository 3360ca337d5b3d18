/*
 * bpf_stream_vprintk() is in 6.17 with five arguments, in 6.18 and 6.19 only
 * under another name, and in 7.0 again with four.  This one has four.
 */
#include "bpf_test.h"

extern int	bpf_stream_vprintk(int, const char *, const void *, __u32)
		    __ksym;

SEC("tp_btf/task_newtask")
int
BPF_PROG(on_new, struct task_struct *task)
{
	__u64	args[1] = { 1 };

	bpf_stream_vprintk(1, "%d", args, sizeof(args));
	return 0;
}

LICENSE("GPL");
