/*
 * The files that people and other tools read, published from the database:
 *
 *   registry/runs.jsonl, registry/artifact_versions.jsonl
 *   runs/ID/metadata.json
 *   cloud-registry/tenants/T/projects/P/project.json, keys/, artifacts/,
 *       reports/, registry/artifact_versions.jsonl
 *   cloud-registry/audit/events.jsonl, archive/events-FIRST-LAST.jsonl
 *
 * The database is the truth and every file follows from it byte for byte.
 * A row is committed first and published after it: the file is synced, then
 * the cursor of its stream goes on.  A crash between any two of these steps
 * costs nothing, because what is in a file beyond its cursor is compared
 * with what belongs there.  One process at a time publishes.
 */
#ifndef WORKER_PUBLISH_H
#define WORKER_PUBLISH_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "worker/publish_file.h"

struct	publish_sum {
	int64_t	 streams, files, differences;
};

/*
 * Told of each file that was written anew, set aside ("file_set_aside"), or,
 * with PUBLISH_CHECK, is not as it should be ("file_missing", "file_differs"
 * and so on, "line" from 1, 0 where there are none).  "file" is relative to
 * the work folder.
 */
typedef void	 (*publish_note_fn)(const char *file, const char *code,
		    int64_t line, void *arg);

struct	publish_opts {
	struct db		*db;
	const char		*workdir;
	enum publish_mode	 mode;
	publish_note_fn		 note;	/* may be NULL */
	void			*arg;
	int			 wait_ms; /* for another publisher */
	/* The audit's file is closed when it has so many bytes; 0: never. */
	int64_t			 audit_max_bytes;
	/* Closed files that have a short name as well. */
	int64_t			 audit_max_files;
};

/*
 * PUBLISH_APPEND: what has changed; PUBLISH_REBUILD: everything, anew;
 * PUBLISH_CHECK: compares everything that was published and writes nothing.
 * ERR_BUSY: somebody else is publishing.
 */
enum err	 publish(const struct publish_opts *, struct publish_sum *,
		    struct diag *);

#endif /* !WORKER_PUBLISH_H */
