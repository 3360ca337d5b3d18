/* A tracepoint no kernel has, by BTF: known when the object is loaded. */
#include "bpf_test.h"

SEC("tp_btf/no_such_tracepoint")
int
BPF_PROG(on_nothing)
{
	return 0;
}

LICENSE("GPL");
