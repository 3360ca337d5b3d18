/* Which kernel options a program, a map or a helper needs. */
#ifndef GUEST_OPTIONS_H
#define GUEST_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "target.h"

#define OPTIONS_MAX	12

struct	options {
	const char	*v[OPTIONS_MAX]; /* "CONFIG_X", static */
	size_t		 n;
};

/* Each adds to what is there already. */
void	 options_for_program(struct options *, uint32_t type,
	    uint32_t attach_type, const struct target *);
/* "ops_type": the struct of a struct_ops map, or NULL. */
void	 options_for_map(struct options *, uint32_t type,
	    const char *ops_type);
void	 options_for_helper(struct options *, uint32_t id);

#endif /* !GUEST_OPTIONS_H */
