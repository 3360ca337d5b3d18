/* User-space probes by one link to several functions (6.6). */
#include "bpf_test.h"

#define VALIDATOR	"/bin/bpfcompat-validator:"

SEC("uprobe.multi/" VALIDATOR "bpfcompat_land*")
int
on_entry(void *ctx)
{
	return 0;
}

SEC("uretprobe.multi/" VALIDATOR "bpfcompat_land*")
int
on_return(void *ctx)
{
	return 0;
}

LICENSE("GPL");
