#include "worker/execute/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * CAP_DAC_READ_SEARCH is for the ids of tracepoints, which only root may
 * read; CAP_SYS_ADMIN for kernels before 5.8, which know no CAP_BPF, and
 * CAP_SYS_RESOURCE for those before 5.11, which count locked memory.
 */
static const int	 kept[] = { CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN,
	CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN, CAP_SYS_RESOURCE };

static bool
is_kept(int cap)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i] == cap)
			return true;
	return false;
}

enum err
privilege_drop(struct diag *d)
{
	struct __user_cap_header_struct	 head = {
		.version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct	 caps[2];
	const struct rlimit		 all = { RLIM_INFINITY, RLIM_INFINITY };
	uint32_t			 mask[2] = { 0, 0 };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		mask[kept[i] / 32] |= 1U << (kept[i] % 32);
	if (syscall(SYS_capget, &head, caps) == -1)
		return diag_errno(d, "cannot read the capabilities");
	/* Refused without CAP_SETPCAP, and then there is nothing to bound. */
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (!is_kept(cap))
			prctl(PR_CAPBSET_DROP, cap);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int i = 0; i < 2; i++) {
		caps[i].permitted &= mask[i];
		caps[i].effective = caps[i].permitted;
		caps[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, caps) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0) == -1)
		return diag_errno(d, "cannot give up capabilities");
	/* For old kernels; where it is refused it may not be needed. */
	if (setrlimit(RLIMIT_MEMLOCK, &all) == -1 && errno != EPERM)
		return diag_errno(d, "cannot raise the limit of locked "
		    "memory");
	return ERR_OK;
}

enum err
privilege_peer(int fd, const char *user, struct diag *d)
{
	struct ucred	 peer;
	socklen_t	 len = sizeof(peer);
	struct passwd	*pw;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return errno == ENOTSOCK ? ERR_OK : diag_errno(d, "cannot ask "
		    "who asks");
	if (peer.uid == 0 || peer.uid == geteuid())
		return ERR_OK;
	if (user[0] != '\0' && (pw = getpwnam(user)) != NULL &&
	    pw->pw_uid == peer.uid)
		return ERR_OK;
	return diag_set(d, ERR_DENIED, NULL, "user %u may not ask for a load",
	    (unsigned int)peer.uid);
}
