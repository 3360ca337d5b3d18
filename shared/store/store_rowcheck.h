/*
 * Rows that repeat what is signed or written elsewhere, held against it:
 * versions of the registry against their records and the audit, runs against
 * their jobs and records, keys that were taken over against what they
 * signed, counters against what they count.  Records, statements and events
 * themselves are checked by domain/history_chain.h and domain/audit_chain.h.
 */
#ifndef STORE_ROWCHECK_H
#define STORE_ROWCHECK_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/*
 * "what" names the row: "version T/P NAME VERSION", "run ID", ...; strings
 * are valid during the call.  An error ends the check and is returned.
 */
typedef enum err (*store_problem_fn)(const char *what, const char *problem,
    void *arg);

/* Within db_begin_read(); linear in the rows there are. */
enum err	 store_check_rows(struct db *, store_problem_fn, void *arg);

/* A stored object that a version needs; "size" is -1 where none is known. */
typedef enum err (*store_object_fn)(const char *what, const char *sha256,
    int64_t size, void *arg);
enum err	 store_check_objects(struct db *, store_object_fn, void *arg);

#endif /* !STORE_ROWCHECK_H */
