/*
 * The first file system of a guest, made of three cpio archives in a row:
 *
 *   base     our init, busybox, the SSH server and its libraries, the
 *            validator: one for all kernels
 *   modules  the modules of one kernel
 *   own      the keys of one VM; never on disk
 *
 * The first two lie in the cache, keyed by all that goes into them, built
 * once and pruned by last use.
 */
#ifndef VM_INITRAMFS_H
#define VM_INITRAMFS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"
#include "worker/vm/sshkey.h"

struct	initramfs_src {
	const char	*cache_dir;
	const char	*kernel_dir;
	const char	*release;	/* uname -r of that kernel */
	bool		 has_modules;
	bool		 key_only;	/* builds nothing */
	const char	*init;		/* our programs for the guest */
	const char	*validator;
};

struct	initramfs {
	char	*base;		/* paths below cache_dir */
	char	*modules;	/* NULL: none */
	char	 key[SHA256_HEX_SIZE];	/* over both */
	bool	 has_network;	/* a driver is there */
};

/* Finds or builds both cached parts; the caller clears "out". */
enum err	 initramfs_prepare(const struct initramfs_src *,
		    struct initramfs *out, struct diag *);
void		 initramfs_clear(struct initramfs *);

/* Descriptor of an anonymous file with all three parts. */
enum err	 initramfs_compose(const struct initramfs *,
		    const struct sshkeys *, int *fd, struct diag *);

#endif /* !VM_INITRAMFS_H */
