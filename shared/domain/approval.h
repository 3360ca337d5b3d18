/*
 * An approval: somebody's word that one artifact may be executed on one host
 * until some time, once.  "bpfcompat admin approval create" makes it with the
 * secret BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN, the gates of runtime
 * execute check it (X-Execute-Approval-Token).
 *
 *   approval.v1.<claims>.<mac>
 *
 * <claims> is base64url of compact JSON, <mac> base64url of HMAC-SHA256 over
 * all before its dot, with the secret.  The secret itself approves nothing:
 * whoever sent it once could send it for everything, for ever.
 */
#ifndef DOMAIN_APPROVAL_H
#define DOMAIN_APPROVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define APPROVAL_PREFIX		"approval.v1."
#define APPROVAL_MAX		((size_t)4096)	/* bytes of one */
#define APPROVAL_NAME_MAX	128	/* as a subject */
#define APPROVAL_ID_SIZE	33	/* 32 hex digits and the NUL */
/* Bytes of a secret; a shorter one is found from one approval. */
#define APPROVAL_SECRET_MIN	32
/* None is valid longer: until then it is remembered that it was used. */
#define APPROVAL_LIFE_MAX_MS	((int64_t)24 * 3600 * 1000)

struct	approval {
	char	 id[APPROVAL_ID_SIZE];
	char	 tenant[APPROVAL_NAME_MAX + 1];
	char	 project[APPROVAL_NAME_MAX + 1];
	char	 digest[SHA256_HEX_SIZE];	/* of the artifact's bytes */
	char	 version[APPROVAL_NAME_MAX + 1];
	char	 host[APPROVAL_NAME_MAX + 1];	/* hostname of the server */
	char	 approved_by[APPROVAL_NAME_MAX + 1];
	int64_t	 not_before, expires_at;	/* ms; whole seconds */
};

/*
 * Appends the token.  "id" is made when it is "".  ERR_INVAL names a member
 * that is missing or too long, or says that it would be valid too long.
 */
enum err	 approval_make(const char *secret, struct approval *,
		    struct buf *out, struct diag *);

/* What it has to be about; digest and version NULL: not known yet. */
struct	approval_ask {
	const char	*tenant, *project;
	const char	*digest, *version;
	const char	*host;
	const char	*requested_by;	/* must be somebody else; NULL: anybody */
	int64_t		 now;		/* ms */
};

/*
 * Checks one and fills *a.  ERR_DENIED; the diag's word says why:
 * approval_missing, approval_invalid (no approval, or another secret),
 * approval_not_yet, approval_expired, approval_other_host,
 * approval_other_project, approval_other_artifact (digest or version),
 * approval_by_requester.  ERR_UNAVAILABLE, approval_not_configured: the
 * secret is unset or too short.
 */
enum err	 approval_check(const char *secret, const char *token,
		    const struct approval_ask *, struct approval *a,
		    struct diag *);
/* Only what it says, for people; nothing is believed. */
enum err	 approval_read(const char *token, struct approval *,
		    struct diag *);

#endif /* !DOMAIN_APPROVAL_H */
