/* Which module a name is of; kept apart because it needs no kernel. */
#include "kmods.h"

#include <stdio.h>
#include <string.h>

static bool
listed(const char *list, const char *name, size_t len)
{
	const char	*p = list, *end;

	for (; *p != '\0'; p = *end == '\0' ? end : end + 1) {
		end = p + strcspn(p, "\n");
		if ((size_t)(end - p) == len && strncmp(p, name, len) == 0)
			return true;
	}
	return false;
}

/* Modules whose functions do not begin with their name. */
static const struct {
	const char	*begin;
	const char	*module;
} shorts[] = {
	{ "bond", "bonding" },
	{ "br", "bridge" },
	{ "ipt", "ip_tables" },
	{ "nf_ct", "nf_conntrack" },
	{ "nft", "nf_tables" },
	{ "ovl", "overlay" },
	{ "vmx", "kvm_intel" },
	{ "svm", "kvm_amd" },
	{ "wg", "wireguard" },
};

/* The module that the first "len" bytes of a name stand for, or NULL. */
static const char *
short_for(const char *name, size_t len)
{
	size_t	 i;

	for (i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		if (strlen(shorts[i].begin) == len &&
		    strncmp(shorts[i].begin, name, len) == 0)
			return shorts[i].module;
	return NULL;
}

bool
kmods_match(const char *list, const char *name, char *module, size_t size)
{
	const char	*full;
	size_t		 len = strlen(name);

	while (len > 0) {
		if (listed(list, name, len))
			return (size_t)snprintf(module, size, "%.*s",
			    (int)len, name) < size;
		full = short_for(name, len);
		if (full != NULL && listed(list, full, strlen(full)))
			return (size_t)snprintf(module, size, "%s", full) <
			    size;
		do
			len--;
		while (len > 0 && name[len] != '_' && name[len] != ':');
	}
	return false;
}
