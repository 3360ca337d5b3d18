/*
 * What the verifier's last words mean.
 *
 * The verifier says in one line why it gives up; the words differ from
 * 5.10 to 7.3.  A table maps their patterns to a sub-reason, the rule that
 * was violated and the usual fix.  The words of 6.12's and 7.3's verifier
 * are all covered; what is not in the table is not guessed.
 */
#ifndef DOMAIN_VERIFIER_REASON_H
#define DOMAIN_VERIFIER_REASON_H

#include <stddef.h>

struct	verifier_reason {
	/* Code of classify.h; CLASS_VERIFIER for a plain rejection. */
	const char	*code;
	const char	*sub;		/* stable, lower-case snake */
	const char	*rule;		/* one sentence */
	const char	*fix;		/* one sentence or two */
};

/*
 * The entry for a line, or NULL when none matches.  "name" (may be NULL)
 * gets what the line names: a helper, function, type or map; "" if nothing.
 */
const struct verifier_reason *verifier_reason_find(const char *line,
		    char *name, size_t size);
/* Entry "i" of the table, NULL behind its end; for documents and tests. */
const struct verifier_reason *verifier_reason_at(size_t i);

/*
 * A pattern is text; '*' stands for any text, '%' too and is what "name"
 * gets, '$' at the end for the end of the line.  Without a '$' whatever
 * follows matches.
 */
int	 verifier_pattern(const char *pattern, const char *line, char *name,
	    size_t size);

#endif /* !DOMAIN_VERIFIER_REASON_H */
