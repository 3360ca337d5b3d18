/*
 * The two sides of a comparison, from where they are kept: a finished run, a
 * name and a version, or a report that somebody has in a file.
 *
 * A stored report has to be the one its run was recorded with, byte for
 * byte.  A report from a file is bound to the signed record of its run when
 * this work folder has that run and the bytes are the same; else nobody
 * vouches for it, and the comparison says so.
 */
#ifndef DOMAIN_COMPARE_LOAD_H
#define DOMAIN_COMPARE_LOAD_H

#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"
#include "domain/compare.h"
#include "store/db.h"

#define COMPARE_PATH_MAX	512

struct	compare_side {
	struct cmp_report	*rep;
	char	 path[COMPARE_PATH_MAX];	/* shown; below the work folder */
	char	 report_sha256[SHA256_HEX_SIZE];
	char	 record_sha256[SHA256_HEX_SIZE]; /* "": not signed here */
};

struct	compare_from {
	struct db	*db;		/* NULL: no history to ask */
	const char	*workdir;
	size_t		 max;		/* bytes of a report */
};

/*
 * ERR_NOTFOUND: no such run or version; ERR_CORRUPT: its report is missing
 * or not the recorded one; ERR_TOOBIG.  "field" names the side in the diag.
 * On ERR_OK the caller owns *side.
 */
enum err	 compare_side_run(const struct compare_from *,
		    const char *run_id, const char *field,
		    struct compare_side *, struct diag *);
enum err	 compare_side_version(const struct compare_from *,
		    const char *name, const char *version, const char *field,
		    struct compare_side *, struct diag *);
/* A report at hand; "shown" is its path as people may see it. */
enum err	 compare_side_text(const struct compare_from *,
		    const char *text, size_t len, const char *shown,
		    const char *field, struct compare_side *, struct diag *);
void		 compare_side_clear(struct compare_side *);

/* compare_run() on two sides, with where they came from. */
enum err	 compare_sides(struct compare *, const struct compare_side *base,
		    const struct compare_side *head,
		    const struct compare_opts *);

#endif /* !DOMAIN_COMPARE_LOAD_H */
