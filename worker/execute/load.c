#include "worker/execute/load.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/fsio.h"
#include "domain/manifest.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"
/* Between what libbpf says about one object; more is cut. */
#define MESSAGES_MAX	((size_t)16 * 1024)

struct	load {
	const struct execute_request *rq;
	struct manifest	 m;
	struct bpf_object *obj;
	struct bpf_link	**links;	/* as many as the result has */
	size_t		 nlinks;
};

/* libbpf's print function has no argument of ours. */
static struct buf	 messages = BUF_INIT(MESSAGES_MAX);

static int
on_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN)
		buf_addv(&messages, fmt, ap);
	return 0;
}

/* --- what the manifest says --------------------------------------------------*/

static const struct manifest_prog *
declared(const struct load *l, const char *prog)
{
	for (size_t i = 0; i < l->m.nprogs; i++)
		if (strcmp(l->m.progs[i].name, prog) == 0)
			return &l->m.progs[i];
	return NULL;
}

static enum err
unsupported(struct diag *d, const char *what, const char *name)
{
	diag_set(d, ERR_INVAL, "manifest", "%s: %s cannot be done on a host; "
	    "nothing was loaded", name, what);
	diag_word(d, "manifest_unsupported");
	return ERR_INVAL;
}

static enum err
missing(struct diag *d, const char *what, const char *name)
{
	diag_set(d, ERR_INVAL, "manifest", "the object has no %s \"%s\" that "
	    "its manifest names; nothing was loaded", what, name);
	diag_word(d, "manifest_mismatch");
	return ERR_INVAL;
}

static enum err
apply_map(struct load *l, const struct manifest_map *m, struct diag *d)
{
	struct bpf_map	*map = bpf_object__find_map_by_name(l->obj, m->name);
	long		 n = m->entries;
	int		 fd, err = 0;

	if (map == NULL)
		return missing(d, "map", m->name);
	if (m->inner_type[0] != '\0')
		return unsupported(d, "an inner map", m->name);
	if (n == MANIFEST_CPUS)
		n = libbpf_num_possible_cpus();
	if (n > 0)
		err = bpf_map__set_max_entries(map, (uint32_t)n);
	if (err == 0 && m->ringbuf_bytes != 0) {
		fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "inner", 0, 0,
		    m->ringbuf_bytes, NULL);
		err = fd < 0 ? fd : bpf_map__set_inner_map_fd(map, fd);
		if (fd >= 0)
			close(fd);
	}
	return err == 0 ? ERR_OK : diag_set(d, ERR_INVAL, "manifest",
	    "map \"%s\" cannot be made as the manifest says: %s", m->name,
	    strerror(-err));
}

static enum err
check_prog(struct load *l, const struct manifest_prog *p, struct diag *d)
{
	struct bpf_program	*prog =
				    bpf_object__find_program_by_name(l->obj,
				    p->name);
	const char		*type;

	if (prog == NULL)
		return missing(d, "program", p->name);
	type = libbpf_bpf_prog_type_str(bpf_program__type(prog));
	if ((p->section[0] != '\0' && strcmp(p->section,
	    bpf_program__section_name(prog)) != 0) || (p->type[0] != '\0' &&
	    (type == NULL || strcasecmp(p->type, type) != 0))) {
		diag_set(d, ERR_INVAL, "manifest", "program \"%s\" is another "
		    "section or type than its manifest says; nothing was "
		    "loaded", p->name);
		diag_word(d, "manifest_mismatch");
		return ERR_INVAL;
	}
	return ERR_OK;
}

/* The first variant whose helper this kernel has; the others stay out. */
static enum err
choose(struct load *l, const struct manifest_group *g, struct diag *d)
{
	struct bpf_program	*p;
	bool			 chosen = false, fits;

	for (size_t i = 0; i < g->n; i++) {
		p = bpf_object__find_program_by_name(l->obj, g->v[i].name);
		if (p == NULL)
			return missing(d, "program", g->v[i].name);
		if (g->v[i].trial)
			return unsupported(d, "choosing a variant by trial",
			    g->v[i].name);
		fits = g->v[i].helper == 0 || libbpf_probe_bpf_helper(
		    bpf_program__type(p), (enum bpf_func_id)g->v[i].helper,
		    NULL) == 1;
		bpf_program__set_autoload(p, fits && !chosen);
		chosen = chosen || fits;
	}
	return chosen ? ERR_OK : diag_set(d, ERR_INVAL, "manifest",
	    "no variant of \"%s\" fits this kernel", g->name);
}

