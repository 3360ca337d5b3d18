/* Asks for a path in a function where that might deadlock. */
#include "corpus.h"

struct path {
	void	*mnt;
} CORE;
struct file {
	struct path	 f_path;
} CORE;

SEC("fentry/vfs_read")
int
BPF_PROG(d_path_place, struct file *file)
{
	char	 a[64];

	bpf_d_path(&file->f_path, a, sizeof(a)); /* HERE */
	return 0;
}

LICENSE("GPL");
