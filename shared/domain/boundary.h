/*
 * Where in a matrix an object begins or ceases to work, in one sentence:
 * "works from 6.1 on; 5.10 fails: helper bpf_loop is missing".
 *
 * Only kernels that ran are named, and only an order that holds is claimed:
 * where old and new fail around a kernel that works, the sentence says so.
 * Kernels that gave no answer are left out of it.
 */
#ifndef DOMAIN_BOUNDARY_H
#define DOMAIN_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json_in.h"

#define BOUNDARY_TEXT_MAX	1200

struct	boundary {
	/* "" when there is nothing to tell: all work, or none ran */
	char		 sentence[BOUNDARY_TEXT_MAX];
	/* "from": works from a line on; "up_to": until one; "mixed",
	   "none": no kernel takes it, "all"; "" when none ran; static */
	const char	*kind;
	char		 first_good[80];	/* labels, or "" */
	char		 last_bad[80];
};

/* From the targets of a report (its parts, in any order). */
void	 boundary_find(struct jval *const *targets, size_t n,
	    struct boundary *);

#endif /* !DOMAIN_BOUNDARY_H */
