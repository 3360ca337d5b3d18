/*
 * Selection: which recorded version of an artifact may this host load, and
 * why?  Candidates are records of one chain of the signed history.  The
 * score, the policy and what rejects a record are in doc/runtime.md.
 *
 * Forms of records (history_shapes) are judged first; the records that are
 * taken are then read from their signed lines and judged by these again, so
 * a column nobody has signed decides nothing.
 */
#ifndef DOMAIN_SELECT_H
#define DOMAIN_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "domain/hostprobe.h"
#include "domain/profile.h"
#include "store/db.h"
#include "store/store_history.h"

struct decision;

#define SELECT_SCHEMA		"runtime_selection.v0.1"
#define SELECT_LIST_MAX		100	/* entries of a list of candidates */
#define SELECT_REJECTED_MAX	50	/* of those rejected that are listed */
#define SELECT_CODES_MAX	64	/* of a list in a policy */

/* --- what is demanded -------------------------------------------------------*/

struct	select_policy {
	bool		 summary_pass;
	bool		 kernel_btf, attach, ringbuf, perf_event_array;
	int64_t		 min_required_passed;	/* <= 0: off */
	int64_t		 max_required_failed;	/* -1: off */
	/* Codes of other kernels do not count where this one passed. */
	bool		 codes_of_host;
	char		*deny[SELECT_CODES_MAX];	/* owned; upper case */
	char		*allow[SELECT_CODES_MAX];	/* sorted, each once */
	size_t		 ndeny, nallow;
};

/* Nothing is demanded. */
void		 select_policy_init(struct select_policy *);
/*
 * From the request's object (NULL or null: nothing is demanded).  ERR_INVAL
 * with the field under "label".
 */
enum err	 select_policy_read(const struct jval *, const char *label,
		    struct select_policy *, struct diag *);
void		 select_policy_clear(struct select_policy *);
/* Does it demand anything? */
bool		 select_policy_constrains(const struct select_policy *);
/* As it is in force, normalised; for replies and traces. */
void		 select_policy_json(struct jsonw *, const char *key,
		    const struct select_policy *);

/* --- the record that was judged ---------------------------------------------*/

/*
 * Names one record for ever.  Whoever fetches or executes what was selected
 * takes these, and no version label, to select_resolve().
 */
struct	select_ref {
	char	 chain[HISTORY_CHAIN_MAX + 1];
	int64_t	 seq;
	char	 record_sha256[SHA256_HEX_SIZE];
	char	 artifact_sha256[SHA256_HEX_SIZE];
	char	*run_id;	/* owned */
};

/*
 * The record again, as a list of one for history_rows_free().
 * ERR_NOTFOUND: there is none such; ERR_CORRUPT: what is in its place is
 * another one, or its columns are not what its line says.
 */
enum err	 select_resolve(struct db *, const struct select_ref *,
		    struct history_row **, size_t *n, struct diag *);

/* --- selecting --------------------------------------------------------------*/

struct	select_query {	/* borrowed */
	const char			*chain;	/* "" or "tenant/project" */
	const char			*name;
	const char			*version;	/* NULL, "": any */
	const char			*target_profile; /* NULL, "": none */
	int64_t				 limit;	/* <= 0: SELECT_LIST_MAX */
	const struct select_policy	*policy;
	const struct host		*host;
	const struct profile_set	*profiles;
};

struct	select_candidate {
	struct select_ref	 ref;
	char			*version, *variant, *status, *created_at;
	int64_t			 score;
	bool			 accepted;
	struct buf		 reasons;	/* text of a JSON array */
	struct buf		 violations;	/* the same: sentences */
	struct buf		 codes;	/* and their machine codes */
	char			 evidence[24];	/* "exact", "nearest" ... */
	char			 evidence_profile[PROFILE_ID_MAX + 1];
};

struct selection;	/* owned; selection_free() */

/*
 * Within db_begin_read(), or alone.  On ERR_OK there is a selected record.
 * Without one, *sel is set all the same where there were candidates:
 *  ERR_NOTFOUND	"artifact_unknown", "version_unknown": *sel is NULL
 *  ERR_WRONGSTATE	"no_acceptable_candidate": *sel has the rejected
 *  ERR_CORRUPT		a record that was taken is not what was indexed
 */
enum err	 select_run(struct db *, const struct select_query *,
		    struct selection **sel, struct diag *);
void		 selection_free(struct selection *);
/* NULL when none was accepted. */
const struct select_candidate *selection_chosen(const struct selection *);
/*
 * What a decision says of a selection that ended with "result": kind,
 * outcome, and the record that was chosen.  Borrowed from the selection.
 */
void		 selection_decided(const struct selection *, enum err result,
		    struct decision *);
/* The result object (schema runtime_selection.v0.1). */
void		 selection_json(struct jsonw *, const char *key,
		    const struct selection *);

#endif /* !DOMAIN_SELECT_H */
