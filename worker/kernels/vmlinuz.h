/*
 * What a kernel image says about itself, read without running it.  The
 * bytes come from a package and are not trusted.
 */
#ifndef KERNELS_VMLINUZ_H
#define KERNELS_VMLINUZ_H

#include <stddef.h>

#include "base/err.h"

struct	vmlinuz_info {
	char	 release[128];	/* uname -r */
	char	 builder[128];	/* "user@host" */
	char	 version[256];	/* uname -v: "#1 SMP … Debian …" */
};

/* Enough of the file for every header this reads. */
#define VMLINUZ_HEAD	(72 * 1024)

/*
 * From the first bytes of an x86 bzImage (the boot protocol's setup
 * header).  ERR_UNSUPPORTED for an arm64 Image, whose header has no
 * version; ERR_CORRUPT for anything else.
 */
enum err	 vmlinuz_parse(const void *head, size_t len,
		    struct vmlinuz_info *, struct diag *);
enum err	 vmlinuz_read(const char *path, struct vmlinuz_info *,
		    struct diag *);

#endif /* !KERNELS_VMLINUZ_H */
