/*
 * The public keys whose signatures count, and the verdict on one record of
 * the history: its digest, its place in the chain, its signature.
 *
 * Reading key files is the caller's work; here is what their text means.
 */
#ifndef DOMAIN_HISTORY_TRUST_H
#define DOMAIN_HISTORY_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ed25519.h"
#include "base/err.h"
#include "base/hash.h"
#include "domain/history.h"

struct history_trust;	/* a set of keys, in the order they were added */

/* Keys of a set; more are refused with ERR_TOOBIG. */
#define HISTORY_TRUST_MAX	256

enum err	 history_trust_new(struct history_trust **);
void		 history_trust_free(struct history_trust *);
/*
 * Adds the keys of a key file: one on each line, "KEY" or "KEY_ID KEY ..."
 * with KEY in base64; blank lines and lines that begin with "#" are skipped.
 * ERR_SYNTAX names "what" and the line; nothing of the text is added then.
 * A key that is there already stays as it is.
 */
enum err	 history_trust_lines(struct history_trust *, const char *text,
		    size_t len, const char *what, struct diag *);
/* The same for keys in one setting: "KEY" or "KEY_ID:KEY", by commas or blanks. */
enum err	 history_trust_inline(struct history_trust *, const char *text,
		    const char *what, struct diag *);
size_t		 history_trust_len(const struct history_trust *);
/* The computed id of the i-th key; false when there are not so many. */
bool		 history_trust_key_id(const struct history_trust *, size_t i,
		    char id[static ED25519_KEY_ID_SIZE]);
/* Is the key that the seal names trusted, and is this its signature? */
bool		 history_trust_verifies(const struct history_trust *,
		    const struct history_seal *, const void *, size_t len);
/* Index of the key that made a bare signature; HISTORY_TRUST_MAX: none. */
size_t		 history_trust_signer(const struct history_trust *,
		    const void *, size_t len,
		    const unsigned char sig[static ED25519_SIG_LEN]);

#define HISTORY_ISSUES_MAX	8
#define HISTORY_ISSUE_SIZE	200

/* What was found; clients match on the texts of the issues. */
struct	history_verdict {
	char	 computed[SHA256_HEX_SIZE];
	bool	 signature_valid;
	bool	 verified;	/* no issue at all */
	size_t	 nissues;
	char	 issue[HISTORY_ISSUES_MAX][HISTORY_ISSUE_SIZE];
};

/* Adds an issue; the record is then not verified. */
void		 history_issue(struct history_verdict *, const char *text);
/*
 * "prev" is the computed digest of the record before, NULL for the first
 * of a chain.  ERR_OK whatever the verdict; other errors mean that it could
 * not be told.
 */
enum err	 history_verify(const struct history_entry *, const char *prev,
		    const struct history_trust *, struct history_verdict *);

#endif /* !DOMAIN_HISTORY_TRUST_H */
