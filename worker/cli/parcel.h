/*
 * What goes into the store for one job: sealed objects without a name yet,
 * and the rows that will name them.
 */
#ifndef CLI_PARCEL_H
#define CLI_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/object.h"
#include "store/store_input.h"

struct	parcel {
	const char	*workdir;
	int64_t		 max;		/* bytes of one object */
	struct object	*o[JOB_INPUTS_MAX + 1];
	size_t		 n;
	struct job_input_new in[JOB_INPUTS_MAX];
	size_t		 nin;
};

/* The file at "path" as one more object; *o stays the parcel's. */
enum err	 parcel_file(struct parcel *, const char *path,
		    const struct object **o, struct diag *);
/* An object of the parcel is an input as well. */
enum err	 parcel_is_input(struct parcel *, const char *kind,
		    const struct object *, const char *basename,
		    struct diag *);
/* Further inputs.  "basename" has to live as long as the parcel. */
enum err	 parcel_add_file(struct parcel *, const char *kind,
		    const char *path, const char *basename, struct diag *);
enum err	 parcel_add_bytes(struct parcel *, const char *kind,
		    const void *, size_t, const char *basename,
		    struct diag *);
void		 parcel_clear(struct parcel *);

#endif /* !CLI_PARCEL_H */
