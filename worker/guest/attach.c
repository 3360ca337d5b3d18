/*
 * The attach phase.  Every program that was loaded is attached the way its
 * type wants.  What would need the project's own set-up is not guessed at:
 * it is reported as not testable here, and fails where attaching is
 * required, because it was not shown to work.
 */
#include "attach.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "steps.h"

#define ANY	(-1)

struct	kind {
	int		 type;	/* BPF_PROG_TYPE_* */
	int		 attach_type; /* or ANY */
	const char	*name;	/* NULL: the section's first word */
	int		 (*attach)(struct attach_try *); /* NULL: see "why" */
	const char	*why;
};

static int	 attach_lsm(struct attach_try *);

/* The first that fits counts. */
static const struct kind kinds[] = {
	{ BPF_PROG_TYPE_TRACEPOINT, ANY, NULL, attach_auto, NULL },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, ANY, NULL, attach_auto, NULL },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, ANY, NULL, attach_auto,
	    NULL },
	{ BPF_PROG_TYPE_KPROBE, ANY, NULL, attach_kprobe, NULL },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "iter", attach_iter, NULL },
	{ BPF_PROG_TYPE_TRACING, ANY, NULL, attach_auto, NULL },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, "lsm_cgroup", attach_cgroup,
	    NULL },
	{ BPF_PROG_TYPE_LSM, ANY, NULL, attach_lsm, NULL },
	{ BPF_PROG_TYPE_PERF_EVENT, ANY, "perf_event", attach_perf_event,
	    NULL },
	{ BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, "xdp/devmap", attach_xdp_map,
	    NULL },
	{ BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, "xdp/cpumap", attach_xdp_map,
	    NULL },
	{ BPF_PROG_TYPE_XDP, ANY, "xdp", attach_xdp, NULL },
	{ BPF_PROG_TYPE_SCHED_CLS, ANY, "tc", attach_tc, NULL },
	{ BPF_PROG_TYPE_SCHED_ACT, ANY, "action", attach_action, NULL },
	{ BPF_PROG_TYPE_CGROUP_SKB, ANY, "cgroup", attach_cgroup, NULL },
	{ BPF_PROG_TYPE_CGROUP_SOCK, ANY, "cgroup", attach_cgroup, NULL },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, ANY, "cgroup", attach_cgroup,
	    NULL },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, ANY, "cgroup", attach_cgroup, NULL },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, ANY, "cgroup", attach_cgroup, NULL },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, ANY, "cgroup", attach_cgroup, NULL },
	{ BPF_PROG_TYPE_SOCK_OPS, ANY, "sockops", attach_cgroup, NULL },
	{ BPF_PROG_TYPE_SK_MSG, ANY, "sk_msg", attach_sockmap, NULL },
	{ BPF_PROG_TYPE_SK_SKB, ANY, "sk_skb", attach_sockmap, NULL },
	{ BPF_PROG_TYPE_SK_LOOKUP, ANY, "sk_lookup", attach_netns, NULL },
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, ANY, "flow_dissector", attach_netns,
	    NULL },
	{ BPF_PROG_TYPE_NETFILTER, ANY, "netfilter", attach_netfilter,
	    NULL },
	{ BPF_PROG_TYPE_SOCKET_FILTER, ANY, "socket", attach_socket, NULL },
	{ BPF_PROG_TYPE_SK_REUSEPORT, ANY, "sk_reuseport", attach_socket,
	    NULL },
	/* Its target was given to it before it was loaded (freplace.c). */
	{ BPF_PROG_TYPE_EXT, ANY, "freplace", attach_auto, NULL },
	{ BPF_PROG_TYPE_SYSCALL, ANY, "syscall", attach_syscall, NULL },
	{ BPF_PROG_TYPE_LWT_IN, ANY, "lwt", attach_lwt, NULL },
	{ BPF_PROG_TYPE_LWT_OUT, ANY, "lwt", attach_lwt, NULL },
	{ BPF_PROG_TYPE_LWT_XMIT, ANY, "lwt", attach_lwt, NULL },
	{ BPF_PROG_TYPE_LWT_SEG6LOCAL, ANY, "lwt", attach_lwt, NULL },
	{ BPF_PROG_TYPE_LIRC_MODE2, ANY, "lirc_mode2", NULL,
	    "needs an infrared receiver" },
};

static const struct kind *
kind_of(const struct prog *p)
{
	size_t	 i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == (int)p->type &&
		    (kinds[i].attach_type == ANY ||
		    kinds[i].attach_type == (int)p->attach_type))
			return &kinds[i];
	return NULL;
}

int
attach_not_here(struct attach_try *t, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return ATTACH_NOT_HERE;
}

int
attach_tried(struct attach_try *t, const char *what, const char *on, int err)
{
	struct prog	*p = t->rec;
	struct attach_note	*a;

	if (on == NULL)
		on = t->where[0] != '\0' ? t->where : t->target;
	a = reallocarray(p->tried, p->ntried + 1, sizeof(*a));
	if (a == NULL)
		return err;
	p->tried = a;
	a += p->ntried;
	a->what = what;
	a->error = err;
	if ((a->on = strdup(on == NULL ? t->section : on)) != NULL)
		p->ntried++;
	return err;
}

