/*
 * Rate limits.  What was taken is counted in the database, so a limit holds
 * for all processes together and over a restart.
 *
 * A limit is a sliding window: in any stretch of "window_ms" at most "max"
 * are let through (counted in slots, of which the oldest counts whole, so a
 * limit is rather met early than exceeded).  What is refused is not counted
 * and writes nothing: a flood costs one read each.
 *
 * The rows are bounded (LIMIT_ROWS_MAX): those that are over go first, then
 * those of addresses, then the oldest.
 *
 * Counting does not wait for the disk and wakes nobody; nothing is counted
 * inside somebody else's transaction.
 */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

#define LIMIT_ROWS_MAX	10000	/* of about 200 bytes */

/* Whom and what a limit is about; NULL counts as "". */
struct	limit_key {
	const char	*subject;	/* a name, or "address:…" */
	const char	*tenant;
	const char	*project;
	const char	*action;
};

struct	limit_rule {
	int64_t		 max;		/* <= 0: no limit */
	int64_t		 window_ms;
};

struct	limit_state {
	int64_t		 limit;		/* 0: there is none */
	int64_t		 remaining;	/* after this one */
	int64_t		 reset_s;	/* until all of it is there again */
	int64_t		 retry_s;	/* refused: until one is let through */
};

/*
 * Takes one.  ERR_OK, or ERR_LIMITED when the limit is reached; *state is
 * filled for both.  Anything else: the database did not answer, nothing was
 * counted.
 */
enum err	 limit_take(struct db *, const struct limit_key *,
		    const struct limit_rule *, int64_t now_ms,
		    struct limit_state *);
/* The same without taking. */
enum err	 limit_peek(struct db *, const struct limit_key *,
		    const struct limit_rule *, int64_t now_ms,
		    struct limit_state *);

#endif /* !STORE_LIMIT_H */
