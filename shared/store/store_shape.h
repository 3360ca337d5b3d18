/*
 * The forms of an artifact's records (sql/0013-runtime.sql), and the records
 * that have one: what selection reads, in order of cost.
 */
#ifndef STORE_SHAPE_H
#define STORE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store_history.h"

/* Texts are valid during the call that they are given to. */
struct	shape {
	int64_t		 id;
	const char	*status;
	int64_t		 required_passed, required_failed;
	const char	*supported, *failed, *codes;	/* JSON arrays */
	int64_t		 records, last_seq;
};

typedef enum err (*shape_fn)(const struct shape *, void *arg);
/* Those of one artifact, newest first; an error of "fn" ends it. */
enum err	 store_shapes(struct db *, const char *chain,
		    const char *name, shape_fn fn, void *arg);
/* How many records of a version it has, and the newest (0: none). */
enum err	 store_shape_of_version(struct db *, int64_t shape,
		    const char *version, int64_t *records, int64_t *last);

struct	shape_page {
	const char	*chain;
	int64_t		 shape;
	const char	*version;	/* NULL: any */
	int64_t		 before;	/* only those with a smaller seq */
	int64_t		 limit;
};

/* Newest first; history_rows_free(). */
enum err	 store_shape_records(struct db *, const struct shape_page *,
		    struct history_row **, size_t *n);
/* Is there a record of this object, in this form, behind "seq"? */
enum err	 store_shape_object_after(struct db *, int64_t shape,
		    const char *sha256, int64_t seq, bool *yes);
/* Was this version taken back, behind "seq"? */
enum err	 store_version_yanked_after(struct db *, const char *chain,
		    const char *name, const char *version, int64_t seq,
		    bool *yes);

#endif /* !STORE_SHAPE_H */
