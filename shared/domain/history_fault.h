/*
 * Everything that can be wrong with a signed history, each with a word of
 * its own for programs, and the verdict on one record.  The texts beside
 * the words are for people; those that the first generation of clients
 * matches on are kept as they were.
 */
#ifndef DOMAIN_HISTORY_FAULT_H
#define DOMAIN_HISTORY_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"

enum	history_fault {
	HF_NONE = 0,
	/* a line that is no record */
	HF_TORN,	/* no JSON: cut short, or garbage */
	HF_TOO_LONG,
	HF_UTF8,
	HF_TRAILING,	/* bytes after the record */
	HF_KEY_UNKNOWN,
	HF_KEY_TWICE,
	HF_KEY_CASE,
	HF_TYPE,
	HF_FORM,	/* order of keys, spaces, escapes */
	/* digest and place */
	HF_DIGEST_MISSING,
	HF_DIGEST,
	HF_PREV_SURPLUS,
	HF_PREV_MISSING,
	HF_PREV,
	HF_REORDERED,
	HF_DUPLICATE,
	HF_GAP,
	HF_COLUMNS,
	HF_UNPROVEN,	/* no signed end can be reached from it */
	/* signature and key */
	HF_UNSIGNED,
	HF_ALG,
	HF_NO_TRUST,
	HF_KEY_BASE64,
	HF_KEY_FOREIGN,
	HF_KEY_ID,
	HF_SIG_BASE64,
	HF_FORGED,
	HF_KEY_REVOKED,
	HF_KEY_RETIRED,	/* signed after its key was replaced */
	HF_KEY_EARLY,	/* signed before its key was introduced */
	HF_KEY_ORDER,	/* an older key after a newer one */
	/* the signed end of a chain */
	HF_HEAD_MISSING,
	HF_HEAD_FORM,
	HF_HEAD_FORGED,
	HF_HEAD_CHAIN,
	HF_HEAD_KEY,
	HF_TRUNCATED,
	HF_ADDED,
	HF_END_DIGEST,
	HF_PINNED,	/* it does not hold an end that was kept elsewhere */
	HF_CHECKPOINT,	/* an end that was kept here is not as it was signed */
	/* the statements about keys */
	HF_RING_FORM,
	HF_RING_FORGED,
	HF_RING_CUT,
	HF__MAX
};

/* Lower-case word, static: "signature_invalid". */
const char	*history_fault_code(enum history_fault);

#define HISTORY_ISSUES_MAX	8
#define HISTORY_ISSUE_SIZE	200

/* What was found; clients match on the texts of the issues. */
struct	history_verdict {
	char	 computed[SHA256_HEX_SIZE];
	bool	 signature_valid;
	bool	 verified;	/* no issue at all */
	int	 key;		/* which of the trusted keys; -1: none */
	size_t	 nissues;
	enum history_fault fault[HISTORY_ISSUES_MAX];
	char	 issue[HISTORY_ISSUES_MAX][HISTORY_ISSUE_SIZE];
};

/* Adds an issue; the record is then not verified. */
void		 history_issue(struct history_verdict *, enum history_fault,
		    const char *fmt, ...)
		    __attribute__((format(printf, 3, 4)));
/* Is this fault among the issues? */
bool		 history_has(const struct history_verdict *,
		    enum history_fault);

#endif /* !DOMAIN_HISTORY_FAULT_H */
