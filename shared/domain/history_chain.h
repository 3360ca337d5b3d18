/* A whole chain of a database, record by record, and its signed end. */
#ifndef DOMAIN_HISTORY_CHAIN_H
#define DOMAIN_HISTORY_CHAIN_H

#include "domain/history_trust.h"
#include "store/store_history.h"

/* One record on the way; everything is valid during the call only. */
struct	history_link {
	int64_t				 seq;	/* from 1 */
	const struct history_row	*row;
	const struct history_record	*rec;	/* NULL: it cannot be read */
	const struct history_verdict	*verdict;
};

typedef enum err (*history_visit_fn)(const struct history_link *, void *arg);

struct	history_sum {
	int64_t	 records;
	int64_t	 failed;
	/* "" when the signed end fits: "history_head" tells what is wrong. */
	char	 end_problem[256];
};

/*
 * Verifies from the first record on and shows each to "visit", whose error
 * ends the walk.  ERR_OK whatever was found; *sum tells.
 */
enum err	 history_chain_check(struct db *, const char *chain,
		    const struct history_trust *, history_visit_fn visit,
		    void *arg, struct history_sum *, struct diag *);

#endif /* !DOMAIN_HISTORY_CHAIN_H */
