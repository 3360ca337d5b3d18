/* Kinds that need no network: tracing, LSM, iterators, cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "attach.h"
#include "steps.h"

static bool
starts(const char *s, const char *pfx)
{
	return strncmp(s, pfx, strlen(pfx)) == 0;
}

int
attach_auto(struct attach_try *t)
{
	if (t->target == NULL)
		return attach_not_here(t, "the section \"%s\" names no "
		    "target", t->section);
	errno = 0;
	return attach_took(t, bpf_program__attach(t->prog));
}

/*
 * uprobe/BINARY:FUNCTION and usdt/BINARY:PROVIDER:NAME.  A binary that this
 * guest does not have says nothing about the kernel.
 */
static int
attach_user(struct attach_try *t)
{
	char		 path[256];
	size_t		 n;

	if (t->target == NULL || strchr(t->target, ':') == NULL)
		return attach_not_here(t, "the section \"%s\" names no "
		    "binary and function", t->section);
	n = strcspn(t->target, ":");
	if (n >= sizeof(path))
		n = sizeof(path) - 1;
	memcpy(path, t->target, n);
	path[n] = '\0';
	if (path[0] == '/' && access(path, R_OK) != 0)
		return attach_not_here(t, "%s is not in this guest", path);
	if (path[0] != '/')
		return attach_not_here(t, "%s is not given by its whole path",
		    path);
	return attach_auto(t);
}

int
attach_kprobe(struct attach_try *t)
{
	if (starts(t->section, "uprobe") || starts(t->section, "uretprobe") ||
	    starts(t->section, "usdt"))
		return attach_user(t);
	return attach_auto(t);
}

/* The first map an iterator over map elements could walk. */
static struct bpf_map *
map_for_iter(const struct attach_try *t)
{
	struct bpf_map	*m;

	bpf_object__for_each_map(m, t->run->obj) {
		switch (bpf_map__type(m)) {
		case BPF_MAP_TYPE_HASH:
		case BPF_MAP_TYPE_LRU_HASH:
		case BPF_MAP_TYPE_PERCPU_HASH:
		case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		case BPF_MAP_TYPE_ARRAY:
		case BPF_MAP_TYPE_PERCPU_ARRAY:
			if (strcmp(t->target, "bpf_map_elem") == 0 &&
			    !bpf_map__is_internal(m))
				return m;
			break;
		case BPF_MAP_TYPE_SK_STORAGE:
			if (strcmp(t->target, "bpf_sk_storage_map") == 0)
				return m;
			break;
		case BPF_MAP_TYPE_SOCKMAP:
		case BPF_MAP_TYPE_SOCKHASH:
			if (strcmp(t->target, "sockmap") == 0)
				return m;
			break;
		default:
			break;
		}
	}
	return NULL;
}

/* Attached is not enough: an iterator shows itself by being read. */
static int
read_once(struct bpf_link *link)
{
	char	 buf[4096];
	int	 fd, err = 0;

	if ((fd = bpf_iter_create(bpf_link__fd(link))) < 0)
		return fd;
	if (read(fd, buf, sizeof(buf)) == -1 && errno != EAGAIN)
		err = -errno;
	close(fd);
	return err;
}

int
attach_iter(struct attach_try *t)
{
	union bpf_iter_link_info	 info;
	struct bpf_map			*m;
	int				 err;
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);

	if (t->target == NULL)
		return attach_not_here(t, "the section names no iterator");
	memset(&info, 0, sizeof(info));
	if (strcmp(t->target, "bpf_map_elem") == 0 ||
	    strcmp(t->target, "bpf_sk_storage_map") == 0 ||
	    strcmp(t->target, "sockmap") == 0) {
		if ((m = map_for_iter(t)) == NULL)
			return attach_not_here(t, "the object has no map "
			    "for iter/%s", t->target);
		info.map.map_fd = (uint32_t)bpf_map__fd(m);
		opts.link_info = &info;
		opts.link_info_len = sizeof(info.map);
	} else if (strcmp(t->target, "cgroup") == 0) {
		info.cgroup.order = BPF_CGROUP_ITER_SELF_ONLY;
		opts.link_info = &info;
		opts.link_info_len = sizeof(info);
	}
	errno = 0;
	err = attach_took(t, bpf_program__attach_iter(t->prog, &opts));
	return err != 0 ? err : read_once(t->link);
}

int
attach_perf_event(struct attach_try *t)
{
	struct perf_event_attr	 attr;
	int			 fd, err;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	attr.sample_period = 10 * 1000 * 1000; /* ns */
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
	    PERF_FLAG_FD_CLOEXEC);
	if (fd == -1)
		return attach_not_here(t, "no software clock event: %s",
		    strerror(errno));
	snprintf(t->where, sizeof(t->where), "software cpu-clock");
	/* The link takes the descriptor over when it succeeds. */
	errno = 0;
	err = attach_took(t, bpf_program__attach_perf_event(t->prog, fd));
	if (err != 0)
		close(fd);
	return err;
}

/* A cgroup of our own, so that programs meet no process but theirs. */
static int
cgroup_make(struct attach_try *t)
{
	struct attach_env	*env = t->env;

	if (env->cgroup_fd != -1)
		return 0;
	if (!t->run->facts.cgroup2)
		return -ENODEV;
	snprintf(env->cgroup_path, sizeof(env->cgroup_path),
	    "/sys/fs/cgroup/bpfcompat-%d", (int)getpid());
	if (mkdir(env->cgroup_path, 0755) == -1 && errno != EEXIST)
		return -errno;
	env->cgroup_fd = open(env->cgroup_path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return env->cgroup_fd == -1 ? -errno : 0;
}

int
attach_cgroup(struct attach_try *t)
{
	int	 err = cgroup_make(t);

	if (err != 0)
		return attach_not_here(t, "no cgroup could be made: %s",
		    strerror(-err));
	snprintf(t->where, sizeof(t->where), "cgroup %s",
	    t->env->cgroup_path);
	errno = 0;
	return attach_took(t, bpf_program__attach_cgroup(t->prog,
	    t->env->cgroup_fd));
}
