/* Lets a helper fill more than a map's value. */
#include "corpus.h"

MAP(read_too_much_m, BPF_MAP_TYPE_HASH, int, __u64, 4);

SEC("kprobe/vfs_read")
int
read_too_much(void *ctx)
{
	int	 key = 1;
	__u64	*v = bpf_map_lookup_elem(&read_too_much_m, &key);

	if (v == NULL)
		return 0;
	bpf_probe_read_kernel(v, 24, ctx); /* HERE */
	return 0;
}

LICENSE("GPL");
