/*
 * The signed statement of how long a chain is and how it ends.  A chain
 * whose last records were taken away still verifies record by record; with
 * this beside it the loss shows.
 */
#ifndef DOMAIN_HISTORY_HEAD_H
#define DOMAIN_HISTORY_HEAD_H

#include <stdint.h>

#include "domain/history_trust.h"

#define HISTORY_HEAD_SCHEMA	"history_head.v0.1"

struct	history_head {
	int64_t		 count;
	char		 record_sha256[SHA256_HEX_SIZE];
	char		 signed_at[32];
	struct history_seal seal;
};

/* Signs; "line" gets the statement as it is kept, without LF. */
enum err	 history_head_sign(struct history_head *, history_sign_fn,
		    void *arg, struct buf *line, struct diag *);
/*
 * Reads a statement as strictly as a record and checks its signature by a
 * trusted key.  ERR_CORRUPT with the reason when it does not count.
 */
enum err	 history_head_read(const char *line, size_t len,
		    const struct history_trust *, struct history_head *,
		    struct diag *);

#endif /* !DOMAIN_HISTORY_HEAD_H */
