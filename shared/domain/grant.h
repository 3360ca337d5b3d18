/*
 * One entry of the grant file (grants.h): read, checked and compared.  What
 * it says about itself is kept so that an administrator can be told why it
 * does not work.
 */
#ifndef DOMAIN_GRANT_H
#define DOMAIN_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/json_in.h"

#define GRANT_SALT_MAX	64	/* bytes of a salt; ours are 16 */
#define GRANT_SALT_LEN	16
#define GRANT_PROJECTS_MAX 256	/* in one grant */

struct	grant {
	char		*subject;
	char		*tenant;	/* "*": all */
	char		**projects;	/* without "*" */
	size_t		 nprojects;
	bool		 all_projects;
	bool		 can_read;
	bool		 can_write;
	bool		 plaintext;	/* the file holds a token itself */
	bool		 hashed;	/* which then does not count */
	int64_t		 from;		/* ms; 0: always */
	int64_t		 until;		/* ms; INT64_MAX: for ever */
	uint8_t		 salt[GRANT_SALT_MAX];
	size_t		 salt_len;
	uint8_t		 digest[SHA256_LEN];
	char		 broken[128];	/* why it never matches, or "" */
	char		 odd[128];	/* a member that is not known, or "" */
};

/*
 * Fills *g from a member of "tokens"; release it with grant_clear(), also
 * after an error (ERR_NOMEM, and nothing else: a grant that breaks a rule is
 * a grant, too).  A token that stands in the file is kept as a digest with
 * "salt" (GRANT_SALT_LEN bytes).
 */
enum err	 grant_parse(const struct jval *, const uint8_t *salt,
		    struct grant *);
void		 grant_clear(struct grant *);

/* Is it in force at "now", and is nothing wrong with it? */
bool		 grant_valid(const struct grant *, int64_t now);
/* Does it cover this?  Without a project: the whole tenant. */
bool		 grant_covers(const struct grant *, const char *tenant,
		    const char *project);

#endif /* !DOMAIN_GRANT_H */
