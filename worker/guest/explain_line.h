/* What one line of a verifier log is, and reading a log backwards. */
#ifndef GUEST_EXPLAIN_LINE_H
#define GUEST_EXPLAIN_LINE_H

#include "explain.h"

enum	logline_kind {
	LINE_BLANK,
	LINE_INSN,	/* "17: (79) r0 = *(u64 *)(r1 +0)   ; R0=scalar()" */
	LINE_STATE,	/* "17: R0=ctx() R10=fp0" */
	LINE_BARE,	/* " frame1: R1=ctx()": the whole state of a frame */
	LINE_FROM,	/* "from 5 to 9: R0=..." */
	LINE_SAFE,	/* "9: safe", "from 5 to 9: safe": a path ends */
	LINE_SOURCE,	/* "; return *p; @ x.c:12" */
	LINE_RETURN,	/* "returning from callee:" */
	LINE_LOOP_STATE, /* "cur state: R0=..." */
	LINE_CUT,	/* the validator's own mark */
	LINE_REPORT,	/* "Verification failed: ..." */
	LINE_CHATTER,	/* statistics, precision tracking */
	LINE_ASIDE,	/* only worth a word if there is no other */
	LINE_TEXT	/* a complaint */
};

struct	logline {
	struct slice	 all;
	enum logline_kind kind;
	int64_t		 insn;	/* of INSN, STATE, FROM (target) */
	int64_t		 from;	/* of FROM */
	struct slice	 text;	/* instruction, or source text */
	struct slice	 state;	/* registers, or empty */
	bool		 whole;	/* "state" is whole: nothing else is live */
	bool		 old;	/* "state" is in the words of before 5.17 */
};

void	 logline_read(struct logline *, const char *p, size_t len);

/* Steps to the line before *pos; false at the log's start. */
bool	 logline_prev(const char *log, size_t *pos, struct slice *);

/* "; text @ file:line", the last part only on 6.8 and later. */
void	 logline_where(const struct slice *text, struct explain_where *);

/* One "name=value" of a state; the cursor is shortened by it. */
struct	logvalue {
	enum { VALUE_REG, VALUE_SLOT, VALUE_OTHER } kind;
	int		 number;
	struct slice	 value;
};
bool	 logvalue_next(struct slice *state, struct logvalue *);
/* The N of a leading "frameN:", which is skipped; 0 without. */
int	 logstate_frame(struct slice *state);

/* "if r1 == 0x0 goto pc+3" at "insn": the target, or -1 if no branch. */
int64_t	 logline_branch(const struct slice *text, int64_t insn);

bool	 slice_starts(const struct slice *, const char *word);
/* Offset of "word", or -1. */
int64_t	 slice_find(const struct slice *, const char *word);
/* Decimal digits at the start, which are skipped; -1 if there are none. */
int64_t	 slice_num(struct slice *);
void	 slice_skip(struct slice *, size_t);
void	 slice_trim(struct slice *);

#endif /* !GUEST_EXPLAIN_LINE_H */