static enum err
apply_types(struct load *l, struct diag *d)
{
	struct bpf_program	*p;
	enum bpf_prog_type	 type;
	enum bpf_attach_type	 expected;
	char			 section[80];

	for (size_t i = 0; i < l->m.ntypes; i++) {
		p = bpf_object__find_program_by_name(l->obj,
		    l->m.types[i].selector);
		snprintf(section, sizeof(section), "%s", l->m.types[i].type);
		for (char *c = section; *c != '\0'; c++)
			*c = (char)tolower((unsigned char)*c);
		if (p == NULL)
			return missing(d, "program", l->m.types[i].selector);
		if (libbpf_prog_type_by_name(section, &type, &expected) != 0)
			return unsupported(d, "a type of its own",
			    l->m.types[i].selector);
		bpf_program__set_type(p, type);
	}
	return ERR_OK;
}

static enum err
apply_manifest(struct load *l, struct diag *d)
{
	const struct buf	*b = &l->rq->manifest;
	enum err		 e;

	if (b->len == 0)
		return ERR_OK;
	if ((e = manifest_parse("manifest", b->data, b->len, NULL, &l->m,
	    d)) != ERR_OK)
		return e;
	for (size_t i = 0; e == ERR_OK && i < l->m.nprogs; i++)
		e = check_prog(l, &l->m.progs[i], d);
	for (size_t i = 0; e == ERR_OK && i < l->m.nmaps; i++)
		e = apply_map(l, &l->m.maps[i], d);
	for (size_t i = 0; e == ERR_OK && i < l->m.ngroups; i++)
		e = choose(l, &l->m.groups[i], d);
	return e == ERR_OK ? apply_types(l, d) : e;
}

/* --- attaching ----------------------------------------------------------------*/

static struct bpf_link *
attach_cgroup(struct bpf_program *p, const char *target)
{
	char		 path[512];
	struct bpf_link	*link;
	int		 fd;

	/* Below the one hierarchy, and no way back up. */
	snprintf(path, sizeof(path), CGROUP_ROOT "/%s",
	    target + strspn(target, "/"));
	if (strstr(path, "..") != NULL) {
		errno = EINVAL;
		return NULL;
	}
	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC)) == -1)
		return NULL;
	link = bpf_program__attach_cgroup(p, fd);
	close(fd);
	return link;
}

static struct bpf_link *
attach_iface(struct bpf_program *p, const char *target)
{
	unsigned int	 index = if_nametoindex(target);

	if (index == 0)
		return NULL;
	if (bpf_program__type(p) == BPF_PROG_TYPE_XDP)
		return bpf_program__attach_xdp(p, (int)index);
	return bpf_program__attach_tcx(p, (int)index, NULL);
}

static struct bpf_link *
attach_tracepoint(struct bpf_program *p, const char *target)
{
	char	 category[128], *slash;

	snprintf(category, sizeof(category), "%s", target);
	if ((slash = strchr(category, '/')) == NULL) {
		errno = EINVAL;
		return NULL;
	}
	*slash = '\0';
	return bpf_program__attach_tracepoint(p, category, slash + 1);
}

static struct bpf_link *
attach_kprobe(struct bpf_program *p, const char *target)
{
	return bpf_program__attach_kprobe(p, false, target);
}

static struct bpf_link *
attach_auto(struct bpf_program *p, const char *target)
{
	(void)target;
	return bpf_program__attach(p);
}

/* How a type is attached to a target that the manifest names. */
static const struct {
	enum bpf_prog_type	 type;
	const char		*kind;
	struct bpf_link		*(*attach)(struct bpf_program *,
				    const char *target);
	bool			 needs_target;
} ways[] = {
	{ BPF_PROG_TYPE_XDP, "xdp", attach_iface, true },
	{ BPF_PROG_TYPE_SCHED_CLS, "tcx", attach_iface, true },
	{ BPF_PROG_TYPE_CGROUP_SKB, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_CGROUP_SOCK, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_SOCK_OPS, "cgroup", attach_cgroup, true },
	{ BPF_PROG_TYPE_TRACEPOINT, "tracepoint", attach_tracepoint, false },
	{ BPF_PROG_TYPE_KPROBE, "kprobe", attach_kprobe, false },
};

