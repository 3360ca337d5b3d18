/*
 * Waiting for a job within a request.  A commit of any process is the event;
 * the job's row then says whether it concerned this job.
 */
#ifndef FCGI_JOB_WAIT_H
#define FCGI_JOB_WAIT_H

#include <stdint.h>

#include "route.h"
#include "store/store_job.h"

/* May this process hold this request at all? */
bool		 job_may_wait(const struct app *, const struct req *);
/*
 * Until the job's revision differs from "since" or "deadline" (monotonic ms;
 * -1: none) has passed: ERR_OK.  ERR_CANCELED: the client has gone;
 * ERR_UNAVAILABLE: the server stops; ERR_NOTFOUND: there is no such job.
 */
enum err	 job_wait_change(struct app *, struct call *, const char *id,
		    int64_t since, int64_t deadline);
/*
 * Until the job has ended; the caller owns *j then.  The same errors.
 */
enum err	 job_wait_end(struct app *, struct call *, const char *id,
		    struct job *j);

#endif /* !FCGI_JOB_WAIT_H */
