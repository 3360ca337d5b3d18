/*
 * What a job was given besides its artifact, made ready for its runners:
 * the manifest read, the plan for the guests written down, the files of a
 * command found.  One per job in hand.
 */
#ifndef WORKER_INPUTS_H
#define WORKER_INPUTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "domain/cflags.h"
#include "domain/command.h"
#include "domain/manifest.h"
#include "worker/runner.h"

struct	work;

struct	inputs {
	bool		 has_manifest;
	struct manifest	 manifest;
	char		*manifest_name;		/* as it was uploaded */
	char		 manifest_sha256[SHA256_HEX_SIZE];
	bool		 has_command;
	struct command	 command;
	char		*source_name;		/* NULL: came compiled */
	char		 clang_flags[CFLAGS_TEXT_MAX + 1];
	char		 plan[PATH_MAX];	/* file, or "" */
	struct runner_file *files;
	size_t		 nfiles;
};

/*
 * Reads the rows of "w"'s job and checks every object against its digest.
 * ERR_CORRUPT or ERR_NOTFOUND when one is damaged or gone, ERR_INVAL when
 * the manifest breaks a rule.  Release with inputs_clear(), also after an
 * error.
 */
enum err	 inputs_load(struct work *w, struct inputs *, struct diag *);
void		 inputs_clear(struct inputs *);

#endif /* !WORKER_INPUTS_H */
