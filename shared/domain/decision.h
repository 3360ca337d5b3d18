/*
 * Decisions of the runtime: what somebody asked for a host, what was
 * answered, and why.  Every answer is one, refusals and errors as well.
 *
 * decision_record() appends a row, and in the same transaction an event of
 * the audit stream whose metadata has the decision's id, correlation id and
 * digest.  So a decision is chained and sealed by what chains and seals the
 * audit; whoever records a decision writes no event besides.  The worker
 * publishes the event stream and a trace file for each.
 */
#ifndef DOMAIN_DECISION_H
#define DOMAIN_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "store/db.h"
#include "store/store_decision.h"

#define DECISION_TRACE_SCHEMA	"runtime_decision_trace.v0.1"
#define DECISION_EVENT_SCHEMA	"runtime_decision_event.v0.1"
#define DECISION_TRACE_MAX	((size_t)1024 * 1024)
#define DECISION_CORRELATION_SIZE 33	/* 32 hex digits + NUL */
#define DECISION_ID_MAX		64
#define DECISION_ID_SIZE	(DECISION_ID_MAX + 1)
#define DECISION_ROOT_SIZE	132	/* "" or "tenant/project" */
/* Where they are published, below the work folder or a project's folder. */
#define DECISION_STREAM		"registry/runtime_decisions.jsonl"
#define DECISION_TRACES		"runtime-audit/decisions"

enum	decision_kind { DECISION_SELECT, DECISION_FETCH, DECISION_EXECUTE,
	DECISION_AGENT };
enum	decision_source { DECISION_API, DECISION_CLI, DECISION_BY_AGENT };
enum	decision_outcome { DECISION_ALLOW, DECISION_DENY, DECISION_ERROR };

/* Everything is borrowed; NULL counts as "". */
struct	decision {
	enum decision_kind	 kind;
	enum decision_source	 source;
	enum decision_outcome	 outcome;
	/* NULL: made here; that of an execute is its correlation id. */
	const char	*id;
	const char	*correlation_id;	/* decision_correlation() */
	const char	*tenant, *project;
	const char	*agent_id;
	const char	*artifact_name, *requested_version, *target_profile;
	/* The record that was judged, as select.h names it. */
	const char	*version, *variant;
	const char	*chain, *record_sha256, *run_id, *sha256;
	int64_t		 record_seq;
	const char	*code;			/* why not: machine code */
	const char	*reason;		/* and the sentence */
	int64_t		 expires_at;		/* ms; 0: it does not */
	const char	*execution_status;	/* of an execute */
	/* Texts of JSON values for the trace; NULL leaves the key out. */
	const char	*policy, *probe, *host_probe, *selection, *fetch;
	const char	*execution, *history_verification;
	/* The text of an object: joins the metadata of the audit's event;
	   what is there by the same name stays. */
	const char	*metadata;
	const char *const *notes;
	size_t		 nnotes;
	/* Who asked: as in struct audit_event. */
	const char	*actor, *identity_type, *address, *user_agent;
	const char	*request_id;
	bool		 known;
};

/* What a reply says of it; owned, decision_done_clear(). */
struct	decision_done {
	char	 id[DECISION_ID_SIZE];
	char	 root[DECISION_ROOT_SIZE];
	struct buf event;	/* the event object, compact */
};

/* 16 random bytes as hex digits. */
void		 decision_correlation(
		    char [static DECISION_CORRELATION_SIZE]);
/* Letters, digits and hyphens: what cannot leave the folder of traces. */
bool		 decision_id_ok(const char *);
/*
 * One transaction.  ERR_INVAL: no correlation id, a bad id, or a text of
 * JSON that is none; ERR_EXISTS: a decision with this id is there, and stays
 * as it is.  *done is filled on ERR_OK only; the operation may go on without
 * (decision_audit_failed_json()).
 */
enum err	 decision_record(struct db *, const struct decision *,
		    struct decision_done *done, struct diag *);
void		 decision_done_clear(struct decision_done *);

/* Member "audit" of a reply: id, where trace and stream are, the event. */
void		 decision_audit_json(struct jsonw *,
		    const struct decision_done *);
/* Member "audit_error" of a reply. */
void		 decision_audit_failed_json(struct jsonw *, enum err,
		    const struct diag *);

/* ERR_NOTFOUND; decision_row_clear() after ERR_OK. */
enum err	 decision_find(struct db *, const char *id,
		    struct decision_row *);
/* Over at "now" (ms since the epoch)? */
bool		 decision_expired(const struct decision_row *, int64_t now);
/*
 * Is the row what was recorded: its event has the digest that its event of
 * the audit names, and its trace the digest that the event names?
 * ERR_CORRUPT with the reason.  (That the audit is as it was is
 * audit_check()'s.)
 */
enum err	 decision_check(struct db *, const struct decision_row *,
		    struct diag *);

#endif /* !DOMAIN_DECISION_H */
