/* From downloaded packages to a folder as the contract has it. */
#ifndef KERNELS_UNPACK_H
#define KERNELS_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct	unpack_job {
	const char		*work;	/* an empty folder */
	const char *const	*deb;	/* paths of the packages */
	int			 n;
	const char		*release;
	void			(*step)(void *arg, int done, int total);
	void			*arg;
};

/*
 * Unpacks the packages below "work" and leaves in WORK/out: vmlinuz,
 * perhaps config, and lib/modules/<release> with decompressed modules and
 * modules.dep when the packages have modules.
 */
enum err	 unpack(const struct unpack_job *, bool *has_modules,
		    struct diag *);

/*
 * Writes KERNEL_FILES of "dir": one "<sha256>  <path>" line a file, sorted.
 * Symbolic links are removed.  Gives the digest of that file and the bytes
 * of all files.
 */
enum err	 unpack_list(const char *dir, char sha[SHA256_HEX_SIZE],
		    int64_t *bytes, struct diag *);

/*
 * Hashes every file of "dir" against KERNEL_FILES, whose own digest must be
 * "sha".  ERR_CORRUPT names the first file that differs, is missing or is
 * too many.
 */
enum err	 unpack_verify(const char *dir, const char *sha,
		    struct diag *);

#endif /* !KERNELS_UNPACK_H */
