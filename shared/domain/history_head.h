/*
 * The signed statement of how long a chain is and how it ends.  A chain
 * whose last records were taken away still verifies record by record; with
 * this beside it the loss shows.  It names its chain, so that the records of
 * one project cannot be passed off as those of another, and the last change
 * of keys, so that a revocation cannot be taken back.
 */
#ifndef DOMAIN_HISTORY_HEAD_H
#define DOMAIN_HISTORY_HEAD_H

#include <stdint.h>

#include "domain/history_trust.h"
#include "store/store_history.h"

#define HISTORY_HEAD_SCHEMA	"history_head.v0.1"

struct	history_head {
	char		 chain[HISTORY_CHAIN_MAX + 1];	/* "": the server's */
	int64_t		 count;
	char		 record_sha256[SHA256_HEX_SIZE];
	/* Statements about keys at that time, and the digest of the last. */
	int64_t		 keys;
	char		 keys_sha256[SHA256_HEX_SIZE];
	char		 signed_at[32];
	struct history_seal seal;
};

/* Signs; "line" gets the statement as it is kept, without LF. */
enum err	 history_head_sign(struct history_head *, history_sign_fn,
		    void *arg, struct buf *line, struct diag *);
/*
 * Reads a statement as strictly as a record and checks its signature by a
 * trusted key.  HF_NONE, or what is wrong and the sentence in the diag.
 */
enum history_fault history_head_read(const char *line, size_t len,
		    const struct history_trust *, struct history_head *,
		    struct diag *);

#endif /* !DOMAIN_HISTORY_HEAD_H */
