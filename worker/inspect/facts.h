/*
 * The inspector's work without its sandbox: from the bytes of an object to
 * the document "inspect.v1", facts without opinions.  What they mean (names
 * and versions of helpers, the kernel that is needed) is said outside of the
 * sandbox, in shared/domain/object.c, which also lists the members.
 */
#ifndef INSPECT_FACTS_H
#define INSPECT_FACTS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define FACTS_FORMAT	"inspect.v1"
/* Of the document; entries over these are counted and left out. */
#define FACTS_SECTIONS	2000
#define FACTS_PROGRAMS	5000
#define FACTS_RELOCS	5000
#define FACTS_EXTERNS	2000
#define FACTS_MAX	((size_t)4 * 1024 * 1024)

/*
 * Appends the document.  A file that is no BPF object is a fact as well:
 * ERR_OK, with "problem".  ERR_NOMEM, ERR_TOOBIG.
 */
enum err	 facts_write(const void *, size_t, struct buf *);

#endif /* !INSPECT_FACTS_H */
