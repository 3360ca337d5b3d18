/* An arena that user space is not to map. */
#include "corpus.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(max_entries, 4);
} arena_flags_m SEC(".maps");

SEC("syscall")
NAKED int
arena_flags(void)
{
	asm volatile("r1 = %[m] ll" :: [m] "i" (&arena_flags_m) : "r1");
	ASM("r0 = 0");
	ASM("exit");
}

LICENSE("GPL");
