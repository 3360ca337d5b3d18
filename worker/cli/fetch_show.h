/* Kernels that a run needs, fetched first and shown while they come. */
#ifndef CLI_FETCH_SHOW_H
#define CLI_FETCH_SHOW_H

#include "base/conf.h"
#include "base/err.h"
#include "domain/matrix.h"

/*
 * Fetches what is missing of the matrix's kernels, with progress on standard
 * error; quiet when nothing is missing.  "cancel_fd" as in
 * kernels_fetch_opts.  The first failure is the result; the others were
 * tried.
 */
enum err	 fetch_missing(const struct conf *, const struct matrix *,
		    int cancel_fd, struct diag *);
/* The same for a matrix by name. */
enum err	 fetch_matrix(const struct conf *, const char *name,
		    int cancel_fd, struct diag *);

#endif /* !CLI_FETCH_SHOW_H */
