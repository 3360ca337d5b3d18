/*
 * Files, safely: whole reads with a cap, atomic writes, locks, and names
 * that cannot leave their folder.
 */
#ifndef BASE_FSIO_H
#define BASE_FSIO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* A run or target folder, a lock, a key: only the service reads it. */
#define FSIO_DIR_MODE	0700
#define FSIO_FILE_MODE	0600

/*
 * "a/b/c" into a caller's array; ERR_TOOBIG if it does not fit.
 * The parts end with NULL: path_join(out, sizeof(out), dir, name, NULL).
 */
enum err	 path_join(char *out, size_t size, ...)
		    __attribute__((sentinel));
/* Letters, digits, "._-", not starting with a dot, 1 to 128 bytes. */
bool		 path_name_ok(const char *name);

/* Appends the file to "b"; ERR_TOOBIG when it is over the buffer's max. */
enum err	 fsio_read(const char *path, struct buf *b, struct diag *);
/*
 * Writes a new file beside the target, syncs and renames it over the
 * target: readers see the old or the new content, also after a crash.
 */
enum err	 fsio_write_atomic(const char *path, const void *, size_t,
		    mode_t, struct diag *);
/* All of "len" to a descriptor, through short writes and EINTR. */
enum err	 fsio_write_all(int fd, const void *, size_t);
enum err	 fsio_copy(const char *from, const char *to, mode_t,
		    struct diag *);
/* mkdir -p with FSIO_DIR_MODE. */
enum err	 fsio_mkdirs(const char *path, struct diag *);
/* rm -r; a path that is not there is fine; follows no symbolic link. */
enum err	 fsio_rmtree(const char *path, struct diag *);
bool		 fsio_exists(const char *path);

/*
 * An advisory lock on "path" (created when missing), held until
 * fsio_unlock() or the end of the process.  With "wait_ms" 0 it does not
 * wait: ERR_BUSY.  Otherwise it waits up to so long.
 */
enum err	 fsio_lock(const char *path, int wait_ms, int *lock_fd,
		    struct diag *);
void		 fsio_unlock(int lock_fd);

#endif /* !BASE_FSIO_H */
