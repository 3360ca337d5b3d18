/*
 * What was taken over from other work folders: which records are here, and
 * the keys that count for them.  Chains of imported records begin with
 * IMPORT_CHAIN and the start of their first record's digest.
 */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store_run.h"

#define IMPORT_CHAIN	"@import/"

/*
 * The chain a record is in, the server's own or an imported one; the caller
 * frees it.  ERR_NOTFOUND.
 */
enum err	 store_import_known(struct db *, const char *record_sha256,
		    char **chain);
/* Inside a write transaction: the key signed a record made at "at". */
enum err	 store_import_key(struct db *, const char *chain,
		    const char *public_key, const char *key_id,
		    const char *at);
/* The keys of an imported chain; strings are valid during the call. */
typedef enum err (*import_key_fn)(const char *public_key, const char *first,
    const char *last, void *arg);
enum err	 store_import_keys(struct db *, const char *chain,
		    import_key_fn fn, void *arg);
/*
 * A run that somebody else has made, and the finished job that it belongs
 * to (r->job_id); one transaction.  ERR_EXISTS.
 */
enum err	 store_import_run(struct db *, const struct run *r,
		    const char *basename, int64_t size);

#endif /* !STORE_IMPORT_H */
