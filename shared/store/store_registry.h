/*
 * The tenant registry as rows: projects, which the API writes itself, and
 * versions, which only the worker writes, because each comes with a signed
 * record.  What the API wants signed it puts into registry_requests and
 * waits (domain/registry.h says who checks what).
 *
 * Unless a comment says otherwise each function is one transaction.
 */
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

/* --- projects --------------------------------------------------------------*/

struct	registry_project {	/* owned; project_clear() */
	char	*tenant, *project, *visibility, *matrix_path;
	char	*created_at, *updated_at;
};

/* NULL members stay as they are; a new project is private. */
struct	project_put {
	const char	*tenant, *project;
	const char	*visibility;	/* "private" or "public" */
	const char	*matrix_path;	/* "": none */
};

/*
 * Creates or changes; *p is what is there now.  "then" may be NULL; it is
 * called inside the transaction, and its error undoes everything.
 */
typedef enum err (*registry_then_fn)(struct db *, void *arg);
enum err	 store_project_put(struct db *, const struct project_put *,
		    registry_then_fn then, void *arg,
		    struct registry_project *p);
/* ERR_NOTFOUND.  "p" may be NULL: is it there? */
enum err	 store_project_get(struct db *, const char *tenant,
		    const char *project, struct registry_project *p);
/*
 * Projects of a tenant by name, those after "after" (NULL: from the first).
 */
enum err	 store_project_list(struct db *, const char *tenant,
		    const char *after, int64_t limit,
		    struct registry_project **, size_t *n);
/* Is there such a project, and is it public? */
enum err	 store_project_public(struct db *, const char *tenant,
		    const char *project, bool *is_public);
void		 project_clear(struct registry_project *);
void		 projects_free(struct registry_project *, size_t n);

/* --- versions --------------------------------------------------------------*/

/* Which version of what; borrowed. */
struct	version_key {
	const char	*tenant, *project, *name, *version;
};

struct	registry_version {	/* owned; version_clear() */
	char	*name, *version;
	char	*sha256, *report_sha256;
	char	*evidence;	/* "run", "report", "claim" */
	char	*record_sha256;
	char	*uploaded_by, *created_at;
	char	*yanked_at;	/* "": it is not */
	char	*yanked_by, *yank_reason, *yank_record_sha256;
	char	*line;		/* the signed record of the upload */
	int64_t	 seq;		/* its place in the chain; 0: it has none */
	int64_t	 size;
};

/* With its signed record; ERR_NOTFOUND. */
enum err	 store_version_get(struct db *, const struct version_key *,
		    struct registry_version *);
void		 version_clear(struct registry_version *);

/* A record of a project's chain beside what is known of its version. */
struct	registry_entry {
	int64_t			 seq;
	char			*line;	/* the record, as it was signed */
	bool			 yank;	/* it is the record of a yank */
	struct registry_version	 v;	/* without line and seq */
};

/*
 * Newest first, those before "before" (0: from the newest); of one artifact
 * name, or of all when it is NULL.
 */
enum err	 store_registry_list(struct db *, const char *tenant,
		    const char *project, const char *name, int64_t before,
		    int64_t limit, struct registry_entry **, size_t *n);
void		 registry_entries_free(struct registry_entry *, size_t n);
/* How many records such a list has in all. */
enum err	 store_registry_count(struct db *, const char *tenant,
		    const char *project, const char *name, int64_t *n);

/* --- requests, the API's side ----------------------------------------------*/

#define REGISTRY_REQUEST_ID_SIZE	37	/* reg- + 32 hex + NUL */

struct	registry_ask {	/* borrowed; NULL counts as "" */
	const char		*kind;	/* "upload", "yank" */
	struct version_key	 key;
	const char		*sha256;
	int64_t			 size;
	const char		*report_sha256;
	bool			 claim;	/* the report object is a claim */
	const char		*details;	/* JSON, domain/registry.h */
	const char		*actor, *identity_type;
	const char		*request_id, *address, *user_agent;
};

enum err	 store_registry_ask(struct db *, const struct registry_ask *,
		    char id[static REGISTRY_REQUEST_ID_SIZE]);

struct	registry_answer {	/* owned; answer_clear() */
	char	*state;		/* "pending", "done", "refused", "withdrawn" */
	char	*code, *error;	/* of a refusal */
	bool	 repeated;	/* identical bytes were there already */
};

enum err	 store_registry_answer(struct db *, const char *id,
		    struct registry_answer *);
void		 answer_clear(struct registry_answer *);
/* ERR_WRONGSTATE: it has been answered meanwhile. */
enum err	 store_registry_withdraw(struct db *, const char *id);
/*
 * Does a row refer to this object, or is somebody about to make one?  Asked
 * under the object lock by whoever wants to remove it.
 */
enum err	 store_object_needed(struct db *, const char *sha256,
		    bool *needed);

/* --- requests, the worker's side --------------------------------------------*/

struct	registry_request {	/* owned; request_clear() */
	int64_t	 seq, size;
	char	*id, *kind, *tenant, *project, *name, *version;
	char	*sha256, *report_sha256, *details;
	char	*actor, *identity_type, *request_id, *address, *user_agent;
	bool	 claim;
};

/*
 * The first request after "after" that waits; ERR_NOTFOUND.  A read: what is
 * decided on it is fenced by the state again.
 */
enum err	 store_registry_next(struct db *, int64_t after,
		    struct registry_request *);
void		 request_clear(struct registry_request *);

/* The rest is for inside the worker's write transaction. */

/* ERR_WRONGSTATE: it does not wait any longer. */
enum err	 store_registry_done(struct db *, const char *id,
		    bool repeated);
enum err	 store_registry_refuse(struct db *, const char *id,
		    const char *code, const char *error);
/* What a project ("" for name) or one name in it holds. */
enum err	 store_registry_usage(struct db *, const char *tenant,
		    const char *project, const char *name, int64_t *versions,
		    int64_t *bytes);

/* How far finished runs were offered to a project by themselves. */
struct	registry_sync {
	const char	*tenant, *project;
	int64_t		 seq;	/* of the last one in the order they ended */
};

/*
 * Reads s->seq.  ERR_NOTFOUND: it begins now, and s->seq is the last run
 * there is.
 */
enum err	 store_registry_sync_get(struct db *, struct registry_sync *);
enum err	 store_registry_sync_put(struct db *,
		    const struct registry_sync *);

struct	version_new {
	struct version_key	 key;
	const char		*sha256, *report_sha256;
	int64_t			 size, report_size;
	const char		*evidence, *record_sha256, *actor;
	const char		*created_at;
};

/* Also makes the rows of its two objects. */
enum err	 store_version_add(struct db *, const struct version_new *);

/* The record's time is the row's, too. */
struct	version_yank {
	const char	*actor, *reason, *record_sha256, *created_at;
};

enum err	 store_version_yank(struct db *, const struct version_key *,
		    const struct version_yank *);

#endif /* !STORE_REGISTRY_H */
