/*
 * Traffic control: classifiers on the clsact discipline or the tcx hooks,
 * on a netkit pair, and actions of a filter.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_bpf.h>

#include "attach.h"
#include "rtnl.h"
#include "steps.h"

static int
add_clsact(struct attach_try *t, int ifindex, bool egress)
{
	int	 err;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
	    .attach_point = egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);

	err = attach_tried(t, "add the clsact discipline", NULL,
	    bpf_tc_hook_create(&hook));
	if (err != 0 && err != -EEXIST)
		return attach_not_here(t, "no clsact queueing discipline: %s",
		    strerror(-err));
	return 0;
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

	if ((err = add_clsact(t, ifindex, egress)) != 0)
		return err;
	err = attach_tried(t, egress ? "add a filter for egress" :
	    "add a filter for ingress", NULL, bpf_tc_attach(&hook, &opts));
	if (err != 0)
		return err;
	opts.prog_fd = 0;
	opts.prog_id = 0;
	opts.flags = 0;
	err = bpf_tc_query(&hook, &opts);
	return attach_check_id(t, "ask for the filter's program", err,
	    opts.prog_id);
}

/*
 * No pair of devices: does the kernel not know netkit (6.7, CONFIG_NETKIT),
 * or is only its driver not at hand?  Asked with an interface of another
 * kind, a kernel that knows the hook says that this is no netkit device.
 */
static int
no_netkit(struct attach_try *t, int why)
{
	int	 err;

	err = bpf_link_create(bpf_program__fd(t->prog),
	    (int)if_nametoindex("lo"), t->rec->attach_type, NULL);
	attach_tried(t, "attach to another kind of interface", "lo", err);
	if (err == -EINVAL)
		return why;
	return attach_not_here(t, "no netkit device: %s", strerror(-why));
}

static int
attach_netkit(struct attach_try *t)
{
	char	 name[IFNAMSIZ], peer[IFNAMSIZ + 1];
	int	 ifindex, err = attach_netns_enter(t->env);

	if (err != 0)
		return attach_not_here(t, "no network namespace: %s",
		    strerror(-err));
	snprintf(name, sizeof(name), "bpfnk%d", t->env->ifaces++);
	snprintf(peer, sizeof(peer), "%sp", name);
	err = attach_tried(t, "make an interface", "netkit",
	    rtnl_add_netkit(name, peer));
	if (err != 0)
		return no_netkit(t, err);
	undo_iface(t->env, name);
	snprintf(t->where, sizeof(t->where), "netkit device %s", name);
	ifindex = (int)if_nametoindex(name);
	errno = 0;
	err = attach_took(t, "attach", bpf_program__attach_netkit(t->prog,
	    ifindex, NULL));
	if (err == 0)
		err = attach_check_query(t, ifindex, t->rec->attach_type);
	return err;
}

int
attach_tc(struct attach_try *t)
{
	enum bpf_attach_type	 at = t->rec->attach_type;
	char			 name[IFNAMSIZ];
	int			 err, ifindex;

	if (at == BPF_NETKIT_PRIMARY || at == BPF_NETKIT_PEER)
		return attach_netkit(t);
	if ((err = attach_iface(t, name)) != 0)
		return attach_not_here(t, "no interface: %s", strerror(-err));
	ifindex = (int)if_nametoindex(name);
	if (at != BPF_TCX_INGRESS && at != BPF_TCX_EGRESS)
		return attach_clsact(t, ifindex);
	errno = 0;
	err = attach_took(t, "attach to tcx", bpf_program__attach_tcx(t->prog,
	    ifindex, NULL));
	if (err == 0)
		return attach_check_query(t, ifindex, at);
	/* "tc/ingress" means tcx only where there is tcx (6.6). */
	if (err == -EINVAL && strncmp(t->section, "tc/", 3) == 0)
		err = attach_clsact(t, ifindex);
	return err;
}

/* A filter that matches every packet, with the program as its action. */
static int
add_action(int ifindex, int prog_fd)
{
	struct tcmsg		 tm = { .tcm_family = AF_UNSPEC,
				    .tcm_ifindex = ifindex };
	struct tc_act_bpf	 parms = { .action = TC_ACT_PIPE };
	struct rtnl		 q;
	struct rtattr		*options, *acts, *act, *own;

	tm.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	tm.tcm_info = TC_H_MAKE(1 << 16, htons(ETH_P_ALL));
	rtnl_start(&q, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &tm,
	    sizeof(tm));
	rtnl_add_str(&q, TCA_KIND, "matchall");
	options = rtnl_nest(&q, TCA_OPTIONS);
	acts = rtnl_nest(&q, TCA_MATCHALL_ACT);
	act = rtnl_nest(&q, 1);
	rtnl_add_str(&q, TCA_ACT_KIND, "bpf");
	own = rtnl_nest(&q, TCA_ACT_OPTIONS | NLA_F_NESTED);
	rtnl_add(&q, TCA_ACT_BPF_PARMS, &parms, sizeof(parms));
	rtnl_add_u32(&q, TCA_ACT_BPF_FD, (uint32_t)prog_fd);
	rtnl_add_str(&q, TCA_ACT_BPF_NAME, "bpfcompat");
	rtnl_end(&q, own);
	rtnl_end(&q, act);
	rtnl_end(&q, acts);
	rtnl_end(&q, options);
	return rtnl_talk(&q);
}

int
attach_action(struct attach_try *t)
{
	char	 name[IFNAMSIZ];
	int	 ifindex, err = attach_iface(t, name);

	if (err != 0)
		return attach_not_here(t, "no interface: %s", strerror(-err));
	ifindex = (int)if_nametoindex(name);
	if ((err = add_clsact(t, ifindex, false)) != 0)
		return err;
	err = attach_tried(t, "add a filter with this action", NULL,
	    add_action(ifindex, bpf_program__fd(t->prog)));
	/* No such classifier or action, and no module for it. */
	if (err == -ENOENT)
		return attach_not_here(t, "no matchall classifier or no bpf "
		    "action");
	return err;
}
