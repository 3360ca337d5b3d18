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
 * what to do.  The next call starts anew.
 */
enum err	 signer_sign(void *signer, const void *p, size_t len,
		    struct history_seal *, struct diag *);

#endif /* !SIGNER_SIGNER_H */
