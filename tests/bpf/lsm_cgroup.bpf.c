/* A security hook for the tasks of a cgroup (6.0). */
#include "bpf_test.h"

SEC("lsm_cgroup/socket_bind")
int
on_bind(void *ctx)
{
	return 1;
}

LICENSE("GPL");
