/* bpf_snprintf(), a helper of 5.13. */
#include "corpus.h"

static const char	helper_since_513_f[] = "%d";

SEC("raw_tp/sched_switch")
int
helper_since_513(void *ctx)
{
	__u64	 arg = 7;
	char	 to[8];

	bpf_snprintf(to, sizeof(to), helper_since_513_f, &arg, /* HERE */
	    sizeof(arg));
	return 0;
}

LICENSE("GPL");
