#include "action.h"

#include <stddef.h>

static const struct action_info infos[ACTION__MAX] = {
	[ACTION_NONE] = { "open", "", CLASS_OPEN, 0 },
#define ACTION(word, member, env, class, flags)	\
	[ACTION_##word] = { #member, env, CLASS_##class, flags },
#include "action.def"
#undef ACTION
};

/* Where struct conf keeps what the variables of an action demand. */
static const struct {
	size_t	 scopes;
	size_t	 roles;
} demands[ACTION__MAX] = {
#define ACTION(word, member, env, class, flags)	\
	[ACTION_##word] = { offsetof(struct conf, scopes_##member), \
	    offsetof(struct conf, roles_##member) },
#include "action.def"
#undef ACTION
};

static const char *
demand(const struct conf *c, size_t off)
{
	return off == 0 ? "" :
	    *(const char *const *)((const char *)c + off);
}

const struct action_info *
action_info(enum action a)
{
	return &infos[a];
}

const char *
action_scopes(const struct conf *c, enum action a)
{
	return demand(c, demands[a].scopes);
}

const char *
action_roles(const struct conf *c, enum action a)
{
	return demand(c, demands[a].roles);
}

bool
action_anonymous(const struct conf *c, enum action a)
{
	unsigned int	 flags = infos[a].flags;

	return infos[a].class == CLASS_OPEN ||
	    ((flags & ANON_VALIDATE) != 0 && c->anon_validate) ||
	    ((flags & ANON_READ) != 0 && c->anon_read) ||
	    ((flags & ANON_RUNTIME) != 0 && c->anon_runtime) ||
	    ((flags & ANON_WRITE) != 0 && c->anon_write);
}

enum action
action_in_project(enum action a)
{
	return a == ACTION_REGISTRY_PROJECT_LIST ?
	    ACTION_REGISTRY_PROJECT_READ : a;
}
