/*
 * Inside of the classifier: what its rules are made of.
 * Only classify.c and classify_load.c include this.
 */
#ifndef DOMAIN_CLASSIFY_RULES_H
#define DOMAIN_CLASSIFY_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/classify.h"

/* The steps a rule looks at. */
#define OPEN		(1u << CLASS_AT_OPEN)
#define LOAD		(1u << CLASS_AT_LOAD)
#define ATTACH		(1u << CLASS_AT_ATTACH)
#define FUNCTIONAL	(1u << CLASS_AT_FUNCTIONAL)
#define DEATH		(1u << CLASS_AT_DEATH)
#define HANG		(1u << CLASS_AT_HANG)
#define ANY		(~0u)

#define HIGH	"high"
#define MEDIUM	"medium"
#define LOW	"low"

/* The kernel's ENOTSUPP, which user space has no name for. */
#define KERNEL_ENOTSUPP	524

struct	class_rule {
	const char	*name;		/* NULL ends a table */
	unsigned int	 stages;
	const char	*code;
	const char	*confidence;
	/* Says whether the rule holds, and then fills reason, evidence. */
	bool		(*match)(const struct class_facts *,
			    struct class_result *);
	const char	*remedy;
};

/* Rules for an object that does not load, in order. */
extern const struct class_rule class_load_rules[];

bool		 class_starts(const char *s, const char *prefix);
void		 class_copy(char *out, size_t size, const char *s,
		    size_t len);
/* The line of "log" that holds "needle" becomes the evidence. */
bool		 class_saw(const char *log, const char *needle,
		    struct class_result *);
/* The reason, "arg" (may be NULL) at its end. */
void		 class_say(struct class_result *, const char *text,
		    const char *arg);
const char	*class_program(const struct class_facts *);
/* errno of the failing program, or of the step; positive. */
int		 class_errno(const struct class_facts *);

#endif /* !DOMAIN_CLASSIFY_RULES_H */
