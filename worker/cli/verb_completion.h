/* The hidden verb that shells ask; see verb_completion.c. */
#ifndef CLI_VERB_COMPLETION_H
#define CLI_VERB_COMPLETION_H

#include "worker/cli/cli.h"

#define COMPLETE_VERB	"__complete"

/* Prints what may stand at the end of the line, one a line: word, tab, text;
 * "@file" and "@dir" for names of those. */
int	 cli_complete(const struct verb *, struct conf *, int argc,
	    char **argv);

#endif /* !CLI_VERB_COMPLETION_H */
