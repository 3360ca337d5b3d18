/*
 * The check of the published audit stream, file by file, with nothing but
 * these files and the public keys: digests, order, the way from each file to
 * the next, and the seal of each that is closed.
 */
#ifndef WORKER_AUDIT_FILES_H
#define WORKER_AUDIT_FILES_H

#include <stdint.h>

#include "base/err.h"
#include "domain/history_trust.h"

struct	audit_files_sum {
	int64_t	 files, events, failed;
	int64_t	 seals, failed_seals;
};

/* One problem; "line" is 0 where it is about the whole file. */
typedef void	 (*audit_file_fn)(const char *file, int64_t line,
		    const char *problem, void *arg);

/*
 * "dir" is cloud-registry/audit of a work folder, or a copy of it; nothing
 * outside of it is opened.  ERR_OK whatever was found.  ERR_NOTFOUND: there
 * is no such folder.
 */
enum err	 audit_files_check(const char *dir,
		    const struct history_trust *, audit_file_fn tell,
		    void *arg, struct audit_files_sum *, struct diag *);

#endif /* !WORKER_AUDIT_FILES_H */
