/*
 * The evidence of one run as a bundle (domain/bundle.h): what is exported
 * has been verified first, because the statement vouches for it.
 */
#ifndef WORKER_EXPORT_H
#define WORKER_EXPORT_H

#include <stdint.h>

#include "base/ed25519.h"
#include "base/err.h"
#include "domain/history_trust.h"
#include "store/db.h"
#include "worker/signer/signer.h"

struct	export_from {
	const char		*workdir;
	struct db		*db;
	struct signer		*signer;
	struct history_trust	*trust;	/* keys of an imported run are added */
};

struct	export_sum {
	size_t	 files;
	int64_t	 size;		/* of the bundle */
	char	 key_id[ED25519_KEY_ID_SIZE];
};

/*
 * Writes the bundle of "run_id" to "out", which appears when it is whole and
 * replaces a file of that name.  The same run, end of the chain and key give
 * the same bytes.  ERR_NOTFOUND: no such run, or no signed record of it;
 * ERR_CORRUPT: record or report do not verify any more; ERR_BUSY: a file
 * changed while it was read.
 */
enum err	 export_run(const struct export_from *, const char *run_id,
		    const char *out, struct export_sum *, struct diag *);

#endif /* !WORKER_EXPORT_H */
