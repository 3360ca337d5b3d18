/* From a file and a matrix on this machine to a queued job. */
#ifndef CLI_SUBMIT_H
#define CLI_SUBMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "domain/matrix.h"
#include "store/store_job.h"
#include "worker/engine.h"

struct	submit {
	const char	*artifact;	/* path */
	const char	*name, *version, *variant, *uri;	/* may be "" */
	const char	*mode;		/* "", load_only, load_attach */
	const struct matrix *matrix;
	int64_t		 timeout_ms;
	int64_t		 concurrency;
	bool		 fresh_boot;
	bool		 require_attach;	/* else best effort */
};

/*
 * "load_only", "load-only", "LoadOnly", ... to the stored word; NULL when it
 * is none.
 */
const char	*submit_mode(const char *word);
/*
 * Stores the artifact by digest and queues the job; both or neither.
 * ERR_INVAL, ERR_NOTFOUND, ERR_TOOBIG, ERR_NOSPACE with the reason.
 */
enum err	 submit_job(struct engine *, const struct submit *,
		    char id[static JOB_ID_SIZE], struct diag *);

#endif /* !CLI_SUBMIT_H */
