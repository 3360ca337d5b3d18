/*
 * A suite from its file to its report: one job per case, all in the one
 * queue and worked off in place, so the cases of a kernel share its
 * template, and a VM slot is never idle while any case has a target left.
 *
 * Which job belongs to which case is kept in WORKDIR/suites/NAME.json before
 * the first one starts.  So a suite that was interrupted can be resumed: a
 * case whose inputs are still the same keeps its finished job, or goes on
 * with the targets that are left.
 */
#ifndef CLI_SUITE_RUN_H
#define CLI_SUITE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "domain/matrix.h"
#include "domain/suite.h"
#include "domain/suite_report.h"
#include "store/store_job.h"
#include "worker/cli/outputs.h"
#include "worker/cli/progress.h"
#include "worker/cli/test_show.h"
#include "worker/engine.h"

/* As the flags say it; texts are "" and numbers 0 when not given. */
struct	suite_options {
	const char	*file, *out, *markdown, *baseline;
	const char	*workdir, *cases;
	int64_t		 timeout, concurrency;
	bool		 stop, json, resume, no_fetch, fresh, check;
	struct outputs	 outputs;
};

struct	suite_item {
	const struct suite_case	*c;
	char			 key[SHA256_HEX_SIZE];	/* of its inputs */
	char			 job_id[JOB_ID_SIZE];	/* "": none */
	bool			 resumed;
	bool			 ended;
	struct jval		*part;	/* of the report, once it ended */
	struct test_view	*view;
};

struct	suite_ctx {
	struct engine		*g;
	const struct suite_options *o;
	struct suite		 s;
	struct suite_item	*item;	/* the chosen cases */
	size_t			 n;
	struct jval		*baseline;
	struct progress		*progress;
	int64_t			 started_ms;
	const char		*stopped_by;	/* case that ended the rest */
	bool			 canceled;
	int			 lock;
	struct jval		*state;	/* of the run before, or NULL */
	enum err		 failed;	/* a file could not be written */
	struct diag		 diag;
};

/* The whole verb; the exit code. */
int		 suite_run(struct conf *, const struct suite_options *);

/* --- suite_job.c: one case and its job ----------------------------------- */

/*
 * Checks what the case names, and computes the key of its inputs.  The diag
 * says what is wrong with the case.
 */
enum err	 suite_item_check(struct suite_ctx *, struct suite_item *,
		    struct matrix *, struct diag *);
enum err	 suite_item_submit(struct suite_ctx *, struct suite_item *,
		    const struct matrix *, struct diag *);
/* Where the case's report goes; "suffix" is ".json" or ".md". */
enum err	 suite_item_path(const struct suite_ctx *,
		    const struct suite_item *, const char *suffix, char *out,
		    size_t size);

/* --- suite_state.c: what is kept for resuming -------------------------------- */

/*
 * Takes the suite's lock and reads the state; jobs that nobody will resume
 * are canceled.  ERR_BUSY: this suite runs in this work folder already.
 */
enum err	 suite_state_open(struct suite_ctx *, struct diag *);
/* The job that an interrupted run had for these inputs, or "". */
void		 suite_state_find(struct suite_ctx *, struct suite_item *);
enum err	 suite_state_write(const struct suite_ctx *, struct diag *);
void		 suite_state_close(struct suite_ctx *);

#endif /* !CLI_SUITE_RUN_H */
