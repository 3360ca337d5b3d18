/*
 * Self-checks of saved guests: a verdict of a clone was asked for again of a
 * guest that was booted anew.
 */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

enum	check_outcome {
	CHECK_SAME,
	CHECK_DIFFERENT,
	CHECK_NOT_TOLD,	/* the second guest gave no result */
	CHECK__MAX
};

struct	check_row {
	const char		*profile_id;
	const char		*run_id;	/* of the clone's verdict */
	enum check_outcome	 outcome;
	int64_t			 differences;
	const char		*text;		/* what differs, or the error */
};

/* As the database writes it; static. */
const char	*check_word(enum check_outcome);
enum err	 store_check_add(struct db *, const struct check_row *);

/* The last check of a profile that told. */
struct	check_last {
	char	 checked_at[32];
	char	 outcome[16];
	char	 text[512];
	int64_t	 same;		/* so many checks were this */
	int64_t	 different;
};

/* ERR_NOTFOUND: there was none. */
enum err	 store_check_last(struct db *, const char *profile_id,
		    struct check_last *);

#endif /* !STORE_CHECK_H */
