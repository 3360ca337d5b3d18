/* What the files of "bpfcompat kernels" share. */
#ifndef CLI_VERB_KERNELS_H
#define CLI_VERB_KERNELS_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/err.h"
#include "domain/profile.h"

/* What the command line asked for: at most one of the three. */
struct	wanted {
	const char	*matrix;
	bool		 all;
	char		**ids;
	int		 n;
};

struct	chosen {
	struct profile_set	 set;
	const struct profile	**p;	/* into the set */
	size_t			 n;
};

/*
 * The profiles that are meant; without any wish those of the default
 * matrix.  Release with chosen_clear(), also after an error.
 */
enum err	 choose(const struct conf *, const struct wanted *,
		    struct chosen *, struct diag *);
void		 chosen_clear(struct chosen *);

int		 kernels_fetch_verb(struct conf *, int argc, char **argv);
int		 kernels_list_verb(struct conf *, int argc, char **argv);
int		 kernels_verify_verb(struct conf *, int argc, char **argv);
int		 kernels_prune_verb(struct conf *, int argc, char **argv);

#endif /* !CLI_VERB_KERNELS_H */
