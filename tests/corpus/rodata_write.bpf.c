/* Writes a constant. */
#include "corpus.h"

const volatile int	rodata_write_c = 7;

SEC("raw_tp/sched_switch")
int
rodata_write(void *ctx)
{
	*(volatile int *)&rodata_write_c = 8; /* HERE */
	return 0;
}

LICENSE("GPL");
