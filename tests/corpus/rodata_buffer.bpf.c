/* Lets a helper write into a constant. */
#include "corpus.h"

const volatile char	rodata_buffer_c[16] = { 1 };

SEC("raw_tp/sched_switch")
int
rodata_buffer(void *ctx)
{
	bpf_get_current_comm((void *)rodata_buffer_c, 16); /* HERE */
	return 0;
}

LICENSE("GPL");
