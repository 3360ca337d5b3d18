/*
 * What the attach phase made, newest first: a link goes before the interface
 * or the cgroup it is on.  Links stay until the run ends, so that the
 * commands of a behaviour test find the programs at work.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "attach.h"
#include "rtnl.h"
#include "steps.h"

enum	undo_kind { UNDO_LINK, UNDO_FD, UNDO_IFACE, UNDO_CGROUP,
	    UNDO_ATTACHED };

struct	undo {
	struct undo	*next;
	enum undo_kind	 kind;
	struct bpf_link	*link;
	int		 fd;	/* program of UNDO_ATTACHED, not owned */
	int		 target;
	enum bpf_attach_type type;
	char		 name[64];
};

static void
undo_one(const struct undo *u)
{
	switch (u->kind) {
	case UNDO_LINK:
		bpf_link__destroy(u->link);
		break;
	case UNDO_FD:
		close(u->fd);
		break;
	case UNDO_IFACE:
		rtnl_del_link(u->name);
		break;
	case UNDO_CGROUP:
		close(u->fd);
		rmdir(u->name);
		break;
	case UNDO_ATTACHED:
		bpf_prog_detach2(u->fd, u->target, u->type);
		break;
	}
}

static void
push(struct attach_env *env, const struct undo *u, const char *name)
{
	struct undo	*p = malloc(sizeof(*p));

	if (p == NULL) {
		undo_one(u);
		return;
	}
	*p = *u;
	if (name != NULL)
		snprintf(p->name, sizeof(p->name), "%s", name);
	p->next = env->undo;
	env->undo = p;
}

void
undo_link(struct attach_env *env, struct bpf_link *link)
{
	push(env, &(struct undo){ .kind = UNDO_LINK, .link = link }, NULL);
}

void
undo_fd(struct attach_env *env, int fd)
{
	push(env, &(struct undo){ .kind = UNDO_FD, .fd = fd }, NULL);
}

void
undo_iface(struct attach_env *env, const char *name)
{
	push(env, &(struct undo){ .kind = UNDO_IFACE }, name);
}

void
undo_cgroup(struct attach_env *env, int fd, const char *path)
{
	push(env, &(struct undo){ .kind = UNDO_CGROUP, .fd = fd }, path);
}

void
undo_attached(struct attach_env *env, int prog_fd, int target_fd,
    enum bpf_attach_type type)
{
	push(env, &(struct undo){ .kind = UNDO_ATTACHED, .fd = prog_fd,
	    .target = target_fd, .type = type }, NULL);
}

void
attach_undo(struct run *r)
{
	struct undo	*u;

	if (r->attached == NULL)
		return;
	while ((u = r->attached->undo) != NULL) {
		r->attached->undo = u->next;
		undo_one(u);
		free(u);
	}
	free(r->attached);
	r->attached = NULL;
}
