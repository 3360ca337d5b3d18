/*
 * Jobs and their targets: the only hand-over between the web side and the
 * worker.  Whoever holds a job's lease owns the job; every write of a worker
 * carries its claim and is refused (ERR_LEASE) when the lease went to
 * somebody else.
 *
 * Each function is one transaction of its own.
 */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store_input.h"
#include "store/store_history.h"
#include "store/store_run.h"

#define JOB_ID_SIZE	37	/* val- + 32 hex + NUL */
#define HOLDER_SIZE	160

struct	job_target_new {
	const char	*profile_id;
	bool		 required;
	int64_t		 timeout_ms;
};

/* What a caller asks for.  All strings set ("" where there is nothing). */
struct	job_new {
	const char	*origin;	/* "api" or "cli" */
	const char	*sha256;	/* of the stored artifact */
	int64_t		 size;
	const char	*basename;
	const char	*path;		/* as the caller named it; "" by HTTP */
	const char	*name, *version, *variant, *uri;
	const char	*mode;		/* "", load_only, load_attach,
					   behavior */
	const char	*attach_mode;	/* best-effort, required, disabled */
	const char	*matrix_name, *matrix_path;
	int64_t		 timeout_ms;	/* per target */
	int64_t		 concurrency;
	bool		 fresh_boot;
	const char	*request_id, *submitted_by;
	int64_t		 max_own;	/* jobs of the same submitted_by that
					   may wait; 0: no limit of its own */
	const char	*idempotency_key;	/* NULL: none */
	const struct job_target_new *targets;
	size_t		 ntargets;	/* at least 1 */
	const struct job_input_new *inputs;	/* besides the artifact */
	size_t		 ninputs;	/* at most JOB_INPUTS_MAX */
};

/*
 * Queues a job, its targets and its inputs.  "max_queued" is the most jobs
 * that may wait: ERR_FULL beyond it, ERR_LIMITED beyond the caller's own
 * max_own, and nothing is stored.  With an idempotency key
 * that this caller has used before: ERR_EXISTS and "id" is the earlier job.
 */
enum err	 store_job_add(struct db *, const struct job_new *,
		    int64_t max_queued, char id[static JOB_ID_SIZE]);

struct	job {
	int64_t		 seq;
	char		*id;
	char		*state;		/* queued running completed failed
					   canceled */
	char		*stage, *message;
	int64_t		 percent;
	int64_t		 revision;	/* grows with every change */
	char		*origin;
	char		*sha256;
	int64_t		 size;
	char		*basename, *path, *name, *version, *variant, *uri;
	char		*mode, *attach_mode, *matrix_name, *matrix_path;
	int64_t		 timeout_ms, concurrency;
	bool		 fresh_boot;
	char		*request_id, *submitted_by;
	char		*created_at, *started_at, *updated_at, *finished_at;
	bool		 cancel_requested;
	char		*holder;
	int64_t		 attempt;
	char		*run_id;	/* "" before the first claim */
	int64_t		 exit_code;	/* of a completed job, else -1 */
	char		*error_code, *error;	/* of a failed job */
};

/* ERR_NOTFOUND.  On ERR_OK the caller owns *job: job_clear(). */
enum err	 store_job_get(struct db *, const char *id, struct job *);
void		 job_clear(struct job *);
/* Cheap look for a waiter: ERR_NOTFOUND, or the revision. */
enum err	 store_job_revision(struct db *, const char *id,
		    int64_t *revision);
/* Jobs before this one in the queue. */
enum err	 store_job_position(struct db *, const char *id,
		    int64_t *before);
enum err	 store_queue_counts(struct db *, int64_t *queued,
		    int64_t *running);

struct	job_target {
	int64_t		 position;
	char		*profile_id;
	bool		 required;
	int64_t		 timeout_ms;
	char		*state;		/* pending running pass fail
					   infra_error canceled */
	char		*stage, *message;
	int64_t		 attempts;
	char		*started_at, *finished_at;
	int64_t		 duration_ms;
	char		*kernel_release, *failed_stage;
	char		*classification_code, *classification_reason;
	char		*error;
	char		*report_path;
};

