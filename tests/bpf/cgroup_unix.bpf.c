/* Addresses of Unix sockets at the hooks of a cgroup (6.7). */
#include "bpf_test.h"

#define PROG(section, name)						\
	SEC(section)							\
	int								\
	on_##name(void *ctx)							\
	{								\
		return 1;						\
	}

PROG("cgroup/connect_unix", connect_unix)
PROG("cgroup/sendmsg_unix", sendmsg_unix)
PROG("cgroup/recvmsg_unix", recvmsg_unix)
PROG("cgroup/getpeername_unix", getpeername_unix)
PROG("cgroup/getsockname_unix", getsockname_unix)

LICENSE("GPL");
