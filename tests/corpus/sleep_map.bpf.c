/* A program that may sleep uses a map that is not for such. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 8);
	__uint(key_size, 4);
	__uint(value_size, 64);
} sleep_map_m SEC(".maps");

SEC("lsm.s/file_open")
int
sleep_map(void *ctx)
{
	bpf_get_stackid(ctx, &sleep_map_m, 0);
	return 0;
}

LICENSE("GPL");
