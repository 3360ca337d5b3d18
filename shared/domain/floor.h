/*
 * The list of what an object needs of a kernel, and the floor that follows;
 * between objfacts.c, which finds the needs, and floor.c, which weighs them.
 */
#ifndef DOMAIN_FLOOR_H
#define DOMAIN_FLOOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json_out.h"
#include "domain/features.h"

#define FLOOR_NEEDS_MAX	2048
#define FLOOR_WHERE_MAX	5	/* places that are named; the rest counted */
#define FLOOR_NOTES_MAX	32

enum	need_phase { NEED_TO_LOAD, NEED_TO_ATTACH };

struct	need {
	unsigned int	 since;		/* KVER */
	const char	*kind;		/* static: helper kfunc map_type ... */
	char		 feature[160];	/* "helper bpf_loop" */
	enum need_phase	 phase;
	bool		 optional;	/* behind a guard, or not loaded */
	const char	*where[FLOOR_WHERE_MAX];	/* names in the facts */
	size_t		 nwhere;	/* all of them */
	char		 note[200];	/* "" or why it is optional */
};

struct	floor {
	struct need	*need;
	size_t		 n;
	char		 bound[FLOOR_NOTES_MAX][200];	/* lower_bound */
	size_t		 nbound;
	char		 beyond[200];	/* what no known kernel has, or "" */
	bool		 cut;
};

/*
 * Notes a need; the same one in another place is one entry.  "where" must
 * outlive the floor.  Needs with since 0 are left out.
 */
void		 floor_add(struct floor *, const struct need *,
		    const char *where);
/* A reason why the floor may be higher than predicted. */
void		 floor_bound(struct floor *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* A need that no kernel of the tables meets; the first one is kept. */
void		 floor_beyond(struct floor *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* Members "requirements" and "predicted_floor". */
void		 floor_write(struct floor *, struct jsonw *);
void		 floor_free(struct floor *);

#endif /* !DOMAIN_FLOOR_H */
