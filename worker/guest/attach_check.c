/*
 * That an attach call returned without an error is the kernel's promise;
 * here it is asked whether the program is really there.  An old kernel that
 * does not answer such a question leaves the promise standing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "attach.h"

/* Programs on one hook we look through; we make the hooks ourselves. */
#define QUERY_MAX	256

static uint32_t
prog_id(const struct attach_try *t)
{
	struct bpf_prog_info	 info;
	uint32_t		 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_prog_get_info_by_fd(bpf_program__fd(t->prog), &info,
	    &len) != 0)
		return 0;
	return info.id;
}

static int
denied(struct attach_try *t, const char *what)
{
	snprintf(t->why, sizeof(t->why), "the kernel accepted it, but does "
	    "not list it (%s)", what);
	return attach_tried(t, what, NULL, -ENODATA);
}

int
attach_check_id(struct attach_try *t, const char *what, int err, uint32_t id)
{
	uint32_t	 own = prog_id(t);

	if (err == 0 && own != 0 && id != own)
		return denied(t, what);
	attach_tried(t, what, NULL, err);
	return 0;
}

/* Before 5.15 what libbpf calls a link may be a perf event. */
static int
check_perf(struct attach_try *t, int fd)
{
	char	 name[128];
	__u32	 len = sizeof(name), id = 0, type = 0;
	__u64	 offset = 0, addr = 0;
	int	 err;

	err = bpf_task_fd_query(getpid(), fd, 0, name, &len, &id, &type,
	    &offset, &addr);
	return attach_check_id(t, "ask for the perf event's program", err,
	    id);
}

int
attach_check_link(struct attach_try *t)
{
	struct bpf_link_info	 info;
	uint32_t		 len = sizeof(info);
	int			 err, fd = bpf_link__fd(t->link);

	memset(&info, 0, sizeof(info));
	err = bpf_link_get_info_by_fd(fd, &info, &len);
	if (err == -EINVAL || err == -EBADF)
		return check_perf(t, fd);
	return attach_check_id(t, "ask for the link's program", err,
	    info.prog_id);
}

int
attach_check_query(struct attach_try *t, int target,
    enum bpf_attach_type type)
{
	uint32_t	 ids[QUERY_MAX], own = prog_id(t), i;
	int		 err;
	LIBBPF_OPTS(bpf_prog_query_opts, opts, .prog_ids = ids,
	    .prog_cnt = QUERY_MAX);

	err = bpf_prog_query_opts(target, type, &opts);
	for (i = 0; err == 0 && i < opts.prog_cnt; i++)
		if (ids[i] == own)
			break;
	if (err == 0 && own != 0 && i == opts.prog_cnt)
		return denied(t, "list the hook's programs");
	attach_tried(t, "list the hook's programs", NULL, err);
	return 0;
}
