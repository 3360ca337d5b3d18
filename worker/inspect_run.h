/* Looks into an object, in the sandbox of bpfcompat-inspect. */
#ifndef WORKER_INSPECT_RUN_H
#define WORKER_INSPECT_RUN_H

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"

/* Longest run; a 20 MB object takes a second on a slow machine. */
#define INSPECT_TIMEOUT_MS	20000

/*
 * Appends the document of domain/objfacts.h about the file behind "fd".  A
 * file that is no BPF object is ERR_OK, with "problem".  ERR_TIMEOUT,
 * ERR_CHILD (the inspector was killed or failed), ERR_SYNTAX (it wrote no
 * document of ours), ERR_NOTFOUND (it is not installed); diag says it.
 */
enum err	 inspect_run(const struct conf *, int fd, struct buf *out,
		    struct diag *);
enum err	 inspect_file(const struct conf *, const char *path,
		    struct buf *out, struct diag *);

#endif /* !WORKER_INSPECT_RUN_H */
