/* A perf event program: the loader has to open the event. */
#include "bpf_test.h"

SEC("perf_event")
int
on_sample(void *ctx)
{
	return 0;
}

LICENSE("GPL");
