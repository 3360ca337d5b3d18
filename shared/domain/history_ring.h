/*
 * The key ring: signed statements about which key signs since when, and
 * which one is revoked.
 *
 *  begin   the first key, signed by itself
 *  rotate  a new key, signed by the old one and by the new one
 *  adopt   a new key without the old one's word (an external signer's key
 *          was changed, or the old key is lost), signed by the new one
 *  revoke  signatures of a key after a time do not count, signed by the
 *          key that signs now
 *
 * Each statement names the digest of the one before, and the signed end of
 * every chain names the last one, so that none can be changed, left out or
 * taken back.  Whom to believe in the first place is the reader's choice
 * (history_trust.h): a key that counts passes that on to its successor and
 * its predecessor by a rotate statement, and by nothing else.
 */
#ifndef DOMAIN_HISTORY_RING_H
#define DOMAIN_HISTORY_RING_H

#include "domain/history_trust.h"
#include "store/store_keys.h"

#define HISTORY_KEYS_SCHEMA	"history_keys.v0.1"
#define HISTORY_KEYLINE_MAX	((size_t)4096)

struct	history_keyline {
	int64_t	 seq;
	char	 prev_sha256[SHA256_HEX_SIZE];	/* "" for the first */
	char	 at[TIME_RFC3339_SIZE];
	char	 action[8];
	char	 key_id[ED25519_KEY_ID_SIZE], public_key[48];
	char	 after[TIME_RFC3339_SIZE];	/* revoke: what does not count */
	char	 reason[HISTORY_REASON_MAX + 1];
	struct history_seal seal;
	char	 new_signature[96];		/* rotate: of the new key */
};

/*
 * Signs the statement, by "sign_new" with the key it is about as well when
 * that is not NULL; "line" gets it as it is kept, without LF.
 */
enum err	 history_keyline_sign(struct history_keyline *,
		    history_sign_fn sign, history_sign_fn sign_new,
		    void *arg, struct buf *line, struct diag *);
/* Reads as strictly as a record; signatures are checked, trust is not. */
enum history_fault history_keyline_read(const char *line, size_t len,
		    struct history_keyline *);

/* What the ring came to. */
struct	history_ring {
	int64_t	 n;				/* statements */
	int64_t	 changes;	/* the last of them that is no "begin" */
	char	 sha256[SHA256_HEX_SIZE];	/* of the last one */
	char	 current[48];	/* the key that signs now, base64 */
	/* HF_NONE, or what is wrong, and the sentence. */
	enum history_fault fault;
	char	 problem[HISTORY_ISSUE_SIZE];
};

/*
 * Reads all statements of a database and notes in the keys of "trust" what
 * they mean.  Statements that are wrong, or not by a key that counts, mean
 * nothing and are a fault.  ERR_OK whatever was found.
 */
enum err	 history_ring_apply(struct db *, struct history_trust *,
		    struct history_ring *);

#endif /* !DOMAIN_HISTORY_RING_H */
