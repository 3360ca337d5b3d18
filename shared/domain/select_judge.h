/*
 * The judgement on one form of record for one host under one policy: a score
 * with its reasons, and what rejects it.  No database, no clock.
 *
 * Evidence for and against is kept apart: what is most specific about the
 * host decides, and what failed elsewhere takes nothing from what passed
 * here.
 */
#ifndef DOMAIN_SELECT_JUDGE_H
#define DOMAIN_SELECT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/history.h"
#include "domain/select.h"
#include "domain/select_match.h"

#define JUDGE_REASONS_MAX	12
#define JUDGE_VIOLATIONS_MAX	14
#define JUDGE_TEXT_MAX		192

/* What a record claims; borrowed. */
struct	judge_claim {
	const char		*status;
	int64_t			 required_passed, required_failed;
	struct history_list	 supported, failed, codes;
};

struct	judge_reason {
	const char	*type;		/* static */
	int64_t		 weight;
	char		 details[JUDGE_TEXT_MAX];
};

struct	judge_violation {
	const char	*code;		/* static */
	bool		 policy;	/* of the request's policy */
	char		 text[JUDGE_TEXT_MAX];
};

struct	judgement {
	int64_t			 score;
	struct judge_reason	 reason[JUDGE_REASONS_MAX];
	size_t			 nreasons;
	struct judge_violation	 violation[JUDGE_VIOLATIONS_MAX];
	size_t			 nviolations;
	const char		*evidence;	/* static: "exact" ... "none" */
	char			 profile[PROFILE_ID_MAX + 1]; /* it is from */
	/* Passed on this very kernel, or on the one asked for. */
	bool			 exact;
};

struct judge;	/* what stays the same for all records of a request */

enum err	 judge_new(const struct select_query *, struct judge **);
void		 judge_free(struct judge *);
void		 judge_record(struct judge *, const struct judge_claim *,
		    struct judgement *);
/* One that another part of selection found; never of the policy. */
void		 judge_reject(struct judgement *, const char *code,
		    const char *fmt, ...)
		    __attribute__((format(printf, 3, 4)));
/* Is the profile in the list? */
bool		 judge_listed(const struct history_list *, const char *id);

#endif /* !DOMAIN_SELECT_JUDGE_H */
