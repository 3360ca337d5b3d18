/*
 * freplace/FUNCTION changes a function of another program, and the kernel
 * wants to know which one before it loads the replacement.  A loader has
 * that program already.  Here it is looked for in the same object, in a
 * second copy of it, without the replacements; when it is not there libbpf
 * refuses the program, which is what any loader that does not know the
 * target would meet.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "steps.h"

/* Functions of one program; the kernel allows 256 of its own. */
#define FUNCS_MAX	256

static const char *
target_of(const struct prog *p)
{
	const char	*slash = strchr(p->section, '/');

	if (p->type != BPF_PROG_TYPE_EXT || !p->autoload || slash == NULL ||
	    slash[1] == '\0')
		return NULL;
	return slash + 1;
}

/* Has the loaded program a function of this BTF id? */
static bool
has_function(int fd, uint32_t btf_id)
{
	struct bpf_func_info	 funcs[FUNCS_MAX];
	struct bpf_prog_info	 info;
	uint32_t		 i, len = sizeof(info);

	memset(&info, 0, sizeof(info));
	memset(funcs, 0, sizeof(funcs));
	info.func_info = (uint64_t)(uintptr_t)funcs;
	info.nr_func_info = FUNCS_MAX;
	info.func_info_rec_size = sizeof(funcs[0]);
	if (bpf_prog_get_info_by_fd(fd, &info, &len) != 0)
		return false;
	for (i = 0; i < info.nr_func_info && i < FUNCS_MAX; i++)
		if (funcs[i].type_id == btf_id)
			return true;
	return false;
}

/* A descriptor of our own of the program that has the function, or 0. */
static int
find_target(struct bpf_object *obj, const char *function)
{
	struct bpf_program	*p;
	int			 id, fd;

	if (bpf_object__btf(obj) == NULL ||
	    (id = btf__find_by_name_kind(bpf_object__btf(obj), function,
	    BTF_KIND_FUNC)) < 0)
		return 0;
	bpf_object__for_each_program(p, obj) {
		fd = bpf_program__fd(p);
		if (fd >= 0 && has_function(fd, (uint32_t)id) &&
		    (fd = dup(fd)) > 0)
			return fd;
	}
	return 0;
}

static void
note_target(struct run *r, struct prog *p, int fd)
{
	int	*fds = reallocarray(r->fds, r->nfds + 1, sizeof(*fds));

	if (fds == NULL) {
		close(fd);
		return;
	}
	r->fds = fds;
	fds[r->nfds++] = fd;
	p->replaces = fd;
}

void
freplace_run(struct run *r)
{
	struct bpf_object	*obj;
	struct bpf_program	*p;
	bool			 any = false;
	size_t			 i = 0;
	int			 err, fd;

	for (i = 0; i < r->nprogs; i++)
		any |= target_of(&r->progs[i]) != NULL;
	if (!any || (obj = object_open(r, &err)) == NULL)
		return;
	setup_apply(r, obj, false);
	bpf_object__for_each_program(p, obj)
		if (bpf_program__type(p) == BPF_PROG_TYPE_EXT)
			bpf_program__set_autoload(p, false);
	if (bpf_object__load(obj) == 0)
		for (i = 0; i < r->nprogs; i++)
			if (target_of(&r->progs[i]) != NULL &&
			    (fd = find_target(obj,
			    target_of(&r->progs[i]))) > 0)
				note_target(r, &r->progs[i], fd);
	bpf_object__close(obj);
}

void
freplace_apply(const struct run *r, struct bpf_object *obj)
{
	struct bpf_program	*p;
	size_t			 i = 0;

	bpf_object__for_each_program(p, obj) {
		if (r->progs[i].replaces > 0)
			bpf_program__set_attach_target(p,
			    r->progs[i].replaces, NULL);
		i++;
	}
}
