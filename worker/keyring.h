/*
 * Changes of who signs the history: rotate, adopt, revoke.  Each is one
 * transaction: the signed statement, and the ends of all chains signed anew
 * by the key that signs from then on, naming that statement.
 */
#ifndef WORKER_KEYRING_H
#define WORKER_KEYRING_H

#include "domain/history_view.h"
#include "worker/signer/signer.h"

/*
 * A new key signs from now on.  "adopt": the one that the signer has, which
 * somebody else has put there; otherwise a fresh one is made, and the old
 * one vouches for it.  *done is the statement.  ERR_CORRUPT when the end of
 * a chain does not verify: nothing is signed over it.
 */
enum err	 keyring_rotate(struct db *, struct signer *,
		    struct history_view *, bool adopt, const char *reason,
		    struct history_keyline *done, struct diag *);
/*
 * Signatures of the key made after "after" (RFC 3339, whole seconds; NULL:
 * now) do not count any more.  "key" is its id or public key; a key that
 * signs now is replaced first.  ERR_NOTFOUND, ERR_EXISTS when it is revoked
 * as far already.
 */
enum err	 keyring_revoke(struct db *, struct signer *,
		    struct history_view *, const char *key,
		    const char *after, const char *reason,
		    struct history_keyline *done, struct diag *);

/*
 * Signs the ends of all chains anew, after each was found to be as it was
 * signed; "records" goes on record.
 */
enum err	 keyring_sign_ends(struct db *, struct signer *,
		    struct history_view *, int64_t records, struct diag *);

#endif /* !WORKER_KEYRING_H */
