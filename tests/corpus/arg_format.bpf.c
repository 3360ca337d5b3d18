/* A format string that is not constant. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
arg_format(void *ctx)
{
	char	 format[4] = "%d", to[8];
	__u64	 arg = 7;

	bpf_snprintf(to, sizeof(to), format, &arg, sizeof(arg)); /* HERE */
	return 0;
}

LICENSE("GPL");