static struct bpf_link *
attach_one(const struct load *l, struct bpf_program *p, struct load_link *k)
{
	const struct manifest_prog *m = declared(l, k->name);
	const char		*target = m != NULL ? m->target : "";

	snprintf(k->kind, sizeof(k->kind), "auto");
	snprintf(k->target, sizeof(k->target), "%s", target[0] != '\0' ?
	    target : bpf_program__section_name(p));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (ways[i].type != bpf_program__type(p) ||
		    (target[0] == '\0' && !ways[i].needs_target))
			continue;
		snprintf(k->kind, sizeof(k->kind), "%s", ways[i].kind);
		if (target[0] == '\0') {
			snprintf(k->error, sizeof(k->error), "where it goes "
			    "is not said: its manifest has to name a target");
			return NULL;
		}
		return ways[i].attach(p, target);
	}
	return attach_auto(p, target);
}

static void
settle(struct load *l, size_t i, struct load_result *res, const char *dir)
{
	struct load_link	*k = &res->links[i];
	struct bpf_link		*link = l->links[i];
	struct bpf_link_info	 info;
	uint32_t		 len = sizeof(info);
	char			 path[512];
	int			 err = errno;

	res->attempted++;
	if (link == NULL) {
		if (k->error[0] == '\0')
			snprintf(k->error, sizeof(k->error), "%s",
			    strerror(err));
		res->failed++;
		return;
	}
	memset(&info, 0, sizeof(info));
	/* Without an object of the kernel behind it, it ends with us. */
	if (bpf_link_get_info_by_fd(bpf_link__fd(link), &info, &len) != 0) {
		if (dir != NULL) {
			snprintf(k->error, sizeof(k->error), "this kernel "
			    "cannot keep such a link");
			res->failed++;
			return;
		}
	}
	k->link_id = info.id;
	k->prog_id = info.prog_id;
	if (dir != NULL && (path_join(path, sizeof(path), dir, k->name,
	    NULL) != ERR_OK || (err = bpf_link__pin(link, path)) != 0)) {
		snprintf(k->error, sizeof(k->error), "cannot be pinned: %s",
		    strerror(-err));
		res->failed++;
		return;
	}
	k->attached = true;
	res->passed++;
}

static size_t
count(const struct load *l)
{
	struct bpf_program	*p;
	struct bpf_map		*m;
	size_t			 n = 0;

	bpf_object__for_each_program(p, l->obj)
		n++;
	bpf_object__for_each_map(m, l->obj)
		n++;
	return n;
}

/* Programs of a struct_ops map are attached by it. */
static bool
stands_alone(const struct load *l, const struct bpf_program *p)
{
	return bpf_program__autoload(p) &&
	    bpf_program__type(p) != BPF_PROG_TYPE_STRUCT_OPS &&
	    bpf_program__type(p) != BPF_PROG_TYPE_SYSCALL &&
	    /* What a manifest lists is all that shall run. */
	    (l->m.nprogs == 0 || declared(l, bpf_program__name(p)) != NULL);
}

static enum err
attach_all(struct load *l, struct load_result *res, const char *dir)
{
	const struct manifest_prog *m;
	struct bpf_program	*p;
	struct bpf_map		*map;
	struct load_link	*k;
	const char		*type;

	bpf_object__for_each_program(p, l->obj) {
		if (!stands_alone(l, p))
			continue;
		k = &res->links[res->nlinks];
		type = libbpf_bpf_prog_type_str(bpf_program__type(p));
		snprintf(k->name, sizeof(k->name), "%s",
		    bpf_program__name(p));
		snprintf(k->type, sizeof(k->type), "%s",
		    type != NULL ? type : "unknown");
		m = declared(l, k->name);
		k->required = m != NULL && m->required;
		errno = 0;
		l->links[res->nlinks] = attach_one(l, p, k);
		settle(l, res->nlinks++, res, dir);
		l->nlinks = res->nlinks;
	}
	bpf_object__for_each_map(map, l->obj) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS ||
		    l->m.nprogs > 0)
			continue;
		k = &res->links[res->nlinks];
		snprintf(k->name, sizeof(k->name), "%s", bpf_map__name(map));
		snprintf(k->type, sizeof(k->type), "struct_ops");
		snprintf(k->kind, sizeof(k->kind), "struct_ops");
		errno = 0;
		l->links[res->nlinks] = bpf_map__attach_struct_ops(map);
		settle(l, res->nlinks++, res, dir);
		l->nlinks = res->nlinks;
	}
	return ERR_OK;
}

