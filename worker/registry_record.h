/* The record that is signed for an upload or for a yank. */
#ifndef WORKER_REGISTRY_RECORD_H
#define WORKER_REGISTRY_RECORD_H

#include <stdbool.h>

#include "base/timefmt.h"
#include "domain/history_next.h"
#include "domain/registry.h"
#include "worker/engine.h"

/* What is known of a request before its transaction begins. */
struct	registry_draft {
	struct engine			*g;
	const struct registry_request	*r;
	struct registry_details		 details;
	struct registry_compat		 compat;	/* of a report */
	struct history_entry		 old;		/* of a yank */
	bool				 have_old;
	struct history_record		 rec;
	struct history_next		 next;
	const char			*evidence;	/* static */
	int64_t				 report_size;
	char				 created[TIME_RFC3339_SIZE];
	char				 run_id[128];
	char				 artifact_path[512];
	char				 report_path[512];
	char				 matrix_path[256];
	char				 markdown_path[256];
	struct diag			 diag;
};

enum err	 registry_draft_init(struct registry_draft *, struct engine *,
		    const struct registry_request *);
void		 registry_draft_clear(struct registry_draft *);

/*
 * Reads the stored report and hashes the stored artifact.  NULL, or the word
 * of a refusal with the reason in the diag; *e is set when it could not be
 * told.
 */
const char	*registry_draft_check(struct registry_draft *, enum err *e);
/* Fills "rec" for an upload that was checked. */
enum err	 registry_draft_upload(struct registry_draft *);
/* Fills "rec" for a yank of this version. */
enum err	 registry_draft_yank(struct registry_draft *,
		    const struct registry_version *);
/* A history_make_fn over a draft whose record is filled. */
enum err	 registry_draft_make(const struct history_end *, void *draft,
		    struct history_new *);

#endif /* !WORKER_REGISTRY_RECORD_H */
