/*
 * Kinds that see packets.  They work in a network namespace of our own: a
 * program that drops everything must not cut the channel to the host.
 * Interfaces are dummies, one a program; where the kernel has no dummy
 * driver at hand it is the loopback interface.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/netfilter.h>

#include "attach.h"
#include "steps.h"

#ifndef SO_ATTACH_REUSEPORT_EBPF
#define SO_ATTACH_REUSEPORT_EBPF	52
#endif

/* Priority of a netfilter program; neither end of the range is allowed. */
#define NF_PRIORITY	(-128)

static int
netns_enter(struct attach_env *env)
{
	if (env->netns || env->netns_error != 0)
		return env->netns_error;
	if (unshare(CLONE_NEWNET) == -1) {
		env->netns_error = -errno;
	} else {
		env->netns = true;
		rtnl_up("lo");
	}
	return env->netns_error;
}

/* The name of an interface for one program; 0 or negative errno. */
static int
iface_make(struct attach_try *t, char name[IFNAMSIZ])
{
	struct attach_env	*env = t->env;
	int			 err = netns_enter(env);

	if (err != 0)
		return err;
	snprintf(name, IFNAMSIZ, "bpfc%d", env->ifaces);
	if (!env->no_dummy && rtnl_add_link(name, "dummy") == 0) {
		env->ifaces++;
		rtnl_up(name);
		snprintf(t->where, sizeof(t->where), "dummy interface %s",
		    name);
		return 0;
	}
	env->no_dummy = true;
	snprintf(name, IFNAMSIZ, "lo");
	snprintf(t->where, sizeof(t->where), "loopback interface");
	return 0;
}

/* Only one XDP program fits on an interface; the last one stays on lo. */
static void
lo_make_room(struct attach_try *t)
{
	if (t->env->lo_xdp != NULL)
		bpf_link__detach(t->env->lo_xdp);
	t->env->lo_xdp = NULL;
}

int
attach_xdp(struct attach_try *t)
{
	char	 name[IFNAMSIZ];
	int	 err = iface_make(t, name);

	if (err != 0)
		return attach_not_here(t, "no interface: %s", strerror(-err));
	if (t->env->no_dummy)
		lo_make_room(t);
	errno = 0;
	err = attach_took(t, bpf_program__attach_xdp(t->prog,
	    (int)if_nametoindex(name)));
	if (err == 0 && t->env->no_dummy)
		t->env->lo_xdp = t->link;
	return err;
}

/* The classic way: a filter on the clsact queueing discipline. */
static int
attach_clsact(struct attach_try *t, int ifindex)
{
	int	 err;
	bool	 egress = strstr(t->section, "egress") != NULL;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
	    .attach_point = egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(t->prog));

	err = bpf_tc_hook_create(&hook);
	if (err != 0 && err != -EEXIST)
		return attach_not_here(t, "no clsact queueing discipline: %s",
		    strerror(-err));
	return bpf_tc_attach(&hook, &opts);
}

static int
attach_netkit(struct attach_try *t)
{
	char	 name[IFNAMSIZ], *dot;
	long	 major, minor;
	int	 err = netns_enter(t->env);

	major = strtol(t->run->uts.release, &dot, 10);
	minor = *dot == '.' ? strtol(dot + 1, NULL, 10) : 0;
	/* netkit devices came with 6.7. */
	if (major < 6 || (major == 6 && minor < 7))
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), "bpfnk%d", t->env->ifaces++);
	if (err == 0)
		err = rtnl_add_link(name, "netkit");
	if (err != 0)
		return attach_not_here(t, "no netkit device: %s",
		    strerror(-err));
	snprintf(t->where, sizeof(t->where), "netkit device %s", name);
	errno = 0;
	return attach_took(t, bpf_program__attach_netkit(t->prog,
	    (int)if_nametoindex(name), NULL));
}

int
attach_tc(struct attach_try *t)
{
	enum bpf_attach_type	 at;
	char			 name[IFNAMSIZ];
	int			 err, ifindex;

	at = bpf_program__expected_attach_type(t->prog);
	if (at == BPF_NETKIT_PRIMARY || at == BPF_NETKIT_PEER)
		return attach_netkit(t);
	if ((err = iface_make(t, name)) != 0)
		return attach_not_here(t, "no interface: %s", strerror(-err));
	ifindex = (int)if_nametoindex(name);
	if (at != BPF_TCX_INGRESS && at != BPF_TCX_EGRESS)
		return attach_clsact(t, ifindex);
	errno = 0;
	err = attach_took(t, bpf_program__attach_tcx(t->prog, ifindex, NULL));
	/* "tc/ingress" means tcx only where there is tcx (6.6). */
	if (err == -EINVAL && strncmp(t->section, "tc/", 3) == 0)
		err = attach_clsact(t, ifindex);
	return err;
}

int
attach_netns(struct attach_try *t)
{
	int	 fd, err = netns_enter(t->env);

	if (err != 0)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(-err));
	if ((fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) == -1)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(errno));
	snprintf(t->where, sizeof(t->where), "network namespace");
	errno = 0;
	err = attach_took(t, bpf_program__attach_netns(t->prog, fd));
	close(fd);
	return err;
}

int
attach_netfilter(struct attach_try *t)
{
	int	 err = netns_enter(t->env);
	LIBBPF_OPTS(bpf_netfilter_opts, opts, .pf = NFPROTO_IPV4,
	    .hooknum = NF_INET_LOCAL_OUT, .priority = NF_PRIORITY);

	if (err != 0)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(-err));
	snprintf(t->where, sizeof(t->where), "IPv4 local output hook");
	errno = 0;
	return attach_took(t, bpf_program__attach_netfilter(t->prog, &opts));
}

int
attach_sockmap(struct attach_try *t)
{
	enum bpf_attach_type	 at;
	struct bpf_map		*m, *to = NULL;

	at = bpf_program__expected_attach_type(t->prog);
	if (at == 0)
		return attach_not_here(t, "the section does not say parser "
		    "or verdict");
	bpf_object__for_each_map(m, t->run->obj) {
		if (to == NULL && bpf_map__fd(m) >= 0 &&
		    (bpf_map__type(m) == BPF_MAP_TYPE_SOCKMAP ||
		    bpf_map__type(m) == BPF_MAP_TYPE_SOCKHASH))
			to = m;
	}
	if (to == NULL)
		return attach_not_here(t, "the object has no socket map");
	snprintf(t->where, sizeof(t->where), "map %s", bpf_map__name(to));
	return bpf_prog_attach(bpf_program__fd(t->prog), bpf_map__fd(to), at,
	    0);
}

int
attach_socket(struct attach_try *t)
{
	bool	 reuse = bpf_program__type(t->prog) ==
		    BPF_PROG_TYPE_SK_REUSEPORT;
	int	 s, one = 1, prog = bpf_program__fd(t->prog), err = 0;

	if ((s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return attach_not_here(t, "no UDP socket: %s",
		    strerror(errno));
	snprintf(t->where, sizeof(t->where), "UDP socket");
	if (reuse && setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &one,
	    sizeof(one)) == -1)
		err = -errno;
	if (err == 0 && setsockopt(s, SOL_SOCKET, reuse ?
	    SO_ATTACH_REUSEPORT_EBPF : SO_ATTACH_BPF, &prog,
	    sizeof(prog)) == -1)
		err = -errno;
	close(s);
	return err;
}
