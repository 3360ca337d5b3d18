/* An arena: memory shared by a program and user space (6.9). */
#include "bpf_test.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16); /* pages */
} arena SEC(".maps");

extern void	*bpf_arena_alloc_pages(void *map, void *addr, __u32 count,
		    int node, __u64 flags) __ksym;

SEC("syscall")
int
take_page(void *ctx)
{
	return bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0) == NULL;
}

LICENSE("GPL");
