/* bpf_get_attach_cookie(), a helper of 5.15. */
#include "corpus.h"

SEC("kprobe/do_nanosleep")
int
helper_since_515(void *ctx)
{
	return bpf_get_attach_cookie(ctx) == 1; /* HERE */
}

LICENSE("GPL");