/* In matrix order.  The caller owns the array: job_targets_free(). */
enum err	 store_job_targets(struct db *, const char *job_id,
		    struct job_target **, size_t *n);
void		 job_targets_free(struct job_target *, size_t n);

/*
 * Asks for cancellation: a queued job is canceled at once, a running one by
 * its worker within a second.  ERR_NOTFOUND; ERR_WRONGSTATE when it has
 * ended already.  Asking twice is fine.
 */
enum err	 store_job_cancel(struct db *, const char *id);

/* --- the worker's side ---------------------------------------------------*/

/* The proof of ownership that every write-back carries. */
struct	job_claim {
	char		 id[JOB_ID_SIZE];
	char		 holder[HOLDER_SIZE];
	int64_t		 attempt;
};

/*
 * Leases the oldest job that waits or whose lease ran out ("only": just that
 * one, NULL: any) for "lease_ms".  Targets left running by a dead worker
 * become pending; finished ones stay.  ERR_NOTFOUND when there is none.
 */
enum err	 store_job_claim(struct db *, const char *holder,
		    int64_t lease_ms, const char *only, struct job_claim *);
/* ERR_LEASE when it is not ours any more. */
enum err	 store_job_renew(struct db *, const struct job_claim *,
		    int64_t lease_ms, bool *cancel_requested);
/* "percent" never goes back. */
enum err	 store_job_progress(struct db *, const struct job_claim *,
		    const char *stage, const char *message, int percent);
/* One more attempt on a target; *attempt counts from 1. */
enum err	 store_target_start(struct db *, const struct job_claim *,
		    const char *profile_id, int64_t *attempt);
enum err	 store_target_stage(struct db *, const struct job_claim *,
		    const char *profile_id, const char *stage,
		    const char *message);

struct	target_result {
	const char	*state;		/* pass, fail, infra_error, canceled */
	const char	*message;
	int64_t		 duration_ms;
	const char	*kernel_release;	/* NULL where unknown */
	const char	*failed_stage, *code, *reason, *error;
	const char	*report_path;
};

/* Final: a finished target is never started again. */
enum err	 store_target_finish(struct db *, const struct job_claim *,
		    const char *profile_id, const struct target_result *);

struct	target_attempt {
	int64_t		 number;	/* from store_target_start() */
	const char	*outcome;	/* done guest_died guest_hung
					   infra_error canceled */
	const char	*error_code, *error;	/* NULL for done */
	const char	*started_at;
};

enum err	 store_attempt_add(struct db *, const struct job_claim *,
		    const char *profile_id, const struct target_attempt *);

struct	attempt_row {
	int64_t		 number;
	char		*outcome, *error_code, *error;
	char		*started_at, *finished_at;
};

/* In order.  The caller owns the array: attempt_rows_free(). */
enum err	 store_attempts(struct db *, const char *job_id,
		    const char *profile_id, struct attempt_row **, size_t *n);
void		 attempt_rows_free(struct attempt_row *, size_t n);

/*
 * Run row, history record and job state in one transaction; the job is
 * completed.  "make" makes and signs the record; NULL: the run has none.
 */
enum err	 store_job_complete(struct db *, const struct job_claim *,
		    const struct run *, const char *message,
		    history_make_fn make, void *arg);
/*
 * The job could not be carried out ("failed") or was canceled ("canceled");
 * open targets become canceled.
 */
enum err	 store_job_end(struct db *, const struct job_claim *,
		    const char *state, const char *error_code,
		    const char *error);
/* Hands the job back to the queue; running targets become pending. */
enum err	 store_job_release(struct db *, const struct job_claim *,
		    const char *message);

#endif /* !STORE_JOB_H */
