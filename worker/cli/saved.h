/* What "kernels list" tells of saved guests and of their self-check. */
#ifndef CLI_SAVED_H
#define CLI_SAVED_H

#include "base/conf.h"
#include "base/json_out.h"
#include "domain/kernel.h"
#include "domain/profile.h"
#include "store/store_check.h"

struct	saved {
	char			 state[16];	/* "": not asked */
	char			 at[32];	/* saved, or failed */
	char			 reason[512];
	int64_t			 size_bytes;
	int64_t			 build_ms;
	struct check_last	 check;		/* checked_at "": none */
};

/* The database if there is one, else NULL; the caller closes it. */
struct db	*saved_db(const struct conf *);
/* Asks the runner, which alone knows what a template depends on. */
void		 saved_look(const struct conf *, const struct profile *,
		    const struct kernel *, struct db *, struct saved *);
/* none, ready, stale, unusable; "-" when it could not be asked. */
const char	*saved_word(const struct saved *);
/* The reason, and a check that found a difference, as lines. */
void		 saved_lines(const struct saved *, struct buf *);
/* As members "template" and "template_check". */
void		 saved_write(const struct saved *, struct jsonw *);

#endif /* !CLI_SAVED_H */
