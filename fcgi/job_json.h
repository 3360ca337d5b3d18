/* A job as clients see it; for the status route and for sync validate. */
#ifndef FCGI_JOB_JSON_H
#define FCGI_JOB_JSON_H

#include "app.h"
#include "reply.h"
#include "store/store_job.h"

/* Has the job ended, one way or the other? */
bool		 job_ended(const struct job *);
/*
 * The status object.  A completed job carries its result, whose report is
 * the stored file byte for byte.  "poll_after_ms" tells the client when to
 * ask next.
 */
enum err	 job_json(struct app *, const struct job *,
		    int64_t poll_after_ms, struct reply *, struct diag *);
/* Just {"exit_code", "report"} of a completed job. */
enum err	 job_result_json(struct app *, const struct job *,
		    struct reply *, struct diag *);
/*
 * Opens the report of a run, for reply_file().  ERR_CORRUPT when the row
 * promises a file that is not there.
 */
enum err	 report_open(struct app *, const struct run *, int *fd,
		    int64_t *size, struct diag *);
/* A stored path without what lies above the working folder. */
const char	*path_shown(const char *);

#endif /* !FCGI_JOB_JSON_H */
