/* Allocates an object and forgets it. */
#include "corpus.h"

struct object_leak_o {
	__u64	 a, b;
};
extern void	*bpf_obj_new_impl(__u64, void *) __ksym __weak;

SEC("tc")
int
object_leak(struct __sk_buff *ctx)
{
	struct object_leak_o	*o;

	o = bpf_obj_new_impl(bpf_core_type_id_local(struct object_leak_o),
	    NULL);
	if (o != NULL)
		*(volatile __u64 *)&o->a = ctx->mark;
	return 0; /* HERE */
}

LICENSE("GPL");
