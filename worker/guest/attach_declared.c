/*
 * Programs whose section says how they attach but not where, as loaders
 * have it that decide at run time: the plan says where (--attach-to).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "attach.h"
#include "steps.h"

/* Those the kernel has to know of when it verifies the program. */
static bool
set_before_load(const char *kind)
{
	return strcmp(kind, "fentry") == 0 || strcmp(kind, "fexit") == 0 ||
	    strcmp(kind, "fmod_ret") == 0 || strcmp(kind, "lsm") == 0;
}

void
declared_targets_apply(struct run *r, struct bpf_object *obj)
{
	const struct attach_to	*to;
	struct bpf_program	*p;

	bpf_object__for_each_program(p, obj) {
		to = args_attach_to(r->args, bpf_program__name(p));
		/* What the section says is not for a plan to change. */
		if (to == NULL || !set_before_load(to->kind) ||
		    strchr(bpf_program__section_name(p), '/') != NULL)
			continue;
		/* If it is no good the load says so, and why. */
		bpf_program__set_attach_target(p, 0, to->target);
	}
}

static int
tracepoint(struct attach_try *t, const char *target)
{
	char	 category[128];
	size_t	 n = strcspn(target, "/");

	if (target[n] == '\0' || n >= sizeof(category))
		return attach_not_here(t, "a tracepoint is named by category "
		    "and name, not \"%.100s\"", target);
	memcpy(category, target, n);
	category[n] = '\0';
	return attach_took(t, "attach as the manifest says",
	    bpf_program__attach_tracepoint(t->prog, category,
	    target + n + 1));
}

int
attach_declared(struct attach_try *t, const struct attach_to *to)
{
	t->target = to->target;
	errno = 0;
	if (set_before_load(to->kind))
		return attach_took(t, "attach as the manifest says",
		    bpf_program__attach(t->prog));
	if (strcmp(to->kind, "kprobe") == 0 ||
	    strcmp(to->kind, "kretprobe") == 0)
		return attach_took(t, "attach as the manifest says",
		    bpf_program__attach_kprobe(t->prog, to->kind[1] == 'r',
		    to->target));
	if (strcmp(to->kind, "raw_tracepoint") == 0)
		return attach_took(t, "attach as the manifest says",
		    bpf_program__attach_raw_tracepoint(t->prog, to->target));
	if (strcmp(to->kind, "tracepoint") == 0)
		return tracepoint(t, to->target);
	return attach_not_here(t, "no way is known to attach as \"%.32s\"",
	    to->kind);
}
