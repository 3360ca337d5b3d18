/*
 * From what one attempt left behind (the runner's end event, the validator's
 * document) to a verdict on the target.
 *
 * The document is a hostile guest's word: it is read bounded, and a document
 * that does not add up is an infrastructure error.  A guest that died or hung
 * after libbpf was let at the object is a failure of the object, with its own
 * code; a guest that died before is trouble of ours.
 */
#ifndef WORKER_COLLECT_H
#define WORKER_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/classify.h"
#include "domain/expect.h"
#include "domain/report.h"
#include "worker/runner.h"

/* Largest validator document taken in. */
#define COLLECT_RESULT_MAX	((size_t)24 * 1024 * 1024)
/* Failing programs that get a classification of their own. */
#define COLLECT_PROGRAMS_MAX	512

struct	collected {
	enum report_status	 status;
	const char		*failed_stage;	/* static, or NULL */
	bool			 retry;		/* a fresh VM may cure it */
	struct jval		*result;	/* document, or NULL */
	struct class_result	*cls;		/* of a failing target */
	struct class_result	**prog_cls;	/* per program, or NULL */
	size_t			 nprogs;
	struct expect_result	 expected;	/* declared.h fills it */
	char			 error_code[32];	/* of an infra error */
	char			 error[1024];
};

/*
 * "dir" is the attempt's evidence folder, "artifact" the object's path.
 * Always fills *out; release it with collect_clear().
 */
void	 collect(const char *dir, const char *artifact,
	    const struct runner_end *, struct collected *out);
void	 collect_clear(struct collected *);
/* An infrastructure error that no VM had a part in. */
void	 collect_infra(struct collected *, const char *code,
	    const char *error, bool retry);

#endif /* !WORKER_COLLECT_H */
