/*
 * Loaders that carry several programs for one event choose one at run time.
 * The same choice is made here: the first of a group whose gate holds.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <bpf/libbpf.h>

#include "steps.h"

static struct prog *
find(struct run *r, const char *name)
{
	size_t	 i;

	for (i = 0; i < r->nprogs; i++)
		if (strcmp(r->progs[i].name, name) == 0)
			return &r->progs[i];
	return NULL;
}

static bool
is_companion(const struct run *r, const char *name)
{
	size_t	 i;

	for (i = 0; i < r->args->ncompanions; i++)
		if (strcmp(r->args->companions[i], name) == 0)
			return true;
	return false;
}

static void
trial_child(struct run *r, const char *name)
{
	struct bpf_object	*obj;
	struct bpf_program	*p;
	const char		*pn;
	int			 err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if ((obj = object_open(r, &err)) == NULL)
		_exit(1);
	setup_apply(r, obj, false);
	bpf_object__for_each_program(p, obj) {
		pn = bpf_program__name(p);
		bpf_program__set_autoload(p, strcmp(pn, name) == 0 ||
		    is_companion(r, pn));
	}
	_exit(bpf_object__load(obj) == 0 ? 0 : 1);
}

/*
 * Does a fresh copy with this program and the companions load?  What libbpf
 * says meanwhile is expected trouble and must not mislead: it is dropped.
 */
static bool
trial(struct run *r, const char *name)
{
	struct capture	*old = capture_use(NULL);
	int		 status = 1;
	pid_t		 pid;

	if ((pid = fork()) == 0)
		trial_child(r, name);
	capture_use(old);
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool
gate_holds(struct run *r, const struct variant *v)
{
	if (v->helper != 0 &&
	    libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT,
	    (enum bpf_func_id)v->helper, NULL) != 1)
		return false;
	return !v->trial || trial(r, v->prog);
}

static void
choose(struct run *r, const struct variant_group *g,
    struct group_result *res)
{
	struct prog	*p;
	size_t		 i;

	res->chosen = "";
	if ((res->disabled = calloc(g->nv + 1, sizeof(bool))) == NULL)
		return;
	for (i = 0; i < g->nv; i++) {
		if ((p = find(r, g->v[i].prog)) == NULL)
			continue;
		p->autoload = res->chosen[0] == '\0' &&
		    gate_holds(r, &g->v[i]);
		if (p->autoload) {
			res->chosen = g->v[i].prog;
			continue;
		}
		p->variant_off = true;
		res->disabled[i] = true;
	}
}

void
variants_run(struct run *r)
{
	size_t	 i;

	for (i = 0; r->obj != NULL && i < r->args->ngroups; i++)
		choose(r, &r->args->groups[i], &r->groups[i]);
}
