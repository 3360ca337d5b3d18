/*
 * Which shared libraries a program of the user needs, so that they can be
 * shipped along into a guest.  Only read, never run: neither the program
 * nor its dynamic loader is started (as ldd would), because it need not be
 * trusted on this machine.
 *
 * Libraries are looked for beside the given files, then where the program
 * says itself (RUNPATH, RPATH, with $ORIGIN), then in the folders of this
 * system's architecture.
 */
#ifndef CLI_ELFDEPS_H
#define CLI_ELFDEPS_H

#include <stddef.h>

#include "base/err.h"

#define ELFDEPS_MAX	48

struct	elfdeps {
	char	*interpreter;	/* as the programs name it, or NULL */
	char	*path[ELFDEPS_MAX];	/* of libraries, the loader among
					   them; the last part of each is the
					   name it is asked for by */
	size_t	 n;
};

/*
 * For all of "files" together; what is no ELF (a script) or is static needs
 * nothing.  ERR_NOTFOUND names a library that is missing, ERR_UNSUPPORTED a
 * program of another machine.  Release with elfdeps_clear(), also after an
 * error.
 */
enum err	 elfdeps_find(char *const *files, size_t n, struct elfdeps *,
		    struct diag *);
void		 elfdeps_clear(struct elfdeps *);

#endif /* !CLI_ELFDEPS_H */
