/*
 * The signing key of a work folder, as files that existing tools read:
 * keys/artifact-registry-signing-key.ed25519 (mode 0600) and ".pub".  While
 * keys are changed the coming one lies beside it, and a replaced one is in
 * the list of trusted public keys afterwards.
 */
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "base/ed25519.h"
#include "base/err.h"
#include "domain/history_view.h"

#define KEYS_PRIVATE	"artifact-registry-signing-key.ed25519"
#define KEYS_NEXT	"artifact-registry-signing-key.ed25519.next"
#define KEYS_PUBLIC	HISTORY_PUBLIC_FILE
#define KEYS_TRUSTED	HISTORY_TRUSTED_FILE

enum	keys_which {
	/*
	 * The key that signs; created when there is none: of several
	 * processes that do so at once one wins and all load its key.
	 */
	KEYS_ACTIVE,
	/* The one to come after it, created when there is none. */
	KEYS_COMING,
	/*
	 * The one with the public key "pub64": the active one, or the
	 * coming one, which becomes the active one by this.
	 */
	KEYS_NAMED
};

/*
 * The public file is written again when it is missing; ERR_CORRUPT when it
 * names another key, ERR_DENIED when others may read the private one,
 * ERR_NOTFOUND when the named one is not there.  The caller frees *key.
 */
enum err	 keys_open(const char *keydir, enum keys_which which,
		    const char *pub64, struct ed25519_key **key,
		    struct diag *);

#endif /* !SIGNER_KEYS_H */
