/*
 * Who may use the registry with a bearer token: the grant file
 * WORKDIR/cloud-registry/auth/tokens.json and the bootstrap token of the
 * environment.
 *
 *   { "schema_version": "cloud_registry_auth.v0.1", "tokens": [ {
 *	"token": "…"				as it is, or
 *	"token_hash": "…",			HMAC-SHA256 in hex, keyed with
 *	"token_hash_salt": "…",			this (base64)
 *	"not_before": "…", "expires_at": "…",	RFC 3339; valid before the end
 *	"subject": "…", "tenant": "…", "projects": ["…"],
 *	"can_read": true, "can_write": false } ] }
 *
 * "*" is every tenant, or every project and what concerns a whole tenant.
 * An empty tenant or list of projects is nobody's: other servers read it as
 * everybody's, and then a forgotten member opens everything.  Writing
 * implies reading.  A grant that breaks a rule never matches; the others
 * count.  A file that cannot be read as a whole lets nobody in.
 */
#ifndef DOMAIN_GRANTS_H
#define DOMAIN_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"

#define GRANTS_SCHEMA		"cloud_registry_auth.v0.1"
#define GRANTS_FILE		"cloud-registry/auth/tokens.json"
#define GRANTS_FILE_MAX		((size_t)4 * 1024 * 1024)
#define GRANTS_MAX		4096	/* a wrong token is held against each */
#define GRANTS_TOKEN_MAX	512	/* bytes of a presented token */
#define GRANTS_SUBJECT_SIZE	129	/* longest subject, with the NUL */
#define GRANTS_BOOTSTRAP	"bootstrap-token"	/* its subject */

enum	grants_need { GRANTS_READ, GRANTS_WRITE };

/* What is asked.  Tenant and project were checked for their form before. */
struct	grants_ask {
	const char	*token;		/* NULL or "": none was sent */
	const char	*tenant;
	const char	*project;	/* NULL: the whole tenant */
	enum grants_need need;
	int64_t		 now;		/* ms since the epoch */
};

/* Whom it was granted. */
struct	grants_who {
	char		 subject[GRANTS_SUBJECT_SIZE];
	bool		 can_write;
	bool		 bootstrap;
};

struct	grants;

/* WORKDIR/GRANTS_FILE */
enum err	 grants_path(const char *workdir, char *out, size_t size);

/*
 * A reader of the file, which need not be there and is looked into when it
 * is first needed.  ERR_INVAL names a variable of the bootstrap token whose
 * value is none: a server with that must not start.
 */
enum err	 grants_new(const struct conf *, struct grants **,
		    struct diag *);
void		 grants_free(struct grants *);

/*
 * Reads the file again if it has changed (another file, size or time);
 * *changed may be NULL.  ERR_UNAVAILABLE when it must not be used: broken,
 * too large, writable by others than its owner, or readable for everybody
 * while it holds a token as it is.  The diag is for the client.
 */
enum err	 grants_refresh(struct grants *, bool *changed,
		    struct diag *);

/*
 * Refreshes, then decides; nothing else is cached.  The first grant of the
 * file that fits counts.
 *  ERR_OK		*who is filled
 *  ERR_UNAUTH		no token, an unknown one, or the bootstrap token
 *			outside its time
 *  ERR_DENIED		a known token, but not for this, or not now
 *  ERR_UNAVAILABLE	as grants_refresh(); the bootstrap token still counts
 * The diag is for the client.
 */
enum err	 grants_decide(struct grants *, const struct grants_ask *,
		    struct grants_who *, struct diag *);

/* Why the file must not be used, with its path, for a log; NULL if it may. */
const char	*grants_problem(const struct grants *);

/* How many grants are in force at "now", and how many break a rule. */
void		 grants_count(const struct grants *, int64_t now,
		    size_t *valid, size_t *broken);

#endif /* !DOMAIN_GRANTS_H */
