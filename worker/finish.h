/* The end of a job: report, Markdown, metadata, run row, job state. */
#ifndef WORKER_FINISH_H
#define WORKER_FINISH_H

#include "base/err.h"
#include "worker/work.h"

/*
 * Writes the files (each whole or not at all), then run row and job state in
 * one transaction.  ERR_LEASE: the job is not ours any more.  ERR_NOSPACE
 * and other errors: nothing is recorded and it can be tried again.
 */
enum err	 finish_write(struct work *, struct diag *);
/*
 * The report of a job that is being canceled: verdicts that were there, and
 * which targets have none.  Only files: a canceled job is no run, and has no
 * place in the history.  Errors as above.
 */
enum err	 finish_canceled(struct work *, struct diag *);

#endif /* !WORKER_FINISH_H */
