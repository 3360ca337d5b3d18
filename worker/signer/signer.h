/*
 * The worker's side of signing: asks the signer process, or the program
 * that the configuration names, and believes neither: what comes back is
 * checked against the bytes before it is used.
 */
#ifndef SIGNER_SIGNER_H
#define SIGNER_SIGNER_H

#include "base/conf.h"
#include "base/err.h"
#include "domain/history.h"

struct signer;

/* Starts nothing yet.  "keydir" is the key folder of the history root. */
enum err	 signer_new(const struct conf *, const char *keydir,
		    struct signer **, struct diag *);
/* Ends the process. */
void		 signer_free(struct signer *);
/*
 * A history_sign_fn over a struct signer.  ERR_UNAVAILABLE: it cannot sign
 * now (no program, no key, too slow, a bad answer); the diag says why and
 * what to do.  The next call starts anew.  When another key is wanted than
 * the one at hand, it is looked for in the key folder once.
 */
enum err	 signer_sign(void *signer, const void *p, size_t len,
		    struct history_seal *, struct diag *);

/*
 * The same with the key that is to come, which is made when there is none.
 * "len" 0: only tells the key.
 */
enum err	 signer_sign_next(void *signer, const void *p, size_t len,
		    struct history_seal *, struct diag *);
/* Makes the key to come, with this public key, the active one. */
enum err	 signer_use(struct signer *, const char *pub64, struct diag *);
/* Is the key somebody else's, so that it cannot be changed here? */
bool		 signer_is_external(const struct signer *);

#endif /* !SIGNER_SIGNER_H */
