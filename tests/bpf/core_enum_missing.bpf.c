/* Needs the value of an enumerator no kernel has. */
#include "bpf_test.h"

enum bpf_cmd___none {
	NO_SUCH_COMMAND___none = 1,
};

SEC("tracepoint/sched/sched_process_exec")
int
on_exec(void *ctx)
{
	return bpf_core_enum_value(enum bpf_cmd___none,
	    NO_SUCH_COMMAND___none) == 1;
}

LICENSE("GPL");
