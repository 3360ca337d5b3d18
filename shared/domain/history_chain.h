/*
 * A whole chain of a database, record by record, and its signed end; on as
 * many cores as there are.  A chain is cut into segments; each is verified
 * by itself, beginning with the digest of the record before it, so threads
 * have nothing to wait for but each other's output.
 */
#ifndef DOMAIN_HISTORY_CHAIN_H
#define DOMAIN_HISTORY_CHAIN_H

#include "domain/history_head.h"
#include "domain/history_ring.h"
#include "store/store_history.h"

/* One record on the way; everything is valid during the call only. */
struct	history_link {
	int64_t				 seq;	/* from 1 */
	const struct history_row	*row;
	const struct history_scan	*scan;	/* NULL: it cannot be read */
	const struct history_verdict	*verdict;
	/* Digest that it has to name; "" for the first record. */
	const char			*expected_prev;
};

/*
 * Shows a record, called in the thread that verified it: what it has to
 * say goes into "out".
 */
typedef enum err (*history_visit_fn)(const struct history_link *,
    struct buf *out, void *arg);

struct	history_walk {
	const char	*workdir;	/* each thread opens its own database */
	const char	*chain;
	int		 threads;	/* 0: one for each core */
	history_visit_fn visit;		/* NULL: nothing is shown */
	/* In the caller's thread, in order: what visit() wrote; may be NULL. */
	enum err	 (*emit)(const struct buf *, void *arg);
	/* In the caller's thread, now and then; may be NULL. */
	void		 (*progress)(int64_t done, int64_t of, void *arg);
	void		*arg;
};

struct	history_sum {
	int64_t	 records;	/* that were verified */
	int64_t	 failed;
	/* HF_NONE when the signed end fits, else what is wrong with it. */
	enum history_fault end_fault;
	char	 end_problem[256];
	struct history_head head;	/* when it could be read */
};

/*
 * Verifies from the first record on.  ERR_OK whatever was found; *sum
 * tells.  "ring" is what history_ring_apply() said of this database.
 */
enum err	 history_chain_check(struct db *, const struct history_walk *,
		    const struct history_trust *,
		    const struct history_ring *ring, struct history_sum *,
		    struct diag *);
/*
 * Both within one db_begin_read() with history_ring_apply(), so that they
 * see one state.  The signed end alone: that it is there, by the key that signs now, of
 * this chain, of this length and last record.  sum->records is how many
 * there are.
 */
enum err	 history_end_check(struct db *, const char *chain,
		    const struct history_trust *,
		    const struct history_ring *ring, struct history_sum *);
/* Columns are for queries; do they say what was signed? */
bool		 history_columns_match(const struct history_row *,
		    const struct history_scan *);

#endif /* !DOMAIN_HISTORY_CHAIN_H */
