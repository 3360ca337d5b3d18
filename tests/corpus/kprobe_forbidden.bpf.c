/* A kprobe on a function where none may be. */
#include "corpus.h"

SEC("kprobe/notify_die")
int
kprobe_forbidden(void *ctx)
{
	return 0;
}

LICENSE("GPL");
