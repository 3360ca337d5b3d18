/* A map and a licence, but no program: there is nothing to refuse. */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} lonely SEC(".maps");

LICENSE("GPL");
