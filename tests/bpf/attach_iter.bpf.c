/* Every iterator that 5.10 has, each read once. */
#include "bpf_test.h"

#define PROG(target, name)						\
	SEC("iter/" target)						\
	int								\
	on_##name(void *ctx)							\
	{								\
		return 0;						\
	}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, int);
} storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

PROG("task", task)
PROG("task_file", task_file)
PROG("bpf_map", bpf_map)
PROG("bpf_prog", bpf_prog)
PROG("bpf_map_elem", bpf_map_elem)
PROG("bpf_sk_storage_map", bpf_sk_storage_map)
PROG("sockmap", sockmap)
PROG("netlink", netlink)
PROG("tcp", tcp)
PROG("udp", udp)
PROG("ipv6_route", ipv6_route)

LICENSE("GPL");
