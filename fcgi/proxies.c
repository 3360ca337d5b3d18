#include "proxies.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/net.h"

#define NETS_MAX	256
#define HOPS_MAX	32	/* entries of X-Forwarded-For looked at */

struct	proxies {
	bool		 local;	/* peers on a unix socket */
	size_t		 n;
	struct net_range nets[NETS_MAX];
};

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
	if (!net_range_read(item, &p->nets[p->n]))
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
	struct net_addr	 a;

	if (strncmp(peer, "unix:", 5) == 0)
		return p->local;
	if (!net_addr_read(peer, &a))
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (net_range_has(&p->nets[i], &a))
			return true;
	return false;
}

void
proxies_client(const struct proxies *p, const char *peer,
    const char *forwarded, char *out, size_t size)
{
	char		 item[64];
	struct net_addr	 a;
	size_t		 len = strlen(forwarded), start;

	snprintf(out, size, "%s", peer);
	if (!trusted(p, peer))
		return;
	for (int hop = 0; len > 0 && hop < HOPS_MAX; hop++) {
		for (start = len; start > 0 && forwarded[start - 1] != ',';)
			start--;
		if (part(forwarded + start, len - start, item, sizeof(item)) &&
		    net_addr_read(item, &a) && !trusted(p, item)) {
			snprintf(out, size, "%s", item);
			return;
		}
		len = start > 0 ? start - 1 : 0;
	}
}
