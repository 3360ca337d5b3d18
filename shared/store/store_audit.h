/*
 * The audit stream: what was allowed and refused on the registry and the
 * runtime, one row an event, each with the digest of the one before it.
 * Any role appends, nobody changes or removes; the worker signs how long the
 * stream is and how it ends (domain/audit_chain.h).
 *
 * An event's line is its published form: compact JSON, keys in the order of
 * the existing clients (schema cloud_registry_audit_event.v0.1), then our
 * own, last "event_sha256": the SHA-256 of the same object without that key.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "store/db.h"

#define AUDIT_SCHEMA	"cloud_registry_audit_event.v0.1"
#define AUDIT_LINE_MAX	((size_t)16 * 1024)
/* Longer texts are cut; control characters become "?". */
#define AUDIT_TEXT_MAX	512
#define AUDIT_METADATA_MAX	((size_t)8 * 1024)
/* Repetitions are counted for so long before they become a row. */
#define AUDIT_FOLD_MS	60000

/* Strings stay the caller's; NULL counts as "". */
struct	audit_event {
	const char	*action;	/* "artifact_upload_denied" ... */
	const char	*status;	/* "success", "denied" */
	/*
	 * The subject of a known caller, "anonymous", or for a refused
	 * token what audit_token_actor() makes of it.
	 */
	const char	*actor;
	/* As asked for; bytes that no identifier has become "?". */
	const char	*tenant, *project;
	const char	*artifact_name, *artifact_version;
	const char	*message;	/* for people */
	const char	*metadata;	/* the text of one JSON object */
	const char	*request_id, *address, *user_agent;
	const char	*identity_type;	/* kind of the principal */
	int		 http_status;	/* 0: left out */
	/* The actor was authenticated; its repetitions are counted apart. */
	bool		 known;
	/*
	 * The first within AUDIT_FOLD_MS is a row, further ones with the
	 * same action, status, tenant, project (and actor, if known) are
	 * counted.  For refusals, and for reads that change nothing.
	 */
	bool		 fold;
};

/* A write transaction of its own. */
enum err	 audit_append(struct db *, const struct audit_event *);
/* Inside the caller's write transaction; never folds. */
enum err	 audit_append_in(struct db *, const struct audit_event *);

#define AUDIT_ACTOR_SIZE	24	/* "token:" + 16 hex digits + NUL */
/* A name for a token that counts for nothing, of no use for guessing it. */
enum err	 audit_token_actor(struct db *, const char *token,
		    char [static AUDIT_ACTOR_SIZE]);

/*
 * Turns counters whose minute is over into rows; the worker calls it.
 * *next_ms: until the next one is due, -1 for none.
 */
enum err	 audit_floods_close(struct db *, int64_t *next_ms);

/* --- reading ---------------------------------------------------------------*/

/* NULL or 0: not asked for.  Times are RFC 3339, "until" is exclusive. */
struct	audit_query {
	const char	*tenant, *project;	/* NULL tenant: all */
	const char	*action, *status, *actor;
	const char	*since, *until;
	int64_t		 before;	/* only rows with a smaller seq */
	int64_t		 limit;
};

struct	audit_row {
	int64_t	 seq, count;
	char	*event_id, *created_at;
	char	*action, *status, *actor, *tenant, *project;
	char	*artifact_name, *artifact_version, *message;
	char	*event_sha256, *prev_sha256, *line;
};

/* Newest first. */
enum err	 audit_list(struct db *, const struct audit_query *,
		    struct audit_row **, size_t *n);
/* In the order of the stream, from "seq" on. */
enum err	 audit_from(struct db *, int64_t seq, int64_t limit,
		    struct audit_row **, size_t *n);
void		 audit_rows_free(struct audit_row *, size_t n);

/* The end of the stream; 0 and "" before the first event. */
enum err	 audit_end(struct db *, int64_t *seq,
		    char sha256[static SHA256_HEX_SIZE]);
/* How many events the last seal covers; 0 without one. */
enum err	 audit_sealed(struct db *, int64_t *count);
enum err	 audit_seal_add(struct db *, int64_t count, const char *line);
/* The first seal that covers at least "count" events; the caller frees. */
enum err	 audit_seal_get(struct db *, int64_t count, int64_t *covers,
		    char **line);

#endif /* !STORE_AUDIT_H */
