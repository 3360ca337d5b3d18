/*
 * Artifacts and a job's further inputs by digest:
 * WORKDIR/objects/sha256/ab/<digest>.  An object is written into a file
 * without a name and gets its name in one step when it is whole, so a crash
 * or an error leaves nothing behind.
 *
 * Whoever adds an object and then a row that refers to it holds the object
 * lock over both; so may whoever removes an object no row refers to.
 */
#ifndef STORE_OBJECT_H
#define STORE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define OBJECT_HEAD	16	/* first bytes kept for a look at the format */

struct object;

/* Full path of the object with this digest (64 hex digits). */
enum err	 object_path(const char *workdir, const char *sha256,
		    char *out, size_t size);
/* "objects/sha256/ab/<digest>", as rows hold it. */
enum err	 object_rel_path(const char *sha256, char *out, size_t size);

/*
 * Begins an object of at most "max" bytes.  object_add() gives ERR_TOOBIG
 * above, ERR_NOSPACE when the disk is full.
 */
enum err	 object_new(const char *workdir, int64_t max,
		    struct object **, struct diag *);
enum err	 object_add(struct object *, const void *, size_t,
		    struct diag *);
/* Syncs to disk and fixes the digest; nothing can be added after it. */
enum err	 object_seal(struct object *, struct diag *);
const char	*object_sha256(const struct object *);	/* once sealed */
int64_t		 object_size(const struct object *);
/* Whether the content begins with these bytes (n <= OBJECT_HEAD). */
bool		 object_begins(const struct object *, const void *, size_t n);
/* Appends the content to "b"; ERR_TOOBIG when it does not fit. */
enum err	 object_read(const struct object *, struct buf *b,
		    struct diag *);
/*
 * Gives the sealed object its name.  *created is false when the name was
 * there before; what it names is read then, and replaced if it is anything
 * but this content.
 */
enum err	 object_publish(struct object *, bool *created,
		    struct diag *);
/* Takes the name away again; only for the one who created it. */
void		 object_unpublish(struct object *);
void		 object_free(struct object *);
/* Of an object no row refers to, under the object lock. */
void		 object_remove(const char *workdir, const char *sha256);

/*
 * Several sealed objects of one job, all or none.  "created" has "n" places;
 * objects_unpublish() takes back the names this call gave.
 */
enum err	 objects_publish(struct object *const *, size_t n,
		    bool *created, struct diag *);
void		 objects_unpublish(struct object *const *, size_t n,
		    const bool *created);

/* fsio_unlock() ends it; waits up to "wait_ms". */
enum err	 object_lock(const char *workdir, int wait_ms, int *lock_fd,
		    struct diag *);

#endif /* !STORE_OBJECT_H */
