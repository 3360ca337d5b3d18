/*
 * The signing key of a history root, as files that existing tools read:
 * ROOT/keys/artifact-registry-signing-key.ed25519 (mode 0600) and ".pub".
 */
#ifndef SIGNER_KEYS_H
#define SIGNER_KEYS_H

#include "base/ed25519.h"
#include "base/err.h"
#include "domain/history_trust.h"

#define KEYS_PRIVATE	"artifact-registry-signing-key.ed25519"
#define KEYS_PUBLIC	"artifact-registry-signing-key.pub"
#define KEYS_TRUSTED	"trusted-signing-keys.pub"

/*
 * Loads the key, or creates it when there is none: of several processes
 * that create it at once one wins and all load its key.  The public file is
 * written again when it is missing; ERR_CORRUPT when it names another key,
 * ERR_DENIED when others may read the private one.  The caller frees *key.
 */
enum err	 keys_open(const char *keydir, struct ed25519_key **key,
		    struct diag *);
/*
 * Adds the keys that count for a root: its own public key, its keyring, the
 * file and the keys of the configuration.  Files that are missing are fine.
 */
struct conf;
enum err	 keys_trust(const struct conf *, const char *keydir,
		    struct history_trust *, struct diag *);

#endif /* !SIGNER_KEYS_H */
