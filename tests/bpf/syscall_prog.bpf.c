/* A program user space calls by itself (5.14). */
#include "bpf_test.h"

SEC("syscall")
int
call_me(void *ctx)
{
	return 0;
}

LICENSE("GPL");
