/*
 * Which accelerator works.  /dev/kvm may be there and still not run a
 * guest, so a guest is really run, first one of seven bytes, then the one
 * at hand up to its init.  The answer is kept per start of this machine.
 */
#ifndef VM_ACCEL_H
#define VM_ACCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define ACCEL_REASON_MAX	256

struct	accel {
	bool	 kvm;
	char	 reason[ACCEL_REASON_MAX];	/* why not KVM, or "" */
};

struct	accel_probe {
	const char	*qemu;		/* program */
	const char	*cache_dir;
	int64_t		 deadline;	/* of the whole attempt */
	/* Boots the guest at hand under KVM to its init; NULL: do not probe. */
	enum err	(*boot)(void *, int64_t deadline, struct diag *);
	void		*arg;
};

/*
 * "want" is auto, kvm or tcg; only auto probes.  Never fails: when in doubt
 * the answer is TCG and the reason.
 */
void		 accel_choose(const char *want, const struct accel_probe *,
		    struct accel *out);

/*
 * User and group for QEMU when this process is root: nobody, with the group
 * that may use /dev/kvm.  False: it must stay who it is, because only root
 * may open the device, or there is no such user.
 */
bool		 accel_user(bool kvm, uid_t *, gid_t *);

#endif /* !VM_ACCEL_H */
