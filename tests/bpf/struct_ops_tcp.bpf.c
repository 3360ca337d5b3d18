/* A TCP congestion control (5.6): a struct_ops every kernel here has. */
#include "bpf_test.h"

struct sock;

struct tcp_congestion_ops {
	__u32	(*ssthresh)(struct sock *);
	void	(*cong_avoid)(struct sock *, __u32, __u32);
	__u32	(*undo_cwnd)(struct sock *);
	char	 name[16];
};

SEC("struct_ops/ssthresh")
__u32
BPF_PROG(t_ssthresh, struct sock *sk)
{
	return 2;
}

SEC("struct_ops/cong_avoid")
void
BPF_PROG(t_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC("struct_ops/undo_cwnd")
__u32
BPF_PROG(t_undo_cwnd, struct sock *sk)
{
	return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops	test_cc = {
	.ssthresh	= (void *)t_ssthresh,
	.cong_avoid	= (void *)t_cong_avoid,
	.undo_cwnd	= (void *)t_undo_cwnd,
	.name		= "bpfc_test",
};

LICENSE("GPL");
