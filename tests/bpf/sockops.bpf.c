/* A program on TCP socket operations of a cgroup. */
#include "bpf_test.h"

SEC("sockops")
int
on_op(struct bpf_sock_ops *ctx)
{
	return 1;
}

LICENSE("GPL");
