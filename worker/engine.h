/*
 * What the parts of the worker share: configuration, database, folders and
 * who we are.  One per process, handed down; there is no global state.
 */
#ifndef WORKER_ENGINE_H
#define WORKER_ENGINE_H

#include <limits.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/hash.h"
#include "domain/profile.h"
#include "store/db.h"
#include "worker/identity.h"
#include "worker/signer/signer.h"

struct side;

struct	engine {
	const struct conf	*conf;
	struct db		*db;
	struct signer		*signer;
	struct identity		 self;
	struct profile_set	 profiles;
	char			 workdir[PATH_MAX];	/* absolute */
	char			 cache_dir[PATH_MAX];	/* absolute */
	char			 kernel_dir[PATH_MAX];	/* absolute */
	char			 runner[PATH_MAX];	/* program */
	char			 validator[PATH_MAX];	/* "" if not built */
	char			 validator_sha256[SHA256_HEX_SIZE];
	int64_t			 validator_size;
	int			 slots;
	struct side		*side;		/* the loop's, or NULL */
};

/*
 * Opens database and catalogue, makes the folders, finds the programs.
 * Release with engine_close(), also after an error.
 */
enum err	 engine_open(const struct conf *, struct engine *,
		    struct diag *);
void		 engine_close(struct engine *);
/*
 * Copies a text of ours into "out" with the absolute names of our folders
 * cut down to relative ones: reports are shown to everybody.
 */
void		 engine_scrub(const struct engine *, const char *text,
		    char *out, size_t size);

#endif /* !WORKER_ENGINE_H */
