/* Needs the value of an enumerator no kernel has. */
#include "corpus.h"

enum bpf_cmd___core_enum {
	NO_SUCH_COMMAND___core_enum = 1,
};

SEC("raw_tp/sched_switch")
int
core_enum(void *ctx)
{
	return bpf_core_enum_value(enum bpf_cmd___core_enum,
	    NO_SUCH_COMMAND___core_enum) == 1;
}

LICENSE("GPL");
