/*
 * Addresses and networks, and the question whether an address is one of the
 * public internet's: what is fetched for somebody must not come from a
 * machine that only we can reach.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NET_TEXT_MAX	64	/* bytes of an address or network as text */

/* IPv4 as ::ffff:a.b.c.d, so that there is one kind. */
struct	net_addr {
	uint8_t	 b[16];
};

struct	net_range {
	struct net_addr	 a;
	int		 bits;	/* of 128 */
};

/* Networks by commas, as a setting has them. */
#define NET_LIST_MAX	64
struct	net_list {
	size_t			 n;
	struct net_range	 v[NET_LIST_MAX];
};

struct sockaddr;

/* "192.0.2.1", "2001:db8::1"; false: it is none. */
bool		 net_addr_read(const char *, struct net_addr *);
/* Of AF_INET or AF_INET6; false for other families. */
bool		 net_addr_from(const struct sockaddr *, struct net_addr *);
/* "192.0.2.0/24" or a single address. */
bool		 net_range_read(const char *, struct net_range *);
bool		 net_range_has(const struct net_range *,
		    const struct net_addr *);
/* "" is an empty list; ERR_INVAL names what is no network, as "var" has it. */
enum err	 net_list_read(const char *text, const char *var,
		    struct net_list *, struct diag *);
bool		 net_list_has(const struct net_list *,
		    const struct net_addr *);

/*
 * NULL: an address of the public internet.  Otherwise what it is instead, a
 * word ("loopback", "private", "link_local", "cgnat", "nat64", "6to4" ...);
 * an address that carries another one in it is never public.  Sources: the
 * special-purpose registries of IANA, RFC 6890 and its updates; of IPv6 only
 * 2000::/3 is given out at all.
 */
const char	*net_not_public(const struct net_addr *);

#endif /* !BASE_NET_H */
