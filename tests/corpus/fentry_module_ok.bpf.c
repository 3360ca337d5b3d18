/* Traces a function in a module that the guests have. */
#include "corpus.h"

SEC("fentry/nf_conntrack_in")
int
fentry_module_ok(void *ctx)
{
	return 0;
}

LICENSE("GPL");