/* --- all of it -------------------------------------------------------------------*/

static void
refused(struct load_result *res, int err)
{
	size_t	 n = messages.len, from = 0;

	res->load_errno = err;
	/* Its end says why; the beginning is on the way there. */
	if (n >= sizeof(res->load_error))
		from = n - sizeof(res->load_error) + 1;
	snprintf(res->load_error, sizeof(res->load_error), "%s", n > 0 ?
	    messages.data + from : strerror(-err));
}

static bool
open_object(struct load *l, struct load_result *res)
{
	struct btf	*btf;
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "artifact");

	errno = 0;
	l->obj = bpf_object__open_mem(l->rq->object.data, l->rq->object.len,
	    &opts);
	if (l->obj == NULL) {
		refused(res, errno == 0 ? -EINVAL : -errno);
		return false;
	}
	btf = bpf_object__btf(l->obj);
	res->object_btf = btf != NULL;
	res->object_btf_ext = memmem(l->rq->object.data, l->rq->object.len,
	    ".BTF.ext", sizeof(".BTF.ext")) != NULL;
	return true;
}

enum err
load_run(const struct execute_request *rq, const char *pin_dir,
    struct load **out, struct load_result *res, struct diag *d)
{
	struct load	*l = calloc(1, sizeof(*l));
	int		 err;
	enum err	 e = ERR_OK;

	memset(res, 0, sizeof(*res));
	*out = l;
	if (l == NULL)
		return ERR_NOMEM;
	l->rq = rq;
	buf_reset(&messages);
	libbpf_set_print(on_message);
	res->kernel_btf = fsio_exists("/sys/kernel/btf/vmlinux");
	if (!open_object(l, res) || (e = apply_manifest(l, d)) != ERR_OK)
		goto out;
	res->links = calloc(count(l) + 1, sizeof(*res->links));
	l->links = calloc(count(l) + 1, sizeof(struct bpf_link *));
	if (res->links == NULL || l->links == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	if ((err = bpf_object__load(l->obj)) != 0) {
		refused(res, err);
		goto out;
	}
	res->loaded = true;
	if (rq->attach != EXECUTE_DISABLED)
		e = attach_all(l, res, pin_dir);
out:
	buf_clear(&messages);
	return e;
}

/*
 * Destroying a link would switch its event off even though it is pinned, so
 * it is only let go.
 */
void
load_keep(struct load *l)
{
	for (size_t i = 0; i < l->nlinks; i++)
		if (l->links[i] != NULL)
			bpf_link__disconnect(l->links[i]);
}

void
load_undo(struct load *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->nlinks; i++)
		bpf_link__destroy(l->links[i]);
	free(l->links);
	bpf_object__close(l->obj);
	manifest_clear(&l->m);
	free(l);
}

void
load_result_clear(struct load_result *res)
{
	free(res->links);
	memset(res, 0, sizeof(*res));
}

enum err
load_link_info(const char *path, uint32_t *link_id, uint32_t *prog_id)
{
	struct bpf_link_info	 info;
	uint32_t		 len = sizeof(info);
	int			 fd = bpf_obj_get(path);
	enum err		 e = ERR_OK;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : err_from_errno(errno);
	memset(&info, 0, sizeof(info));
	if (bpf_link_get_info_by_fd(fd, &info, &len) != 0)
		e = ERR_CORRUPT;
	*link_id = info.id;
	*prog_id = info.prog_id;
	close(fd);
	return e;
}
