/*
 * What a route lets somebody do.  A row of the route table names an action,
 * a row of action.def says what it takes; nothing else decides.
 */
#ifndef FCGI_ACTION_H
#define FCGI_ACTION_H

#include "base/conf.h"

enum	action {
	ACTION_NONE,		/* open to everybody: health, catalogue */
#define ACTION(word, member, env, class, flags)	ACTION_##word,
#include "action.def"
#undef ACTION
	ACTION__MAX
};

enum	action_class {
	CLASS_OPEN,
	CLASS_READ,
	CLASS_WRITE,
	CLASS_EXECUTE,		/* write, and never anonymous */
};

enum	action_flag {
	/* The switches for anonymous access that open it. */
	ANON_VALIDATE	= 1 << 0,
	ANON_READ	= 1 << 1,
	ANON_RUNTIME	= 1 << 2,
	ANON_WRITE	= 1 << 3,
	/*
	 * In the name of a tenant and project, by a registry token; the
	 * dispatcher calls auth_registry() as soon as both are known.
	 */
	ACTION_REGISTRY	= 1 << 4,
	ACTION_TENANT	= 1 << 5,	/* the project may be left out */
	ACTION_PUBLIC	= 1 << 6,	/* anybody, in a public project */
	ACTION_RUNTIME	= 1 << 7,	/* its refusals are audited, too */
};

struct	action_info {
	const char	*name;		/* "registry_project_read" */
	const char	*env;		/* "REGISTRY_PROJECT_READ" */
	enum action_class class;
	unsigned int	 flags;
};

const struct action_info *action_info(enum action);
/* Scopes and roles its variables demand; "" for none. */
const char	*action_scopes(const struct conf *, enum action);
const char	*action_roles(const struct conf *, enum action);
/* Has an operator opened this action to everybody? */
bool		 action_anonymous(const struct conf *, enum action);
/* What an action is when a project is named besides the tenant. */
enum action	 action_in_project(enum action);

#endif /* !FCGI_ACTION_H */
