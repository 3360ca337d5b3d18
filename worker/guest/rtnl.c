/* The two rtnetlink requests the attach phase needs. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "attach.h"

struct	request {
	struct nlmsghdr	 nh;
	struct ifinfomsg ifi;
	char		 attrs[256];
};

static struct rtattr *
add_attr(struct request *q, unsigned short type, const void *p, size_t len)
{
	struct rtattr	*a;

	a = (void *)((char *)q + NLMSG_ALIGN(q->nh.nlmsg_len));
	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len > 0)
		memcpy(RTA_DATA(a), p, len);
	q->nh.nlmsg_len = NLMSG_ALIGN(q->nh.nlmsg_len) +
	    (uint32_t)RTA_ALIGN(a->rta_len);
	return a;
}

/* Sends one request and reads its acknowledgement. */
static int
talk(struct request *q)
{
	struct {
		struct nlmsghdr	 nh;
		struct nlmsgerr	 err;
		char		 rest[512];
	}		 ack;
	ssize_t		 n;
	int		 fd, err = 0;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd == -1)
		return -errno;
	if (send(fd, q, q->nh.nlmsg_len, 0) == -1) {
		err = -errno;
		close(fd);
		return err;
	}
	do
		n = recv(fd, &ack, sizeof(ack), 0);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		err = -errno;
	else if ((size_t)n < offsetof(__typeof__(ack), rest) ||
	    ack.nh.nlmsg_type != NLMSG_ERROR)
		err = -EPROTO;
	else
		err = ack.err.error;
	close(fd);
	return err;
}

int
rtnl_add_link(const char *name, const char *kind)
{
	struct request	 q;
	struct rtattr	*info;

	memset(&q, 0, sizeof(q));
	q.nh.nlmsg_len = NLMSG_LENGTH(sizeof(q.ifi));
	q.nh.nlmsg_type = RTM_NEWLINK;
	q.nh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
	    NLM_F_EXCL;
	q.ifi.ifi_family = AF_UNSPEC;
	add_attr(&q, IFLA_IFNAME, name, strlen(name) + 1);
	info = add_attr(&q, IFLA_LINKINFO, NULL, 0);
	add_attr(&q, IFLA_INFO_KIND, kind, strlen(kind) + 1);
	info->rta_len = (unsigned short)((char *)&q + q.nh.nlmsg_len -
	    (char *)info);
	return talk(&q);
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
