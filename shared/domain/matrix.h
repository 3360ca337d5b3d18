/*
 * A matrix: which profiles a run judges, and which of them must pass.
 * Order is kept; the report follows it.
 */
#ifndef DOMAIN_MATRIX_H
#define DOMAIN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "domain/profile.h"

#define MATRIX_TARGETS_MAX	PROFILES_MAX

struct	matrix_target {
	char		*profile_id;
	bool		 required;
	int64_t		 timeout_ms;	/* 0: the run's */
};

struct	matrix {
	char			*name;	/* label of the report; may be "" */
	char			*path;	/* as it was asked for */
	struct matrix_target	*target;
	size_t			 n;
};

/*
 * Reads a file.  With "known" a profile that is not in the catalogue is an
 * error.  On ERR_OK the caller releases *m with matrix_clear().
 */
enum err	 matrix_load(const char *path, const char *label,
		    const struct profile_set *known, struct matrix *m,
		    struct diag *);
enum err	 matrix_parse(const char *label, const char *text, size_t len,
		    const struct profile_set *known, struct matrix *m,
		    struct diag *);
/*
 * Finds and reads "name": a path, or a name below the data folder with or
 * without "matrices/" and ".yaml" ("mvp", "matrices/mvp.yaml").
 */
enum err	 matrix_open(const struct conf *, const char *name,
		    const struct profile_set *known, struct matrix *m,
		    struct diag *);
void		 matrix_clear(struct matrix *);
/* NULL when the profile is not a target of this matrix. */
const struct matrix_target *matrix_find(const struct matrix *,
		    const char *profile_id);

#endif /* !DOMAIN_MATRIX_H */
