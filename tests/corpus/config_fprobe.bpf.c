/* Several kprobes by one link (5.18), which need CONFIG_FPROBE. */
#include "corpus.h"

SEC("kprobe.multi/do_nanosleep*")
int
config_fprobe(void *ctx)
{
	return 0;
}

LICENSE("GPL");
