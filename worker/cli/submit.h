/* From files and a matrix on this machine to a queued job. */
#ifndef CLI_SUBMIT_H
#define CLI_SUBMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "domain/command.h"
#include "domain/matrix.h"
#include "store/store_job.h"
#include "worker/engine.h"

struct	submit {
	const char	*artifact;	/* path; "" with a command: none */
	bool		 source;	/* artifact is a C source */
	const char	*clang_flags;	/* for it, or "" */
	const char	*name, *version, *variant, *uri;	/* may be "" */
	const char	*mode;		/* "", load_only, load_attach,
					   behavior */
	const struct matrix *matrix;
	int64_t		 timeout_ms;
	int64_t		 concurrency;
	bool		 fresh_boot;
	bool		 require_attach;	/* else best effort */
	const char	*manifest;	/* path, or "" */
	const struct command *command;	/* command mode, or NULL; its
					   interpreter is found here */
	const char	*files;		/* "a,b": shipped for the command */
};

/*
 * Stores artifact and inputs by digest and queues the job; all or nothing.
 * A manifest is checked here, before anything is stored.  ERR_INVAL,
 * ERR_SYNTAX, ERR_NOTFOUND, ERR_TOOBIG, ERR_NOSPACE with the reason.
 */
enum err	 submit_job(struct engine *, const struct submit *,
		    char id[static JOB_ID_SIZE], struct diag *);

#endif /* !CLI_SUBMIT_H */
