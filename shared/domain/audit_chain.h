/*
 * What makes the audit stream evidence: signed statements of how long it
 * was and how it ended (seals), and the check of the whole stream against
 * its digests, its order, its columns and its seals.
 *
 * Each event names the digest of the one before, so a change, an insertion
 * or a removal in the middle shows; a seal shows a removal at the end and
 * a stream that was written anew.  What came after the last seal has only
 * its digests: the worker seals within a second.
 */
#ifndef DOMAIN_AUDIT_CHAIN_H
#define DOMAIN_AUDIT_CHAIN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "domain/history_trust.h"
#include "store/store_audit.h"

#define AUDIT_SEAL_SCHEMA	"audit_seal.v0.1"

struct	audit_seal {
	int64_t			 count;
	char			 event_sha256[SHA256_HEX_SIZE];
	char			 signed_at[TIME_RFC3339_SIZE];
	struct history_seal	 seal;
};

/* Signs; "line" gets the statement as it is kept, without LF. */
enum err	 audit_seal_sign(struct audit_seal *, history_sign_fn,
		    void *arg, struct buf *line, struct diag *);
/*
 * Reads a statement strictly and checks its signature by a trusted key.
 * ERR_CORRUPT with the reason when it does not count.
 */
enum err	 audit_seal_read(const char *line, size_t len,
		    const struct history_trust *, struct audit_seal *,
		    struct diag *);

struct	audit_sum {
	int64_t	 events;
	int64_t	 failed;	/* events with a problem */
	int64_t	 seals;
	int64_t	 failed_seals;
	int64_t	 sealed;	/* events that a good seal covers */
};

/* One problem; "seq" is the event's, or what a seal covers. */
typedef enum err (*audit_problem_fn)(int64_t seq, const char *problem,
    void *arg);

/*
 * Reads all of the stream, oldest first, and tells what is wrong with it.
 * ERR_OK whatever was found; an error of "tell" ends it.
 */
enum err	 audit_check(struct db *, const struct history_trust *,
		    audit_problem_fn tell, void *arg, struct audit_sum *);

#endif /* !DOMAIN_AUDIT_CHAIN_H */
