/*
 * The grant file as an administrator changes it: under a lock, whole or not
 * at all, on disk when the call returns.  What is not touched stays as it
 * is, members of other programs too.  A file that somebody edits by hand
 * meanwhile is not overwritten.
 */
#ifndef DOMAIN_GRANTS_EDIT_H
#define DOMAIN_GRANTS_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "domain/grant.h"

/* How long another change of the file is waited for. */
#define GRANTS_EDIT_LOCK_MS	10000

struct grants_edit;

/*
 * Reads the file, which need not be there.  "write": takes the lock and
 * makes the folder.  The diag names the file; it is for an administrator.
 */
enum err	 grants_edit_open(const char *workdir, bool write,
		    struct grants_edit **, struct diag *);
void		 grants_edit_close(struct grants_edit *);

size_t		 grants_edit_count(const struct grants_edit *);
/* In the order of the file, those that were dropped among them. */
const struct grant *grants_edit_get(const struct grants_edit *, size_t);

void		 grants_edit_drop(struct grants_edit *, size_t);
/* Its token is kept as a salted digest from now on. */
void		 grants_edit_hash(struct grants_edit *, size_t);

struct	grant_new {
	const char	*token;		/* goes in as a digest */
	const char	*subject, *tenant;
	const char	*projects;	/* by commas */
	const char	*not_before, *expires_at;	/* "" or RFC 3339 */
	bool		 can_read, can_write;
};

/* At the end.  ERR_INVAL says what is wrong with it. */
enum err	 grants_edit_add(struct grants_edit *,
		    const struct grant_new *, struct diag *);

/* ERR_BUSY: the file was changed by something that takes no lock. */
enum err	 grants_edit_save(struct grants_edit *, struct diag *);

/* {"token_hash":…,"token_hash_salt":…}, members of a grant for "token". */
struct jsonw;
enum err	 grants_hash_write(const char *token, struct jsonw *);

#endif /* !DOMAIN_GRANTS_EDIT_H */
