/*
 * Decisions as rows (sql/0013-runtime.sql): appended with the event of the
 * audit stream that names their digest, never touched again.  What a
 * decision says is domain/decision.h's.
 */
#ifndef STORE_DECISION_H
#define STORE_DECISION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store_audit.h"

/* A row to append; borrowed, nothing may be NULL. */
struct	decision_new {
	const char	*id, *correlation_id, *created_at, *expires_at;
	const char	*source, *operation, *status, *code, *reason, *actor;
	const char	*tenant, *project, *root;
	const char	*name, *requested_version, *version, *sha256;
	const char	*chain, *record_sha256, *run_id;
	int64_t		 record_seq;
	const char	*event, *event_sha256, *trace;
};

/*
 * Within the caller's write transaction: the event of the audit and the row.
 * ERR_EXISTS: there is a decision with this id.
 */
enum err	 store_decision_add(struct db *, const struct decision_new *,
		    const struct audit_event *);

/* Owned; decision_row_clear(). */
struct	decision_row {
	int64_t	 seq, record_seq, audit_seq;
	char	*id, *correlation_id, *created_at, *expires_at;
	char	*source, *operation, *status, *code, *reason, *actor;
	char	*tenant, *project, *root;
	char	*name, *requested_version, *version, *sha256;
	char	*chain, *record_sha256, *run_id;
	char	*event, *event_sha256, *trace;
};

/* ERR_NOTFOUND. */
enum err	 store_decision_get(struct db *, const char *id,
		    struct decision_row *);
/*
 * Of one root ("" the server's, "tenant/project"), newest first, those before
 * "before" (0: from the newest).
 */
enum err	 store_decision_list(struct db *, const char *root,
		    int64_t before, int64_t limit, struct decision_row **,
		    size_t *n);
/* In the order they were made, from "seq" on. */
enum err	 store_decision_from(struct db *, const char *root,
		    int64_t seq, int64_t limit, struct decision_row **,
		    size_t *n);
/* The event of the audit at "seq"; the caller frees it. */
enum err	 store_decision_audit_line(struct db *, int64_t seq,
		    char **line);
void		 decision_row_clear(struct decision_row *);
void		 decision_rows_free(struct decision_row *, size_t n);

#endif /* !STORE_DECISION_H */
