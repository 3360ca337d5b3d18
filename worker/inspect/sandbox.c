#include "worker/inspect/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/proc.h"

/* All that reading one descriptor and writing another needs. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(getrandom), SCMP_SYS(sigaltstack),
	/* qsort() asks how much memory it may take. */
	SCMP_SYS(sysinfo),
};

static const struct proc_limit limits[] = {
	{ RLIMIT_CPU, SANDBOX_CPU_S }, { RLIMIT_AS, SANDBOX_MEMORY },
	{ RLIMIT_CORE, 0 }, { RLIMIT_FSIZE, 0 }, { RLIMIT_NPROC, 0 },
	{ RLIMIT_NOFILE, 3 },
};

enum err
sandbox_enter(struct diag *d)
{
	scmp_filter_ctx	 ctx;
	int		 r = 0;
	enum err	 e;

	if ((e = proc_limit(limits, sizeof(limits) / sizeof(limits[0]), d)) !=
	    ERR_OK)
		return e;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return diag_errno(d, "cannot give up privileges");
	if ((ctx = seccomp_init(SCMP_ACT_KILL_PROCESS)) == NULL)
		return diag_set(d, ERR_NOMEM, NULL, "cannot make a filter");
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && r == 0;
	    i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (r == 0)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	if (r != 0)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "cannot filter "
		    "system calls: %s", strerror(-r));
	return ERR_OK;
}
