/*
 * Two reports, "base" and "head", and the question between them: may the
 * head be shipped?  The answer is about what changed: a kernel that took the
 * base and refuses the head stops it, one that refused both does not.
 *
 * What the machinery could not tell is never called a regression or a fix;
 * on a required kernel it makes the whole answer inconclusive.  A failure
 * that the head's manifest expects is no news.
 */
#ifndef DOMAIN_COMPARE_H
#define DOMAIN_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "domain/compare_report.h"

#define COMPARE_SCHEMA		"compat_diff.v0.1"
#define COMPARE_COST_PERCENT	10	/* default threshold, both ways */
#define COMPARE_COST_PERCENT_MAX 100000
/* Fewer instructions than this more or less are never worth a word. */
#define COMPARE_COST_FLOOR	64
/* Program and test rows of a whole comparison; what is beyond is counted. */
#define COMPARE_PARTS_MAX	2000

/* What besides a required regression makes the verdict a failure. */
enum	cmp_strict {
	CMP_STRICT_OPTIONAL	= 1 << 0, /* regressions of optional targets */
	CMP_STRICT_PROGRAMS	= 1 << 1, /* parts lost on a passing target */
	CMP_STRICT_COST		= 1 << 2, /* verifier cost up */
	CMP_STRICT_EXISTING	= 1 << 3, /* required ones that still fail */
};

struct	compare_opts {
	int64_t		 cost_percent;
	unsigned int	 strict;	/* enum cmp_strict */
};

/* What happened to a target, as far as shipping is concerned. */
enum	cmp_effect {
	CMP_NEW_FAILURE,	/* worked, fails now */
	CMP_DROPPED,		/* not in head any more */
	CMP_ADDED_FAILING,	/* new in head, and fails */
	CMP_OUTDATED,		/* passes against the manifest, newly */
	CMP_LOST_PARTS,		/* passes, but parts of it do not any more */
	CMP_CAUSE_CHANGED,	/* failed and fails, for another reason */
	CMP_NO_ANSWER,		/* the machinery failed where it matters */
	CMP_EXPECTED,		/* fails as the head's manifest says */
	CMP_STILL_FAILING,
	CMP_ANSWERED,		/* no answer before, works now */
	CMP_ADDED,
	CMP_FIXED,
	CMP_SAME,
	CMP_EFFECT__MAX
};

/* Static word, and how a group of such targets is called. */
const char	*cmp_effect_word(enum cmp_effect);
const char	*cmp_effect_title(enum cmp_effect);

enum	cmp_part_change {
	CMP_PART_SAME,
	CMP_PART_LOST,		/* loaded, attached or passed; does not now */
	CMP_PART_CAUSE,		/* fails for another reason */
	CMP_PART_GAINED,
	CMP_PART_REMOVED,
	CMP_PART_ADDED,
	CMP_PART_CHANGE__MAX
};
const char	*cmp_part_word(enum cmp_part_change);

enum	cmp_cost { CMP_COST_SAME, CMP_COST_UP, CMP_COST_DOWN };

/* A program on one target: either side may be NULL, not both. */
struct	cmp_prog_row {
	const struct cmp_prog	*base, *head;
	enum cmp_part_change	 change;
	enum cmp_cost		 cost;	/* beyond the threshold */
	int64_t			 permille; /* of the cost, 1000: as much more */
	bool			 near_limit; /* newly */
};

struct	cmp_test_row {
	const struct cmp_test	*base, *head;
	enum cmp_part_change	 change;
};

struct	cmp_row {
	const struct cmp_target	*base, *head;	/* either may be NULL */
	const char		*id;
	bool			 required;	/* in base or head */
	const char		*change;	/* the word clients know */
	enum cmp_effect		 effect;
	bool			 blocks;	/* makes the verdict a failure */
	bool			 inconclusive;	/* required, and not told */
	int			 stage;		/* < 0: fails earlier, > 0 later */
	struct cmp_prog_row	*progs;		/* those with something to say */
	size_t			 nprogs;
	struct cmp_test_row	*tests;
	size_t			 ntests;
	size_t			 lost, gained;	/* programs and tests */
	size_t			 cost_up, cost_down, near_limit;
	size_t			 cut;		/* rows over the limit */
};

struct	cmp_counts {
	int64_t	 total, changed, improved, regressed, unchanged;
	int64_t	 required_regressions;	/* of each kind below */
	int64_t	 required_new, required_dropped, required_added_failing;
	int64_t	 required_outdated, required_existing;
	int64_t	 base_required_failed, head_required_failed;
	int64_t	 required_inconclusive, head_required;
	int64_t	 effect[CMP_EFFECT__MAX];
	int64_t	 required_removed_flag;	/* required before, optional now */
	int64_t	 optional_regressions;
	int64_t	 parts_lost, parts_gained;
	int64_t	 cost_up, cost_down, near_limit;
	int64_t	 worst_permille;	/* of cost up */
	int64_t	 common;		/* targets in both */
};

enum	cmp_verdict { CMP_VERDICT_PASS, CMP_VERDICT_FAIL, CMP_VERDICT_UNKNOWN };

#define COMPARE_NOTES_MAX	12
#define COMPARE_SENTENCE_MAX	512

struct	cmp_note {
	const char	*code;		/* static */
	char		 text[COMPARE_SENTENCE_MAX];
};

/* Where a side came from; strings are the caller's, NULL where unknown. */
struct	cmp_source {
	const char	*path;		/* below the work folder, or as given */
	const char	*report_sha256;	/* of the bytes that were compared */
	const char	*record_sha256;	/* the signed record of that run */
};

struct	compare {
	const struct cmp_report	*base, *head;
	struct cmp_source	 base_source, head_source;
	struct compare_opts	 opts;
	struct cmp_row		*rows;		/* by id */
	size_t			 nrows;
	struct cmp_counts	 n;
	enum cmp_verdict	 verdict;
	char			 sentence[COMPARE_SENTENCE_MAX];
	struct cmp_note		 notes[COMPARE_NOTES_MAX];
	size_t			 nnotes;
};

/*
 * Fills *c; the reports have to live as long.  compare_clear() frees what
 * it points to, also after ERR_NOMEM, the only error.
 */
enum err	 compare_run(struct compare *c, const struct cmp_report *base,
		    const struct cmp_report *head,
		    const struct compare_opts *);
void		 compare_clear(struct compare *);

const char	*compare_verdict_word(enum cmp_verdict); /* pass fail ... */
int		 compare_exit_code(enum cmp_verdict);	/* 0 2 1 */
/*
 * "optional,programs,cost,existing" or any part of it to a mask.
 * ERR_INVAL names the word.
 */
enum err	 compare_strict_parse(const char *, unsigned int *, struct diag *);

/* --- compare_show.c, compare_json.c, compare_md.c ------------------------- */

struct jsonw;
/* One object, as the value of "key"; "now_ms" is when it was made. */
void		 compare_json(const struct compare *, struct jsonw *,
		    const char *key, int64_t now_ms);
void		 compare_text(const struct compare *, struct buf *);
void		 compare_markdown(const struct compare *, struct buf *,
		    int64_t now_ms);

/* --- shared by the files of compare --------------------------------------- */

/* compare_parts.c: programs and tests of a row; "room" counts down. */
enum err	 compare_parts(struct cmp_row *, const struct compare_opts *,
		    size_t *room);
/* compare_words.c: verdict, its sentence, and the notes. */
void		 compare_judge(struct compare *);
/* "12.5" for 125; "+" in front of what is not negative. */
void		 compare_percent(int64_t permille, char out[static 32]);

#endif /* !DOMAIN_COMPARE_H */
