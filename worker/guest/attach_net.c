/*
 * Kinds that see packets.  They work in a network namespace of our own: a
 * program that drops everything must not cut the channel to the host.
 * Interfaces are one end of a veth pair, a new one for each program; where
 * the kernel has no veth driver at hand a dummy, or the loopback interface.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/netfilter.h>

#include "attach.h"
#include "rtnl.h"
#include "steps.h"

/* Priority of a netfilter program; neither end of the range is allowed. */
#define NF_PRIORITY	(-128)
/* Packets the queue of a CPU map's entry may hold. */
#define CPUMAP_QUEUE	64

int
attach_netns_enter(struct attach_env *env)
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

static int
make_iface(struct attach_try *t, enum iface_kind kind, const char *name)
{
	char	 peer[IFNAMSIZ + 1];
	int	 err;

	if (kind == IFACE_VETH) {
		snprintf(peer, sizeof(peer), "%sp", name);
		err = attach_tried(t, "make an interface", "veth",
		    rtnl_add_veth(name, peer));
	} else {
		err = attach_tried(t, "make an interface", "dummy",
		    rtnl_add_link(name, "dummy"));
		if (err == 0)
			err = rtnl_up(name);
	}
	if (err == 0)
		undo_iface(t->env, name);
	return err;
}

int
attach_iface(struct attach_try *t, char *name)
{
	static const char *const words[] = { "veth", "dummy" };
	struct attach_env	*env = t->env;
	int			 err = attach_netns_enter(env);

	if (err != 0)
		return err;
	for (; env->best != IFACE_LO; env->best++) {
		snprintf(name, IFNAMSIZ, "bpfc%d", env->ifaces++);
		if (make_iface(t, env->best, name) == 0) {
			snprintf(t->where, sizeof(t->where),
			    "%s interface %s", words[env->best], name);
			return 0;
		}
	}
	snprintf(name, IFNAMSIZ, "lo");
	snprintf(t->where, sizeof(t->where), "loopback interface");
	return 0;
}

void
attach_hold(struct attach_try *t, int fd)
{
	undo_fd(t->env, fd);
}

/* Only one XDP program fits on an interface; the last one stays on lo. */
static void
lo_make_room(struct attach_try *t)
{
	if (t->env->lo_xdp != NULL)
		bpf_link__detach(t->env->lo_xdp);
	t->env->lo_xdp = NULL;
}

/* By the driver, or where that does not take it by the network stack. */
int
attach_xdp(struct attach_try *t)
{
	char			 name[IFNAMSIZ];
	int			 ifindex, err = attach_iface(t, name);
	struct bpf_xdp_query_opts q = { .sz = sizeof(q) };
	bool			 lo = t->env->best == IFACE_LO;

	if (err != 0)
		return attach_not_here(t, "no interface: %s", strerror(-err));
	if (lo)
		lo_make_room(t);
	ifindex = (int)if_nametoindex(name);
	errno = 0;
	err = attach_took(t, "attach", bpf_program__attach_xdp(t->prog,
	    ifindex));
	if (err != 0)
		return err;
	if (lo)
		t->env->lo_xdp = t->link;
	err = bpf_xdp_query(ifindex, 0, &q);
	return attach_check_id(t, q.attach_mode == XDP_ATTACHED_SKB ?
	    "ask the interface (generic mode)" :
	    "ask the interface (driver mode)", err, q.prog_id);
}

/* Programs that run for the entry of a map get one of our own. */
int
attach_xdp_map(struct attach_try *t)
{
	bool			 dev = t->rec->attach_type == BPF_XDP_DEVMAP;
	struct bpf_devmap_val	 to = { .ifindex = 1 };
	struct bpf_cpumap_val	 cpu = { .qsize = CPUMAP_QUEUE };
	uint32_t		 key = 0;
	int			 fd, err = attach_netns_enter(t->env);

	if (err != 0)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(-err));
	snprintf(t->where, sizeof(t->where), "entry of a %s map",
	    dev ? "device" : "CPU");
	if ((to.ifindex = if_nametoindex("lo")) == 0)
		to.ifindex = 1;
	to.bpf_prog.fd = cpu.bpf_prog.fd = bpf_program__fd(t->prog);
	fd = bpf_map_create(dev ? BPF_MAP_TYPE_DEVMAP : BPF_MAP_TYPE_CPUMAP,
	    "bpfcompat", sizeof(key), dev ? sizeof(to) : sizeof(cpu), 1,
	    NULL);
	if (fd < 0)
		return attach_tried(t, "make the map", NULL, fd);
	attach_hold(t, fd);
	err = attach_tried(t, "put it into the map", NULL,
	    bpf_map_update_elem(fd, &key, dev ? (void *)&to : &cpu, 0));
	if (err != 0)
		return err;
	err = bpf_map_lookup_elem(fd, &key, dev ? (void *)&to : &cpu);
	return attach_check_id(t, "read the map's entry", err, dev ?
	    to.bpf_prog.id : cpu.bpf_prog.id);
}

int
attach_netns(struct attach_try *t)
{
	int	 fd, err = attach_netns_enter(t->env);

	if (err != 0)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(-err));
	if ((fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) == -1)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(errno));
	snprintf(t->where, sizeof(t->where), "network namespace");
	errno = 0;
	err = attach_took(t, "attach", bpf_program__attach_netns(t->prog,
	    fd));
	if (err == 0)
		err = attach_check_query(t, fd, t->rec->attach_type);
	close(fd);
	return err;
}

int
attach_netfilter(struct attach_try *t)
{
	int	 err = attach_netns_enter(t->env);
	LIBBPF_OPTS(bpf_netfilter_opts, opts, .pf = NFPROTO_IPV4,
	    .hooknum = NF_INET_LOCAL_OUT, .priority = NF_PRIORITY);

	if (err != 0)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(-err));
	snprintf(t->where, sizeof(t->where), "IPv4 local output hook");
	errno = 0;
	return attach_took(t, "attach", bpf_program__attach_netfilter(t->prog,
	    &opts));
}
