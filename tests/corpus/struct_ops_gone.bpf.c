/* Implements operations no kernel has. */
#include "corpus.h"

struct no_such_ops {
	int	 (*init)(void);
};

SEC("struct_ops/init")
int
struct_ops_gone(void *ctx)
{
	return 0;
}

SEC(".struct_ops")
struct no_such_ops	 gone = { .init = (void *)struct_ops_gone };

LICENSE("GPL");
