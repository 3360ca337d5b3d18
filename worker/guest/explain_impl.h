/* Between the parts of explain*.c. */
#ifndef GUEST_EXPLAIN_IMPL_H
#define GUEST_EXPLAIN_IMPL_H

#include "explain.h"
#include "explain_line.h"

/*
 * explain_walk.c: from the line that ends at "end" back along the path.
 * Fills registers, stack slots and branches, and where the failing
 * instruction is if the log says so.
 */
void	 explain_walk(struct explanation *, const char *log, size_t end);
/* Takes a whole state, as one of "cur state:", if none is there yet. */
void	 explain_take_state(struct explanation *, struct slice state);

/* explain_report.c: "s" starts at "Verification failed: ". */
void	 explain_report(struct explain_report *, struct slice s);
/* The length of the report's lines, the first of them included. */
size_t	 explain_report_length(struct slice s);

/*
 * explain_whole.c: the instruction a complaint about the whole program is
 * of, by what the program looks like; -1 if it is none of those, or cannot
 * be known.  "stats": the lines after the complaint, for stack depths.
 */
int64_t	 explain_whole(const struct slice *complaint, struct slice stats,
	    const struct explain_source *);

/*
 * explain_first.c: the same, for complaints of the checks that go through
 * the instructions once and stop at the first that is wrong.
 */
int64_t	 explain_first(const struct slice *complaint,
	    const struct explain_source *);

/* A few words for an instruction the log does not show. */
void	 explain_insn_words(const struct explain_source *, int64_t insn,
	    char *out, size_t size);

/* The place of "insn" by line info; false if there is none. */
bool	 explain_where_is(const struct explain_source *, int64_t insn,
	    struct explain_where *);
/* The place of what "insn" prepares, if that is another one. */
bool	 explain_where_used(const struct explain_source *, int64_t insn,
	    struct explain_where *);
/* The function "insn" is in. */
bool	 explain_function_of(const struct explain_source *, int64_t insn,
	    struct slice *);

#endif /* !GUEST_EXPLAIN_IMPL_H */
