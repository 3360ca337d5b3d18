/* Says nothing of a licence, but calls a helper kept for such programs. */
#include "corpus.h"

SEC("raw_tp/sched_switch")
int
no_licence(void *ctx)
{
	__u64	 to = 0;

	bpf_probe_read_kernel(&to, sizeof(to), ctx); /* HERE */
	return to == 1;
}
