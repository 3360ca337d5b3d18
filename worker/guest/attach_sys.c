/* Kinds that need no network: tracing, LSM, iterators, cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "attach.h"
#include "landmark.h"
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
	return attach_took(t, "attach", bpf_program__attach(t->prog));
}

/*
 * Where libbpf would look for a binary named without its folder.  "out" has
 * to hold PATH_MAX bytes.
 */
static bool
find_binary(const char *name, char *out)
{
	static const char *const libs[] = { "/usr/lib64", "/usr/lib",
	    "/lib/x86_64-linux-gnu" };
	static const char *const bins[] = { "/bin", "/sbin", "/usr/bin",
	    "/usr/sbin" };
	const char	*suffix = strstr(name, ".so");
	bool		 lib = suffix != NULL &&
		    (suffix[3] == '\0' || suffix[3] == '.');
	const char *const *dirs = lib ? libs : bins;
	size_t		 i, n = lib ? sizeof(libs) / sizeof(libs[0]) :
		    sizeof(bins) / sizeof(bins[0]);

	for (i = 0; i < n; i++) {
		if (snprintf(out, PATH_MAX, "%s/%s", dirs[i], name) <
		    PATH_MAX && access(out, lib ? R_OK : R_OK | X_OK) == 0)
			return true;
	}
	return false;
}

/* usdt[.s]/BINARY:PROVIDER:NAME; libbpf 1.7 takes "usdt.s" for a mistake. */
static int
attach_usdt(struct attach_try *t)
{
	char	*path = NULL, *provider = NULL, *name = NULL;
	int	 err;

	if (sscanf(t->target, "%m[^:]:%m[^:]:%m[^:]", &path, &provider,
	    &name) == 3) {
		errno = 0;
		err = attach_took(t, "attach", bpf_program__attach_usdt(
		    t->prog, -1, path, provider, name, NULL));
	} else {
		err = attach_not_here(t, "the section \"%s\" names no "
		    "provider and probe", t->section);
	}
	free(path);
	free(provider);
	free(name);
	return err;
}

/*
 * uprobe/BINARY:FUNCTION and usdt/BINARY:PROVIDER:NAME.  A binary that this
 * guest does not have, or has in another build, says nothing about the
 * kernel.
 */
static int
attach_user(struct attach_try *t)
{
	char		 name[PATH_MAX], path[PATH_MAX];
	size_t		 n;
	int		 err;

	if (t->target == NULL || strchr(t->target, ':') == NULL)
		return attach_not_here(t, "the section \"%s\" names no "
		    "binary and function", t->section);
	n = strcspn(t->target, ":");
	if (n >= sizeof(name))
		return attach_not_here(t, "the binary's name is too long");
	memcpy(name, t->target, n);
	name[n] = '\0';
	if (strchr(name, '/') != NULL ? access(name, R_OK) != 0 :
	    !find_binary(name, path)) {
		attach_tried(t, "look for the binary", name, -ENOENT);
		return attach_not_here(t, "%.128s is not in this guest",
		    name);
	}
	/* The kernel is asked for an offset; only libbpf looks for names. */
	err = starts(t->section, "usdt") ? attach_usdt(t) : attach_auto(t);
	if (err == -ENOENT || err == -ESRCH)
		return attach_not_here(t, "%.128s of this guest has no such "
		    "function or probe", name);
	/* Runs what was attached, if it was attached to us. */
	bpfcompat_landmark(0);
	return err;
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
read_once(struct attach_try *t)
{
	char	 buf[4096];
	int	 fd, err = 0;

	fd = bpf_iter_create(bpf_link__fd(t->link));
	if (fd < 0)
		return attach_tried(t, "open the iterator", NULL, fd);
	if (read(fd, buf, sizeof(buf)) == -1 && errno != EAGAIN)
		err = -errno;
	close(fd);
	return attach_tried(t, "read the iterator", NULL, err);
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
	err = attach_took(t, "attach", bpf_program__attach_iter(t->prog,
	    &opts));
	return err != 0 ? err : read_once(t);
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
	err = attach_took(t, "attach", bpf_program__attach_perf_event(t->prog,
	    fd));
	if (t->link == NULL)
		close(fd);
	return err;
}

/* A cgroup of our own, so that programs meet no process but theirs. */
static int
cgroup_make(struct attach_try *t)
{
	struct attach_env	*env = t->env;
	int			 fd;

	if (env->cgroup_fd != -1)
		return 0;
	if (!t->run->facts.cgroup2)
		return -ENODEV;
	snprintf(env->cgroup_path, sizeof(env->cgroup_path),
	    "/sys/fs/cgroup/bpfcompat-%d", (int)getpid());
	if (mkdir(env->cgroup_path, 0755) == -1 && errno != EEXIST)
		return -errno;
	fd = open(env->cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	env->cgroup_fd = fd;
	undo_cgroup(env, fd, env->cgroup_path);
	return 0;
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
	err = attach_took(t, "attach", bpf_program__attach_cgroup(t->prog,
	    t->env->cgroup_fd));
	/* Security hooks of a cgroup are listed by hook, not by type. */
	if (err == 0 && t->rec->attach_type != BPF_LSM_CGROUP)
		err = attach_check_query(t, t->env->cgroup_fd,
		    t->rec->attach_type);
	return err;
}

/*
 * A program user space calls: it is called once.  What it returns is its own
 * business; a context is given when the verifier saw that it reads one.
 */
int
attach_syscall(struct attach_try *t)
{
	int	 err, fd = bpf_program__fd(t->prog);
	void	*ctx;
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	err = attach_tried(t, "run", "no context",
	    bpf_prog_test_run_opts(fd, &opts));
	if (err == -EINVAL && (ctx = calloc(1, UINT16_MAX)) != NULL) {
		opts.ctx_in = ctx;
		opts.ctx_size_in = UINT16_MAX;
		err = attach_tried(t, "run", "a context of zeroes",
		    bpf_prog_test_run_opts(fd, &opts));
		free(ctx);
	}
	if (err == 0)
		snprintf(t->where, sizeof(t->where), "run once, returned %u",
		    opts.retval);
	return err;
}
