/* A verdict without a parser (5.13), and reuseport at migration (5.14). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_skb/verdict")
int
verdict(struct __sk_buff *skb)
{
	return SK_PASS;
}

SEC("sk_reuseport/migrate")
int
migrate(struct sk_reuseport_md *ctx)
{
	__u32	 key = 0;

	return bpf_sk_select_reuseport(ctx, &sockets, &key, 0) == 0 ?
	    SK_PASS : SK_DROP;
}

LICENSE("GPL");
