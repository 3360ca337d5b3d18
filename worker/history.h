/* The signed record of a finished run, made as the run is written. */
#ifndef WORKER_HISTORY_H
#define WORKER_HISTORY_H

#include "domain/report.h"
#include "store/store_history.h"
#include "worker/signer/signer.h"

struct	history_draft;

/*
 * From a run whose summary and targets are set; the draft borrows the
 * strings of "r".  The caller frees it.
 */
enum err	 history_draft_new(const struct report_run *r, struct signer *,
		    struct history_draft **);
void		 history_draft_free(struct history_draft *);
/* A history_make_fn over a draft: takes its place in the chain and signs. */
enum err	 history_draft_make(const struct history_end *, void *draft,
		    struct history_new *);
/* Why the last history_draft_make() failed. */
const struct diag *history_draft_diag(const struct history_draft *);

#endif /* !WORKER_HISTORY_H */
