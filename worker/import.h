/*
 * Takes over a work folder that another server has written, of the first
 * generation or of ours: the signed records with their signatures, the runs
 * with report and object, and the projects of the registry with theirs.
 *
 * A record is verified as strictly as one of ours, in its place in its
 * chain.  What fails is told by file, line and machine code and left out;
 * what follows it becomes a chain of its own, because the record that it
 * names is missing.  Taking over again changes nothing.
 */
#ifndef WORKER_IMPORT_H
#define WORKER_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "domain/history_trust.h"
#include "store/db.h"
#include "worker/signer/signer.h"

struct	import_count {
	int64_t	 read, imported, known, failed;
};

struct	import_sum {
	struct import_count	 records, runs, projects, versions;
	size_t			 keys;	/* that count for the records */
};

struct	import_opts {
	const struct conf	*conf;
	const char	*workdir;	/* ours */
	struct db	*db;
	struct signer	*signer;
	const char	*from;		/* the other folder */
	/* Public keys, as text of a key file; NULL: those of "from". */
	const char	*keys;
	bool		 dry_run;
	/* What is wrong; "line" is 0 where it is about the whole file. */
	void		(*problem)(const char *file, int64_t line,
			    const char *code, const char *text, void *arg);
	void		(*progress)(const struct import_sum *, void *arg);
	void		*arg;
};

/*
 * ERR_OK whatever was found wrong in there; *sum tells.  Other errors: the
 * folder or its keys cannot be read, or ours cannot be written.
 */
enum err	 import_folder(const struct import_opts *,
		    struct import_sum *, struct diag *);

/* --- between the files of the importer ------------------------------------ */

/* The largest tested object or artifact. */
#define IMPORT_OBJECT_MAX	((int64_t)512 * 1024 * 1024)

/* Lines of records that are here now. */
struct	import_taken {
	char	**line;
	size_t	  n, room;
};

struct	import {
	const struct import_opts *o;
	struct import_sum	*sum;
	struct diag		*d;
	int			 dir;
	struct history_trust	*trust;
	char			 root[4096];	/* "from", absolute */
	const char		*prefix;	/* of "dir", for people; or NULL */
	bool			 keep;		/* the lines, in "taken" */
	struct import_taken	 taken;
};

/* The runs: registry/runs.jsonl with what it names. */
enum err	 import_runs(struct import *);

/* The registry's projects with their records and versions. */
enum err	 import_registry(struct import *);
/* The keys and the records of im->dir, whatever folder that is. */
enum err	 import_keys(struct import *);
enum err	 import_records(struct import *);
void		 import_taken_clear(struct import_taken *);

/* Adds the keys that count for an imported chain. */
enum err	 import_trust(struct db *, const char *chain,
		    struct history_trust *);

#endif /* !WORKER_IMPORT_H */
