/* Not under the GPL, but calls a helper kept for GPL programs. */
#include "bpf_test.h"

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	int	buf = 0;

	bpf_probe_read_kernel(&buf, sizeof(buf), ctx);
	return buf == 1;
}

LICENSE("Proprietary");
