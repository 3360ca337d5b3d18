/*
 * What 5.10 lets a program see of packets and sockets, but for traffic
 * control: each attached.
 */
#include "bpf_test.h"

#define PROG(section, name, result)					\
	SEC(section)							\
	int								\
	on_##name(void *ctx)							\
	{								\
		return result;						\
	}

PROG("xdp", xdp, XDP_PASS)
PROG("xdp/devmap", xdp_devmap, XDP_PASS)
PROG("xdp/cpumap", xdp_cpumap, XDP_PASS)

PROG("lwt_in", lwt_in, BPF_OK)
PROG("lwt_out", lwt_out, BPF_OK)
PROG("lwt_xmit", lwt_xmit, BPF_OK)
PROG("lwt_seg6local", lwt_seg6local, BPF_OK)

PROG("socket", filter, 0)
PROG("sk_reuseport", reuseport, SK_PASS)
PROG("sk_msg", msg, SK_PASS)
PROG("sk_skb/stream_parser", parser, 1)
PROG("sk_skb/stream_verdict", verdict, SK_PASS)
PROG("sk_skb", either, SK_PASS)
PROG("sk_lookup", lookup, SK_PASS)
PROG("flow_dissector", dissector, BPF_OK)

LICENSE("GPL");
