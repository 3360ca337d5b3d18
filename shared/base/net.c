#include "base/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t	 mapped[12] = { [10] = 0xff, [11] = 0xff };

bool
net_addr_read(const char *s, struct net_addr *a)
{
	if (inet_pton(AF_INET, s, a->b + 12) == 1) {
		memcpy(a->b, mapped, sizeof(mapped));
		return true;
	}
	return inet_pton(AF_INET6, s, a->b) == 1;
}

bool
net_addr_from(const struct sockaddr *sa, struct net_addr *a)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in	*in = (const void *)sa;

		memcpy(a->b, mapped, sizeof(mapped));
		memcpy(a->b + 12, &in->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6	*in = (const void *)sa;

		memcpy(a->b, &in->sin6_addr, 16);
		return true;
	}
	return false;
}

bool
net_range_read(const char *s, struct net_range *r)
{
	char		 text[NET_TEXT_MAX];
	const char	*slash = strchr(s, '/');
	size_t		 n = slash != NULL ? (size_t)(slash - s) : strlen(s);
	int		 most;
	char		*end;
	long		 bits;

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (!net_addr_read(text, &r->a))
		return false;
	r->bits = 128;
	if (slash == NULL)
		return true;
	most = strchr(text, ':') == NULL ? 32 : 128;
	bits = strtol(slash + 1, &end, 10);
	if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > most)
		return false;
	r->bits = (int)bits + 128 - most;
	return true;
}

bool
net_range_has(const struct net_range *r, const struct net_addr *a)
{
	int	 bytes = r->bits / 8, rest = r->bits % 8;

	if (memcmp(r->a.b, a->b, (size_t)bytes) != 0)
		return false;
	return rest == 0 ||
	    (r->a.b[bytes] ^ a->b[bytes]) >> (8 - rest) == 0;
}

enum err
net_list_read(const char *text, const char *var, struct net_list *l,
    struct diag *d)
{
	char	 item[NET_TEXT_MAX];
	size_t	 n;

	for (l->n = 0;; text++) {
		text += strspn(text, ", \t");
		if ((n = strcspn(text, ", \t")) == 0)
			return ERR_OK;
		snprintf(item, sizeof(item), "%.*s", (int)n, text);
		if (l->n == NET_LIST_MAX)
			return diag_set(d, ERR_INVAL, var, "%s has more than "
			    "%d networks", var, NET_LIST_MAX);
		if (n >= sizeof(item) || !net_range_read(item, &l->v[l->n]))
			return diag_set(d, ERR_INVAL, var, "%s: \"%s\" is "
			    "neither an address nor a network such as "
			    "10.0.0.0/8", var, item);
		l->n++;
		if (*(text += n) == '\0')
			return ERR_OK;
	}
}

bool
net_list_has(const struct net_list *l, const struct net_addr *a)
{
	for (size_t i = 0; i < l->n; i++)
		if (net_range_has(&l->v[i], a))
			return true;
	return false;
}

struct	special {
	struct net_range	 r;
	const char		*word;
};

#define V4(a, b, c, d, bits, word)					\
	{ { { { [10] = 0xff, [11] = 0xff, [12] = (a), (b), (c), (d) } },	\
	    96 + (bits) }, (word) }
#define V6(a, b, c, d, e, f, bits, word)				\
	{ { { { (a), (b), (c), (d), (e), (f) } }, (bits) }, (word) }

/* The first that has an address names it. */
static const struct special	 specials[] = {
	V4(0, 0, 0, 0, 32, "unspecified"),
	V4(0, 0, 0, 0, 8, "reserved"),
	V4(10, 0, 0, 0, 8, "private"),
	V4(100, 64, 0, 0, 10, "cgnat"),
	V4(127, 0, 0, 0, 8, "loopback"),
	V4(169, 254, 0, 0, 16, "link_local"),
	V4(172, 16, 0, 0, 12, "private"),
	V4(192, 0, 0, 0, 24, "reserved"),	/* protocol assignments */
	V4(192, 0, 2, 0, 24, "documentation"),
	V4(192, 52, 193, 0, 24, "reserved"),	/* AMT relays */
	V4(192, 88, 99, 0, 24, "6to4"),		/* its relays */
	V4(192, 168, 0, 0, 16, "private"),
	V4(198, 18, 0, 0, 15, "benchmark"),
	V4(198, 51, 100, 0, 24, "documentation"),
	V4(203, 0, 113, 0, 24, "documentation"),
	V4(224, 0, 0, 0, 4, "multicast"),
	V4(255, 255, 255, 255, 32, "broadcast"),
	V4(240, 0, 0, 0, 4, "reserved"),
	/* Every other IPv4 address. */
	{ { { { [10] = 0xff, [11] = 0xff } }, 96 }, NULL },
	V6(0, 0, 0, 0, 0, 0, 128, "unspecified"),
	{ { { { [15] = 1 } }, 128 }, "loopback" },
	V6(0, 0, 0, 0, 0, 0, 96, "ipv4_compatible"),
	V6(0, 0x64, 0xff, 0x9b, 0, 0, 96, "nat64"),
	V6(0, 0x64, 0xff, 0x9b, 0, 1, 48, "nat64"),
	V6(0x20, 0x01, 0, 0, 0, 0, 32, "teredo"),
	V6(0x20, 0x01, 0, 0, 0, 0, 23, "reserved"), /* assignments of IETF */
	V6(0x20, 0x01, 0x0d, 0xb8, 0, 0, 32, "documentation"),
	V6(0x20, 0x02, 0, 0, 0, 0, 16, "6to4"),
	V6(0x3f, 0xff, 0, 0, 0, 0, 20, "documentation"),
	V6(0x20, 0, 0, 0, 0, 0, 3, NULL),
	V6(0xfc, 0, 0, 0, 0, 0, 7, "private"),
	V6(0xfe, 0x80, 0, 0, 0, 0, 10, "link_local"),
	V6(0xfe, 0xc0, 0, 0, 0, 0, 10, "site_local"),
	V6(0xff, 0, 0, 0, 0, 0, 8, "multicast"),
};

const char *
net_not_public(const struct net_addr *a)
{
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		if (net_range_has(&specials[i].r, a))
			return specials[i].word;
	return "reserved";
}
