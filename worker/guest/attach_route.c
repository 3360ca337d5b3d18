/*
 * Programs of lightweight tunnels belong to a route: one to an address that
 * nobody has, out of an interface of our own.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <bpf/libbpf.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_local.h>

#include "attach.h"
#include "rtnl.h"
#include "steps.h"

/* For documentation, RFC 5737 and RFC 3849. */
#define ROUTE4		"192.0.2.0"
#define ROUTE4_BITS	24
#define ROUTE6		"2001:db8::"
#define ROUTE6_BITS	64

static void
add_prog(struct rtnl *q, uint16_t type, uint16_t fd_attr, uint16_t name_attr,
    int fd)
{
	struct rtattr	*a = rtnl_nest(q, type | NLA_F_NESTED);

	rtnl_add_u32(q, fd_attr, (uint32_t)fd);
	rtnl_add_str(q, name_attr, "bpfcompat");
	rtnl_end(q, a);
}

static void
add_encap(struct rtnl *q, enum bpf_prog_type type, int fd)
{
	uint16_t	 encap = type == BPF_PROG_TYPE_LWT_SEG6LOCAL ?
			    LWTUNNEL_ENCAP_SEG6_LOCAL : LWTUNNEL_ENCAP_BPF;
	struct rtattr	*a;

	rtnl_add(q, RTA_ENCAP_TYPE, &encap, sizeof(encap));
	a = rtnl_nest(q, RTA_ENCAP | NLA_F_NESTED);
	if (type == BPF_PROG_TYPE_LWT_SEG6LOCAL) {
		rtnl_add_u32(q, SEG6_LOCAL_ACTION,
		    SEG6_LOCAL_ACTION_END_BPF);
		add_prog(q, SEG6_LOCAL_BPF, SEG6_LOCAL_BPF_PROG,
		    SEG6_LOCAL_BPF_PROG_NAME, fd);
	} else {
		add_prog(q, type == BPF_PROG_TYPE_LWT_IN ? LWT_BPF_IN :
		    type == BPF_PROG_TYPE_LWT_OUT ? LWT_BPF_OUT :
		    LWT_BPF_XMIT, LWT_BPF_PROG_FD, LWT_BPF_PROG_NAME, fd);
	}
	rtnl_end(q, a);
}

/* "metric" tells routes of several programs apart. */
static int
add_route(unsigned int ifindex, unsigned int metric, enum bpf_prog_type type,
    int fd)
{
	bool		 six = type == BPF_PROG_TYPE_LWT_SEG6LOCAL;
	unsigned char	 dst[sizeof(struct in6_addr)];
	struct rtmsg	 rm = { .rtm_table = RT_TABLE_MAIN,
			    .rtm_protocol = RTPROT_STATIC,
			    .rtm_type = RTN_UNICAST };
	struct rtnl	 q;

	rm.rtm_family = six ? AF_INET6 : AF_INET;
	rm.rtm_dst_len = six ? ROUTE6_BITS : ROUTE4_BITS;
	rm.rtm_scope = six ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	inet_pton(rm.rtm_family, six ? ROUTE6 : ROUTE4, dst);
	rtnl_start(&q, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &rm,
	    sizeof(rm));
	rtnl_add(&q, RTA_DST, dst, six ? sizeof(struct in6_addr) :
	    sizeof(struct in_addr));
	rtnl_add_u32(&q, RTA_OIF, ifindex);
	rtnl_add_u32(&q, RTA_PRIORITY, metric);
	add_encap(&q, type, fd);
	return rtnl_talk(&q);
}

int
attach_lwt(struct attach_try *t)
{
	char	 name[IFNAMSIZ];
	int	 err = attach_iface(t, name);

	if (err != 0)
		return attach_not_here(t, "no interface: %s", strerror(-err));
	err = attach_tried(t, "add a route with this tunnel", NULL,
	    add_route(if_nametoindex(name), ++t->env->routes, t->rec->type,
	    bpf_program__fd(t->prog)));
	if (err == 0)
		snprintf(t->where, sizeof(t->where), "route by %s", name);
	return err;
}
