#include "proxies.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETS_MAX	256
#define HOPS_MAX	32	/* entries of X-Forwarded-For looked at */

/* IPv4 as ::ffff:a.b.c.d, so that there is one kind. */
struct	address {
	uint8_t		 b[16];
};

struct	net {
	struct address	 a;
	int		 bits;
};

struct	proxies {
	bool		 local;	/* peers on a unix socket */
	size_t		 n;
	struct net	 nets[NETS_MAX];
};

static bool
address_read(const char *s, struct address *a, bool *v4)
{
	static const uint8_t	 mapped[12] = { [10] = 0xff, [11] = 0xff };

	*v4 = inet_pton(AF_INET, s, a->b + 12) == 1;
	if (*v4)
		memcpy(a->b, mapped, sizeof(mapped));
	return *v4 || inet_pton(AF_INET6, s, a->b) == 1;
}

/* "192.0.2.0/24" or a single address. */
static bool
net_read(char *s, struct net *n)
{
	char	*slash = strchr(s, '/'), *end;
	bool	 v4;
	long	 bits;

	if (slash != NULL)
		*slash = '\0';
	if (!address_read(s, &n->a, &v4))
		return false;
	n->bits = 128;
	if (slash == NULL)
		return true;
	bits = strtol(slash + 1, &end, 10);
	if (end == slash + 1 || *end != '\0' || bits < 0 ||
	    bits > (v4 ? 32 : 128))
		return false;
	n->bits = (int)bits + (v4 ? 96 : 0);
	return true;
}

static bool
net_has(const struct net *n, const struct address *a)
{
	int	 bytes = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->a.b, a->b, (size_t)bytes) != 0)
		return false;
	return rest == 0 ||
	    (n->a.b[bytes] ^ a->b[bytes]) >> (8 - rest) == 0;
}

/* Copies the part of "s" before "len" without blanks; false: too long. */
static bool
part(const char *s, size_t len, char *out, size_t size)
{
	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len >= size)
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

static enum err
add(struct proxies *p, char *item, struct diag *d)
{
	static const char	 var[] = "BPFCOMPAT_API_TRUSTED_PROXIES";
	char			 shown[80];

	if (item[0] == '\0')
		return ERR_OK;
	if (strcmp(item, "unix:") == 0) {
		p->local = true;
		return ERR_OK;
	}
	snprintf(shown, sizeof(shown), "%s", item);
	if (p->n == NETS_MAX)
		return diag_set(d, ERR_INVAL, var, "%s has more than %d "
		    "entries", var, NETS_MAX);
	if (!net_read(item, &p->nets[p->n]))
		return diag_set(d, ERR_INVAL, var, "%s: \"%s\" is neither an "
		    "address nor a network such as 10.0.0.0/8", var, shown);
	p->n++;
	return ERR_OK;
}

enum err
proxies_new(const char *list, struct proxies **out, struct diag *d)
{
	struct proxies	*p = calloc(1, sizeof(*p));
	char		 item[80];
	size_t		 len;
	enum err	 e = p == NULL ? ERR_NOMEM : ERR_OK;

	for (; e == ERR_OK; list += len + 1) {
		len = strcspn(list, ",");
		e = part(list, len, item, sizeof(item)) ? add(p, item, d) :
		    diag_set(d, ERR_INVAL, "BPFCOMPAT_API_TRUSTED_PROXIES",
		    "BPFCOMPAT_API_TRUSTED_PROXIES: \"%.*s\" is no address",
		    (int)len, list);
		if (list[len] == '\0')
			break;
	}
	if (e != ERR_OK) {
		proxies_free(p);
		return e;
	}
	*out = p;
	return ERR_OK;
}

void
proxies_free(struct proxies *p)
{
	free(p);
}

static bool
trusted(const struct proxies *p, const char *peer)
{
	struct address	 a;
	bool		 v4;

	if (strncmp(peer, "unix:", 5) == 0)
		return p->local;
	if (!address_read(peer, &a, &v4))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (net_has(&p->nets[i], &a))
			return true;
	return false;
}

void
proxies_client(const struct proxies *p, const char *peer,
    const char *forwarded, char *out, size_t size)
{
	char		 item[64];
	struct address	 a;
	size_t		 len = strlen(forwarded), start;
	bool		 v4;

	snprintf(out, size, "%s", peer);
	if (!trusted(p, peer))
		return;
	for (int hop = 0; len > 0 && hop < HOPS_MAX; hop++) {
		for (start = len; start > 0 && forwarded[start - 1] != ',';)
			start--;
		if (part(forwarded + start, len - start, item, sizeof(item)) &&
		    address_read(item, &a, &v4) && !trusted(p, item)) {
			snprintf(out, size, "%s", item);
			return;
		}
		len = start > 0 ? start - 1 : 0;
	}
}
