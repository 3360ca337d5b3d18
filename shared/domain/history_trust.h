/*
 * The public keys whose signatures count, since when and until when, and
 * the verdict on one record of the history: its digest, its place in the
 * chain, its signature.
 *
 * A key counts because the reader names it (a file, a setting, a pin), or
 * because a key that counts has introduced it (history_ring.h).
 */
#ifndef DOMAIN_HISTORY_TRUST_H
#define DOMAIN_HISTORY_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ed25519.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "domain/history.h"
#include "domain/history_scan.h"

struct history_trust;	/* a set of keys, in the order they were added */

/* Keys of a set; more are refused with ERR_TOOBIG. */
#define HISTORY_TRUST_MAX	256
#define HISTORY_REASON_MAX	256	/* bytes of why a key was changed */

struct	history_key {
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	char		 pub64[48];	/* the same as base64 */
	char		 id[ED25519_KEY_ID_SIZE];
	char		 declared[64];	/* id as given beside it, or "" */
	bool		 trusted;
	bool		 current;	/* signs now, as the ring says */
	int		 order;		/* in the ring, from 1; 0: not in it */
	/* "" is no limit.  Signatures made after "revoked" do not count. */
	char		 from[TIME_RFC3339_SIZE], until[TIME_RFC3339_SIZE];
	char		 revoked[TIME_RFC3339_SIZE];
	char		 reason[HISTORY_REASON_MAX + 1]; /* of its end */
};

enum err	 history_trust_new(struct history_trust **);
void		 history_trust_free(struct history_trust *);
/*
 * Adds the keys of a key file: one on each line, "KEY" or "KEY_ID KEY ..."
 * with KEY in base64; blank lines and lines that begin with "#" are skipped.
 * ERR_SYNTAX names "what" and the line; nothing of the text is added then.
 * A key that is there already stays as it is.
 */
enum err	 history_trust_lines(struct history_trust *, const char *text,
		    size_t len, const char *what, struct diag *);
/* The same for keys in one setting: "KEY" or "KEY_ID:KEY", by commas or blanks. */
enum err	 history_trust_inline(struct history_trust *, const char *text,
		    const char *what, struct diag *);
/* How many keys count. */
size_t		 history_trust_len(const struct history_trust *);
/* The i-th key of the set, trusted or not; NULL behind the last. */
const struct history_key *history_trust_key(const struct history_trust *,
		    size_t i);
/*
 * The key with this base64 text, added (not trusted) when it is not there;
 * to be changed by whoever knows more about it.  NULL: no key, or no room.
 */
struct history_key *history_trust_put(struct history_trust *,
		    const char *pub64);
/* Names everything a verdict depends on: same state, same verdicts. */
void		 history_trust_state(const struct history_trust *,
		    char [static SHA256_HEX_SIZE]);
/* The computed id of the i-th key; false when there are not so many. */
bool		 history_trust_key_id(const struct history_trust *, size_t i,
		    char id[static ED25519_KEY_ID_SIZE]);
/* Is the key that the seal names trusted, and is this its signature? */
bool		 history_trust_verifies(const struct history_trust *,
		    const struct history_seal *, const void *, size_t len);
/* Index of the key that made a bare signature; HISTORY_TRUST_MAX: none. */
size_t		 history_trust_signer(const struct history_trust *,
		    const void *, size_t len,
		    const unsigned char sig[static ED25519_SIG_LEN]);
/* The members that a signed line ends with; reading cuts what is too long. */
void		 history_seal_write(struct jsonw *, const struct history_seal *);
void		 history_seal_read(const struct jval *, struct history_seal *);
/* Only the signature: by the key that the seal names, whoever that is. */
bool		 history_seal_verifies(const struct history_seal *,
		    const void *, size_t len);
/*
 * What the time of a signature means for its key: HF_NONE, or that the key
 * was revoked, replaced or not yet introduced then.
 */
enum history_fault history_key_at(const struct history_key *,
		    const char *time);

/*
 * "prev" is the computed digest of the record before, NULL for the first
 * of a chain.  "scratch" is memory for the signed bytes, kept from call to
 * call.  ERR_OK whatever the verdict; other errors mean that it could not
 * be told.
 */
enum err	 history_verify_scan(const struct history_scan *,
		    const char *prev, const struct history_trust *,
		    struct buf *scratch, struct history_verdict *);
/* The same for a record that was read or made. */
enum err	 history_verify(const struct history_entry *, const char *prev,
		    const struct history_trust *, struct history_verdict *);
/*
 * The place alone, for a record whose digest is known: with the digest of
 * the one before.
 */
void		 history_verify_place(const struct history_scan *,
		    const char *prev, struct history_verdict *);

#endif /* !DOMAIN_HISTORY_TRUST_H */
