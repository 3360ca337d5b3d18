/*
 * Writes cpio archives in the "newc" form, the one the kernel unpacks as
 * its first file system.  Parent folders are added by themselves.  Errors
 * stick in the buffer; ask buf_err() once after cpio_end().
 */
#ifndef VM_CPIO_H
#define VM_CPIO_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct cpio;

/* Appends to "out", which stays the caller's and must outlive it. */
enum err	 cpio_new(struct buf *out, struct cpio **);
void		 cpio_free(struct cpio *);

/* Names are relative, without "./" or "..": "etc/passwd". */
void		 cpio_dir(struct cpio *, const char *name, mode_t perm);
void		 cpio_file(struct cpio *, const char *name, mode_t perm,
		    const void *, size_t);
void		 cpio_link(struct cpio *, const char *name,
		    const char *target);
void		 cpio_chardev(struct cpio *, const char *name, mode_t perm,
		    unsigned major, unsigned minor);
/* The content of a file of this machine; the diag names it. */
enum err	 cpio_host_file(struct cpio *, const char *name, mode_t perm,
		    const char *path, struct diag *);
/* The trailer.  Several whole archives in a row are one for the kernel. */
void		 cpio_end(struct cpio *);

#endif /* !VM_CPIO_H */
