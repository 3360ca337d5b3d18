/*
 * What a job was given besides its artifact, by digest (table job_inputs):
 * a manifest, a source, a command and its files.  The content is an object
 * (object.h), published under the same lock as the artifact.
 *
 * Kinds, and what the content is:
 *  manifest  the manifest file as it was given (domain/manifest.h)
 *  command   what is run in place of a validation (domain/command.h)
 *  file      a program or script for a command, by its basename
 *  library   what a program of it needs, likewise
 *  source    C source; it stands in the artifact's place (same digest) until
 *            the worker has compiled it
 *  clang_flags  flags for it, as text (domain/cflags.h)
 */
#ifndef STORE_INPUT_H
#define STORE_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* A program with all its libraries has about a dozen. */
#define JOB_INPUTS_MAX	64

#define INPUT_MANIFEST	"manifest"
#define INPUT_COMMAND	"command"
#define INPUT_FILE	"file"
#define INPUT_LIBRARY	"library"
#define INPUT_SOURCE	"source"
#define INPUT_FLAGS	"clang_flags"

struct	job_input_new {
	const char	*kind;
	const char	*sha256;	/* of the stored object */
	int64_t		 size;
	const char	*basename;	/* not empty, without "/" */
};

/* Inside the caller's transaction; store_job_add() is the only caller. */
enum err	 store_inputs_add(struct db *, const char *job_id,
		    const struct job_input_new *, size_t n);

struct	job_input {
	char		*kind, *sha256, *basename;
	int64_t		 size;
};

/* In the order they were given; n may be 0.  job_inputs_free() releases. */
enum err	 store_job_inputs(struct db *, const char *job_id,
		    struct job_input **, size_t *n);
void		 job_inputs_free(struct job_input *, size_t n);
/* The first of a kind, or NULL. */
const struct job_input *job_inputs_find(const struct job_input *, size_t n,
		    const char *kind);

#endif /* !STORE_INPUT_H */
