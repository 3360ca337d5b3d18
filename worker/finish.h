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

#endif /* !WORKER_FINISH_H */
