/* Follows the number of bpf_get_current_task() as a pointer. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
scalar_task(void *ctx)
{
	return ((volatile char *)bpf_get_current_task())[8]; /* HERE */
}

LICENSE("GPL");
