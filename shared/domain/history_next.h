/*
 * The record that follows the end of a chain, made inside the transaction
 * that appends it: what a history_make_fn does for its caller.  The record
 * the chain ends with is checked first, so that nothing is built on a tail
 * that was altered.  The very first record of a database begins the key
 * ring, too.
 */
#ifndef DOMAIN_HISTORY_NEXT_H
#define DOMAIN_HISTORY_NEXT_H

#include "domain/history_head.h"
#include "domain/history_ring.h"
#include "store/store_history.h"

/* Holds what a struct history_new points to; one for each append. */
struct	history_next {
	struct history_seal	 seal;
	struct history_head	 head;
	struct history_keyline	 begin;	/* with the very first record */
	struct key_row		 begin_row;
	char			 begin_sha256[SHA256_HEX_SIZE];
	char			 created[TIME_RFC3339_SIZE];
	struct buf		 line, head_line, begin_line;
};

void		 history_next_init(struct history_next *);
void		 history_next_clear(struct history_next *);

/*
 * Signs "rec" as the record after "end" and the new end of the chain; the
 * strings of *out are in "rec" and "next".  Sets prev_record_sha256, and
 * created_at when it is before the time since when the key signs (a clock
 * was set back, or the key was changed meanwhile).
 * ERR_CORRUPT: the last record is not what was signed (the diag says so and
 * what to do); ERR_INVAL: the record breaks a rule; ERR_WRONGSTATE: the
 * signer has another key than the ring says; else what "sign" says.
 */
enum err	 history_next_sign(const struct history_end *end,
		    struct history_record *rec, history_sign_fn sign,
		    void *arg, struct history_next *next,
		    struct history_new *out, struct diag *);
/*
 * The same for a record that somebody else has signed: it keeps its line
 * and signature, which the caller has verified, and only the new end is
 * signed.  ERR_INVAL when it does not follow "end".
 */
enum err	 history_next_keep(const struct history_end *end,
		    const struct history_entry *, history_sign_fn sign,
		    void *arg, struct history_next *next,
		    struct history_new *out, struct diag *);

#endif /* !DOMAIN_HISTORY_NEXT_H */
