/*
 * Once attached it kills whatever enters a system call, but for init: the
 * loader, the shell, the server that carries the result out.
 */
#include "bpf_test.h"

SEC("raw_tracepoint/sys_enter")
int
kill_all(void *ctx)
{
	bpf_send_signal(9);
	return 0;
}

LICENSE("GPL");
