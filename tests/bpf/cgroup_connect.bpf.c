/* A cgroup program on connect(). */
#include "bpf_test.h"

SEC("cgroup/connect4")
int
allow(struct bpf_sock_addr *ctx)
{
	return ctx->user_port == 0 ? 0 : 1;
}

LICENSE("GPL");
