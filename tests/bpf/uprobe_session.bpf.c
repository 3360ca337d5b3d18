/* Entry and return of a user-space function by one program (6.13). */
#include "bpf_test.h"

SEC("uprobe.session//bin/bpfcompat-validator:bpfcompat_landmark")
int
on_both(void *ctx)
{
	return 0;
}

LICENSE("GPL");
