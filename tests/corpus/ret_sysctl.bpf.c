/* A hook that says yes or no answers 2. */
#include "corpus.h"

SEC("cgroup/sysctl")
int
ret_sysctl(struct bpf_sysctl *ctx)
{
	return 2; /* HERE */
}

LICENSE("GPL");
