/*
 * What a run or a suite came to, as the formats of out.h need it: the same
 * few facts from a report (v0.1) and from a suite's report
 * (bpfcompat_suite.v0.1), whose targets are parts of reports.
 *
 * Everything is borrowed from the JSON value, "" where it says nothing.  The
 * texts may come out of a guest; each format escapes them in its own way.
 */
#ifndef DOMAIN_OUTCOME_H
#define DOMAIN_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json_in.h"

#define OUTCOME_SUITE_SCHEMA	"bpfcompat_suite.v0.1"

/* One cause: of a program, or (program "") of the target as a whole. */
struct	oc_finding {
	const char	*program, *section;
	const char	*code, *sub, *reason, *evidence, *remedy;
	const char	*verdict, *rule, *fix;	/* of the verifier */
	const char	*file, *text;		/* of the source, or "" */
	int64_t		 line, column;		/* 0: not known */
};

struct	oc_test {
	const char	*name, *status, *error, *out, *err;
	bool		 required;
};

/* What a target means for whoever waits for the verdict. */
enum	oc_effect {
	OC_OK,		/* passed */
	OC_EXPECTED,	/* failed as the manifest says */
	OC_KNOWN,	/* failed in the baseline, too */
	OC_OPTIONAL,	/* failed, and need not have passed */
	OC_BLOCKS,	/* failed, or passed against the manifest */
	OC_UNKNOWN,	/* could not be told, required */
	OC_UNTOLD,	/* could not be told, optional */
	OC_EFFECT__MAX
};

struct	oc_target {
	const char	*profile, *status, *kernel, *stage;
	const char	*code, *reason, *infra, *expected;
	const char	*baseline;	/* "", new, known, cause_changed, fixed */
	bool		 required;
	enum oc_effect	 effect;
	int64_t		 ms;
	struct oc_finding *findings;
	size_t		 nfindings;
	struct oc_test	*tests;
	size_t		 ntests;
};

struct	oc_case {
	const char	*name, *artifact, *sha256, *matrix, *mode;
	const char	*status, *error, *run_id, *started_at;
	int64_t		 ms;
	int		 exit_code;
	struct oc_target *targets;
	size_t		 ntargets;
};

struct	outcome {
	bool		 suite;
	const char	*name, *status, *started_at;
	int64_t		 ms;
	int		 exit_code;
	struct oc_case	*cases;
	size_t		 n;
};

/*
 * ERR_INVAL: neither of the two; ERR_NOMEM.  *out lives as long as "doc" and
 * is released with outcome_free().
 */
enum err	 outcome_read(const struct jval *doc, struct outcome **out,
		    struct diag *);
void		 outcome_free(struct outcome *);

/* "blocks", "known", ...; static. */
const char	*oc_effect_word(enum oc_effect);

struct	oc_counts {
	int64_t	 effect[OC_EFFECT__MAX];
	int64_t	 total;
};
void		 outcome_count(const struct outcome *, struct oc_counts *);

#endif /* !DOMAIN_OUTCOME_H */
