/* Objects that rows refer to by digest (table artifacts). */
#ifndef STORE_ARTIFACT_H
#define STORE_ARTIFACT_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/*
 * Notes an object that has been published, outside of a job's own
 * transaction; adding one that is there is fine.
 */
enum err	 store_artifact_add(struct db *, const char *sha256,
		    int64_t size);

#endif /* !STORE_ARTIFACT_H */
