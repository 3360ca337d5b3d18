/* A program with two arenas. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
} arena_two_a SEC(".maps"), arena_two_b SEC(".maps");

SEC("syscall")
NAKED int
arena_two(void)
{
	asm volatile("r1 = %[m] ll" :: [m] "i" (&arena_two_a) : "r1");
	asm volatile("r1 = %[m] ll" :: [m] "i" (&arena_two_b) : "r1");
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
