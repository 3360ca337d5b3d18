/*
 * A report as a comparison needs it: read strictly from JSON that may come
 * from anywhere, bounded, and small enough to keep two of them.
 *
 * Every text is cleaned on the way in (one line, no control characters, no
 * marks that reorder it), so whatever shows it need not care.
 */
#ifndef DOMAIN_COMPARE_REPORT_H
#define DOMAIN_COMPARE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define COMPARE_REPORT_MAX	((size_t)64 * 1024 * 1024)
#define COMPARE_TARGETS_MAX	1024
#define COMPARE_PROGS_MAX	8192	/* of one target; tests, too */
#define COMPARE_NAME_MAX	256	/* bytes; a longer name is refused */
#define COMPARE_TEXT_MAX	800	/* a longer sentence is cut */

enum	cmp_status {
	CMP_PASS,
	CMP_FAIL,
	CMP_INFRA,	/* the machinery failed: no answer */
	CMP_OTHER,	/* a word we do not know: no answer either */
};

enum	cmp_step { CMP_STEP_NONE, CMP_STEP_PASS, CMP_STEP_FAIL };

struct	cmp_prog {
	const char	*name;
	enum cmp_step	 load, attach;
	bool		 off;		/* not part of the load */
	bool		 near_limit;	/* of what the verifier will read */
	int64_t		 insns;		/* the verifier processed; 0: unknown */
	const char	*code, *sub, *reason;
};

struct	cmp_test {
	const char	*name;
	enum cmp_step	 result;
	bool		 required;
};

struct	cmp_target {
	const char	*id;
	bool		 required;
	enum cmp_status	 status;
	const char	*status_word;
	const char	*stage;		/* where it failed, or "" */
	const char	*code;		/* "" for none, also for NONE */
	const char	*sub, *confidence, *reason;
	const char	*kernel;	/* what booted, uname -r */
	const char	*infra;		/* what went wrong for CMP_INFRA */
	/* what the manifest makes of it (domain/expect.h) */
	bool		 expected_fail;	/* failed just as expected */
	bool		 outdated;	/* passed against a blocking one */
	struct cmp_prog	*progs;		/* by name, each once */
	size_t		 nprogs;
	struct cmp_test	*tests;		/* by name, each once */
	size_t		 ntests;
};

struct	cmp_report {
	const char	*run_id, *started_at, *status;
	const char	*name, *version, *basename, *sha256;
	const char	*matrix, *validator_sha256;
	const char	*mode, *attach_mode;
	struct cmp_target *targets;	/* by id, each once */
	size_t		 ntargets;
};

/*
 * ERR_SYNTAX: no JSON; ERR_INVAL: no report of schema v0.1, with the member
 * and its rule; ERR_TOOBIG.  The caller frees *out.
 */
enum err	 compare_report_read(const char *text, size_t len,
		    struct cmp_report **out, struct diag *);
void		 compare_report_free(struct cmp_report *);

#endif /* !DOMAIN_COMPARE_REPORT_H */
