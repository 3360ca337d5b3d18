#include "rtnl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

/* <linux/if_link.h> of 6.7; the build may have an older one. */
#define NETKIT_PEER_INFO	1

#define TOO_LONG	UINT32_MAX

static void *
room(struct rtnl *q, size_t len)
{
	size_t	 at = NLMSG_ALIGN(q->nh.nlmsg_len);

	if (q->nh.nlmsg_len == TOO_LONG || len > sizeof(*q) ||
	    at + NLMSG_ALIGN(len) > sizeof(*q)) {
		q->nh.nlmsg_len = TOO_LONG;
		return NULL;
	}
	q->nh.nlmsg_len = (uint32_t)(at + NLMSG_ALIGN(len));
	return (char *)q + at;
}

/* A header of fixed size, of a message or of what is nested in it. */
static void
put(struct rtnl *q, const void *head, size_t len)
{
	void	*p = room(q, len);

	if (p != NULL)
		memcpy(p, head, len);
}

void
rtnl_start(struct rtnl *q, uint16_t type, uint16_t flags, const void *head,
    size_t len)
{
	memset(q, 0, sizeof(*q));
	q->nh.nlmsg_len = NLMSG_HDRLEN;
	q->nh.nlmsg_type = type;
	q->nh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	put(q, head, len);
}

void
rtnl_add(struct rtnl *q, uint16_t type, const void *data, size_t len)
{
	struct rtattr	*a = room(q, RTA_LENGTH(len));

	if (a == NULL)
		return;
	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	if (len > 0)
		memcpy(RTA_DATA(a), data, len);
}

void
rtnl_add_u32(struct rtnl *q, uint16_t type, uint32_t n)
{
	rtnl_add(q, type, &n, sizeof(n));
}

void
rtnl_add_str(struct rtnl *q, uint16_t type, const char *s)
{
	rtnl_add(q, type, s, strlen(s) + 1);
}

struct rtattr *
rtnl_nest(struct rtnl *q, uint16_t type)
{
	struct rtattr	*a = room(q, RTA_LENGTH(0));

	if (a != NULL) {
		a->rta_type = type;
		a->rta_len = RTA_LENGTH(0);
	}
	return a;
}

void
rtnl_end(struct rtnl *q, struct rtattr *a)
{
	if (a != NULL && q->nh.nlmsg_len != TOO_LONG)
		a->rta_len = (uint16_t)((char *)q + q->nh.nlmsg_len -
		    (char *)a);
}

int
rtnl_talk(struct rtnl *q)
{
	struct {
		struct nlmsghdr	 nh;
		struct nlmsgerr	 err;
		char		 rest[2048];
	}		 ack;
	ssize_t		 n;
	int		 fd, err = 0;

	if (q->nh.nlmsg_len == TOO_LONG)
		return -EMSGSIZE;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd == -1)
		return -errno;
	if (send(fd, q, q->nh.nlmsg_len, 0) == -1) {
		err = -errno;
		close(fd);
		return err;
	}
	/* A new object may be echoed before it is acknowledged. */
	do
		n = recv(fd, &ack, sizeof(ack), 0);
	while ((n == -1 && errno == EINTR) || (n >= (ssize_t)sizeof(ack.nh) &&
	    ack.nh.nlmsg_type != NLMSG_ERROR));
	if (n == -1)
		err = -errno;
	else if ((size_t)n < offsetof(__typeof__(ack), rest))
		err = -EPROTO;
	else
		err = ack.err.error;
	close(fd);
	return err;
}

static void
start_link(struct rtnl *q, const char *name)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };

	rtnl_start(q, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &ifi,
	    sizeof(ifi));
	rtnl_add_str(q, IFLA_IFNAME, name);
}

int
rtnl_add_link(const char *name, const char *kind)
{
	struct rtnl	 q;
	struct rtattr	*info;

	start_link(&q, name);
	info = rtnl_nest(&q, IFLA_LINKINFO);
	rtnl_add_str(&q, IFLA_INFO_KIND, kind);
	rtnl_end(&q, info);
	return rtnl_talk(&q);
}

/* veth and netkit name their other end in the same way. */
static int
add_pair(const char *name, const char *peer, const char *kind,
    uint16_t peer_attr)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };
	struct rtnl		 q;
	struct rtattr		*info, *data, *other;
	int			 err;

	start_link(&q, name);
	info = rtnl_nest(&q, IFLA_LINKINFO);
	rtnl_add_str(&q, IFLA_INFO_KIND, kind);
	data = rtnl_nest(&q, IFLA_INFO_DATA);
	other = rtnl_nest(&q, peer_attr);
	put(&q, &ifi, sizeof(ifi));
	rtnl_add_str(&q, IFLA_IFNAME, peer);
	rtnl_end(&q, other);
	rtnl_end(&q, data);
	rtnl_end(&q, info);
	if ((err = rtnl_talk(&q)) != 0 || (err = rtnl_up(name)) != 0)
		return err;
	return rtnl_up(peer);
}

int
rtnl_add_veth(const char *name, const char *peer)
{
	return add_pair(name, peer, "veth", VETH_INFO_PEER);
}

int
rtnl_add_netkit(const char *name, const char *peer)
{
	return add_pair(name, peer, "netkit", NETKIT_PEER_INFO);
}

int
rtnl_del_link(const char *name)
{
	struct ifinfomsg	 ifi = { .ifi_family = AF_UNSPEC };
	struct rtnl		 q;

	rtnl_start(&q, RTM_DELLINK, 0, &ifi, sizeof(ifi));
	rtnl_add_str(&q, IFLA_IFNAME, name);
	return rtnl_talk(&q);
}

int
rtnl_up(const char *name)
{
	struct ifreq	 ifr;
	int		 fd, err = 0;

	if ((fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return -errno;
	memset(&ifr, 0, sizeof(ifr));
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) == -1) {
		err = -errno;
	} else {
		ifr.ifr_flags |= IFF_UP;
		if (ioctl(fd, SIOCSIFFLAGS, &ifr) == -1)
			err = -errno;
	}
	close(fd);
	return err;
}
