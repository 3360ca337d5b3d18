/* Not under the GPL, and calls nothing that would need it. */
#include "corpus.h"

SEC("socket")
int
gpl_not_needed_ok(struct __sk_buff *ctx)
{
	return bpf_get_prandom_u32() & 1;
}

LICENSE("Proprietary");
