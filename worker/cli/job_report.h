/* The report of a job that was worked off here. */
#ifndef CLI_JOB_REPORT_H
#define CLI_JOB_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json_in.h"
#include "store/store_job.h"
#include "worker/engine.h"

bool		 job_canceled(const struct job *);
/* A canceled job has one from its claim on; before it, nothing to tell. */
bool		 job_has_report(const struct engine *, const struct job *);
/*
 * The report's bytes into "b", and read.  A canceled job is no run; its
 * report lies in the folder it would have been one of.  The caller frees
 * *doc.
 */
enum err	 job_report_read(const struct engine *, const struct job *,
		    struct buf *b, struct jval **doc, struct diag *);

#endif /* !CLI_JOB_REPORT_H */
