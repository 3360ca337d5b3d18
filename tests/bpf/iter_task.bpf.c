/* An iterator over tasks (5.8). */
#include "bpf_test.h"

struct seq_file;

struct bpf_iter_meta {
	struct seq_file		*seq;
} CORE;

struct bpf_iter__task {
	struct bpf_iter_meta	*meta;
	struct task_struct	*task;
} CORE;

SEC("iter/task")
int
dump(struct bpf_iter__task *ctx)
{
	struct task_struct	*t = ctx->task;

	if (t != NULL)
		BPF_SEQ_PRINTF(ctx->meta->seq, "%d %d\n", t->tgid, t->pid);
	return 0;
}

LICENSE("GPL");