int
attach_took(struct attach_try *t, const char *what, struct bpf_link *link)
{
	if (link == NULL)
		return attach_tried(t, what, NULL, errno == 0 ? -EINVAL :
		    -errno);
	attach_tried(t, what, NULL, 0);
	t->link = link;
	undo_link(t->env, link);
	/* libbpf's link of a USDT probe stands for several, and has no fd. */
	return bpf_link__fd(link) > 0 ? attach_check_link(t) : 0;
}

static bool
has_to_attach(const struct run *r, const struct prog *p)
{
	return r->args->attach_mode == ATTACH_REQUIRED ||
	    args_must_attach(r->args, p->name);
}

/*
 * A kernel takes the program and the link whether "bpf" is among its active
 * security modules or not, but calls no hook where it is not: that must not
 * pass where it was required.
 */
static int
attach_lsm(struct attach_try *t)
{
	int	 err = attach_auto(t);

	if (err != 0 || facts_lsm_active(&t->run->facts, "bpf") != 0 ||
	    !has_to_attach(t->run, t->rec))
		return err;
	snprintf(t->why, sizeof(t->why), "attached, but never called: "
	    "\"bpf\" is not among the active security modules");
	return -EOPNOTSUPP;
}

void
attach_settle(struct attach_try *t, int err)
{
	struct run	*r = t->run;
	struct prog	*p = t->rec;
	char		 text[512], words[256];

	if ((err == -ENOENT || err == -ESRCH) && p->module[0] != '\0')
		err = attach_not_here(t, "it may be in module %s, which this "
		    "guest does not have", p->module);
	if (err == 0) {
		p->attach = OUT_PASS;
		r->attach.attempted++;
		r->attach.passed++;
		return;
	}
	if (err == ATTACH_NOT_HERE) {
		r->attach.untestable++;
		snprintf(text, sizeof(text), "not testable here: %s", t->why);
		p->attach_error = strdup(text);
		p->attach = has_to_attach(r, p) ? OUT_FAIL : OUT_SKIPPED;
		return;
	}
	error_text(err, words, sizeof(words));
	snprintf(text, sizeof(text), "%s%s%s", t->why,
	    t->why[0] != '\0' ? ": " : "", words);
	p->attach_error = strdup(text);
	p->attach_errno = err;
	p->attach = OUT_FAIL;
	r->attach.attempted++;
	r->attach.failed++;
}

static void
one_program(struct attach_try *t)
{
	struct prog		*p = t->rec;
	const struct kind	*k = kind_of(p);
	const char		*slash = strchr(p->section, '/');
	const struct attach_to	*to = args_attach_to(t->run->args, p->name);
	int			 err;

	if (slash != NULL && slash[1] != '\0')
		t->target = slash + 1;
	p->attach_kind = k == NULL ? NULL : k->name;
	if (k == NULL)
		err = attach_not_here(t, "no way is known to attach this "
		    "type");
	else if (to != NULL && t->target == NULL)
		err = attach_declared(t, to);
	else if (k->attach == NULL)
		err = attach_not_here(t, "%s", k->why);
	else
		err = k->attach(t);
	attach_settle(t, err);
	if (t->where[0] != '\0')
		p->attach_target = strdup(t->where);
	else if (t->target != NULL)
		p->attach_target = strdup(t->target);
}

/*
 * A program that the plan requires by name and the object leaves out of its
 * load (its section begins with "?") was not shown to attach.
 */
static void
not_loaded(struct run *r, struct prog *p)
{
	static const char	 why[] = "not testable here: the object "
				    "leaves it out of its load";

	if (p->autoload || p->variant_off ||
	    !args_must_attach(r->args, p->name))
		return;
	p->attach = OUT_FAIL;
	p->attach_error = strdup(why);
	r->attach.untestable++;
}

static void
aggregate(struct run *r)
{
	bool	 fail = false;
	size_t	 i;

	for (i = 0; i < r->nprogs; i++)
		fail |= r->progs[i].attach == OUT_FAIL &&
		    has_to_attach(r, &r->progs[i]);
	if (fail)
		r->attach.status = OUT_FAIL;
	else if (r->attach.failed > 0)
		r->attach.status = OUT_WARN;
	else if (r->attach.attempted == 0)
		r->attach.status = OUT_SKIPPED;
	else
		r->attach.status = OUT_PASS;
}

void
attach_run(struct run *r)
{
	struct attach_env	*env;
	struct bpf_program	*bp;
	struct prog		*p;
	size_t			 i = 0;

	if (r->load.status != OUT_PASS ||
	    r->args->attach_mode == ATTACH_DISABLED)
		return;
	if ((env = calloc(1, sizeof(*env))) == NULL) {
		r->attach.status = OUT_FAIL;
		r->attach.error = -ENOMEM;
		return;
	}
	r->attached = env;
	env->cgroup_fd = -1;
	bpf_object__for_each_program(bp, r->obj) {
		p = &r->progs[i++];
		not_loaded(r, p);
		if (!p->autoload || bpf_program__fd(bp) < 0 ||
		    p->type == BPF_PROG_TYPE_STRUCT_OPS)
			continue;
		sink_progress(r->sink, "attach", p->name, i, r->nprogs);
		one_program(&(struct attach_try){ .run = r, .env = env,
		    .rec = p, .prog = bp, .section = p->section });
	}
	attach_struct_ops(r, env);
	aggregate(r);
}
