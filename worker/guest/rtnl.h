/*
 * Interfaces, filters and routes by rtnetlink.  One request is built in a
 * struct rtnl and sent; too long a request is refused when it is sent.
 */
#ifndef GUEST_RTNL_H
#define GUEST_RTNL_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

struct	rtnl {
	struct nlmsghdr	 nh;
	char		 data[1024];
};

/* "flags" besides REQUEST and ACK; "head" is the family's header. */
void	 rtnl_start(struct rtnl *, uint16_t type, uint16_t flags,
	    const void *head, size_t len);
void	 rtnl_add(struct rtnl *, uint16_t type, const void *, size_t);
void	 rtnl_add_u32(struct rtnl *, uint16_t type, uint32_t);
void	 rtnl_add_str(struct rtnl *, uint16_t type, const char *);
/* What is added until rtnl_end() belongs into this attribute. */
struct rtattr *rtnl_nest(struct rtnl *, uint16_t type);
void	 rtnl_end(struct rtnl *, struct rtattr *);
/* Sends it and waits for the acknowledgement: 0 or negative errno. */
int	 rtnl_talk(struct rtnl *);

/* All of these: 0 or negative errno. */
int	 rtnl_add_link(const char *name, const char *kind);
/* A pair of devices, both up. */
int	 rtnl_add_veth(const char *name, const char *peer);
int	 rtnl_add_netkit(const char *name, const char *peer);
int	 rtnl_del_link(const char *name);
int	 rtnl_up(const char *name);

#endif /* !GUEST_RTNL_H */
