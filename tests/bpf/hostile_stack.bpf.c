/*
 * Once attached it ends the kernel: 38 programs hang on the entry of a helper
 * that each of them calls.  A program that runs is not entered again, the
 * other 37 are, and so on downwards: the kernel's stack does not hold it.
 */
#include "bpf_test.h"

/* Never taken: a program that may jump away has no stack of its own (6.13). */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} nowhere SEC(".maps");

/* Each level of calls has a frame of its own on the kernel's stack. */
static __noinline int
down4(int n)
{
	char	name[64] = "";

	bpf_get_current_comm(name, 16);
	return name[n & 15];
}

static __noinline int
down3(int n)
{
	volatile char	room[64] = "";

	return down4(n) + room[n & 63];
}

static __noinline int
down2(int n)
{
	volatile char	room[64] = "";

	return down3(n) + room[n & 63];
}

static __noinline int
down1(int n)
{
	volatile char	room[64] = "";

	return down2(n) + room[n & 63];
}

#define ON_HELPER(n)							\
SEC("fentry/bpf_get_current_comm")					\
int									\
helper_##n(void *ctx)							\
{									\
	volatile char	room[64] = "";					\
									\
	down1(room[n]);							\
	bpf_tail_call(ctx, &nowhere, 0);				\
	return 0;							\
}
#define TEN(n)								\
	ON_HELPER(n##0) ON_HELPER(n##1) ON_HELPER(n##2)			\
	ON_HELPER(n##3) ON_HELPER(n##4) ON_HELPER(n##5)			\
	ON_HELPER(n##6) ON_HELPER(n##7) ON_HELPER(n##8)

TEN(1)
TEN(2)
TEN(3)
TEN(4)
ON_HELPER(19)
ON_HELPER(29)

/* The first call comes from here; attached last. */
SEC("raw_tracepoint/sys_enter")
int
start(void *ctx)
{
	char	name[16];

	bpf_get_current_comm(name, sizeof(name));
	return 0;
}

LICENSE("GPL");
