/*
 * Why a target failed, for a terminal: the cause in a sentence, and of
 * programs the verifier refused the source line, the instruction, the
 * registers, the way there and the usual fix.
 */
#ifndef CLI_TEST_CAUSE_H
#define CLI_TEST_CAUSE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/json_in.h"

/* Appends "text" without control bytes, "max" bytes of it at most. */
void	 cause_put(struct buf *, const char *text, size_t max);

/*
 * The cause of target "t" and its failing programs.  "like" is a target that
 * was shown with the same cause, or NULL.
 */
void	 cause_show(const struct jval *t, const struct jval *like,
	    const char *workdir, struct buf *);
/* Do both fail for the very same reason? */
int	 cause_same(const struct jval *a, const struct jval *b);

#endif /* !CLI_TEST_CAUSE_H */
