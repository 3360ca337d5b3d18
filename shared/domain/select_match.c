#include "domain/select_match.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/features.h"

#define TOKENS_MAX	12
#define COUNT(t)	(sizeof(t) / sizeof((t)[0]))

/* ID of os-release(5) and the word of the catalogues. */
static const struct {
	const char	*os, *distro;
} aliases[] = {
	{ "centos", "centos-stream" }, { "ol", "oracle-linux" },
	{ "oracle", "oracle-linux" }, { "amzn", "amazon-linux" },
	{ "redhat", "rhel" }, { "rockylinux", "rocky" },
	{ "alma", "almalinux" }, { "sles", "suse" },
	{ "sled", "suse" }, { "sle-micro", "suse" }, { "sl-micro", "suse" },
	{ "opensuse-leap", "opensuse" }, { "opensuse", "opensuse" },
	{ "opensuse-tumbleweed", "tumbleweed" },
	{ "archarm", "arch" }, { "flatcar", "flatcar" },
	{ "azurelinux", "azure-linux" }, { "mariner", "azure-linux" },
	{ "rhcos", "rhcos" },
};

const char *
distro_of_os(const char *id)
{
	for (size_t i = 0; i < COUNT(aliases); i++)
		if (strcasecmp(aliases[i].os, id) == 0)
			return aliases[i].distro;
	return id;
}

const char *
arch_name(const char *s)
{
	static const struct { const char *word, *name; } words[] = {
		{ "x86_64", "amd64" }, { "x86-64", "amd64" },
		{ "amd64", "amd64" }, { "aarch64", "arm64" },
		{ "arm64", "arm64" }, { "riscv64", "riscv64" },
		{ "s390x", "s390x" }, { "ppc64le", "ppc64le" },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, s) == 0)
			return words[i].name;
	return NULL;
}

/* --- policies of variants -----------------------------------------------------*/

static bool
has_bpf(const char *list)
{
	const char	*p = strstr(list, "bpf");

	return p != NULL && (p[3] == '\0' || p[3] == ',');
}

/* The whole of the text is this number. */
static bool
is_number(const char *s, int n)
{
	char	*end;

	return strtol(s, &end, 10) == n && end != s && *end == '\0';
}

/* One word of what differs; false also when the host has not said. */
static bool
word_applies(const char *w, const struct host *h)
{
	static const char	 lockdown[] = "lockdown=", lsm[] = "lsm=",
		jit[] = "sysctl net.core.bpf_jit_enable=",
		unpriv[] = "sysctl kernel.unprivileged_bpf_disabled=";

	if (strncmp(w, lockdown, sizeof(lockdown) - 1) == 0)
		return strcmp(w + sizeof(lockdown) - 1, h->lockdown) == 0;
	if (strncmp(w, lsm, sizeof(lsm) - 1) == 0)
		return h->lsm_bpf == (has_bpf(w) ? HOST_YES : HOST_NO);
	if (strncmp(w, jit, sizeof(jit) - 1) == 0)
		return h->jit == (is_number(w + sizeof(jit) - 1, 0) ?
		    HOST_NO : HOST_YES);
	if (strncmp(w, unpriv, sizeof(unpriv) - 1) == 0)
		return is_number(w + sizeof(unpriv) - 1,
		    h->unprivileged_disabled);
	return strcmp(w, "kernel BTF hidden") == 0 && h->btf == HOST_NO;
}

static bool
variant_applies(const struct profile *p, const struct host *h)
{
	char		 out[PROFILE_ENV_WORD_MAX];
	const char	*w;

	for (int i = 0; (w = profile_env_word(p, i, out)) != NULL; i++)
		if (!word_applies(w, h))
			return false;
	return true;
}

/* A policy of its own: then the plain kernel is not this host. */
static bool
host_restricts(const struct host *h)
{
	return (h->lockdown[0] != '\0' && strcmp(h->lockdown, "none") != 0) ||
	    h->jit == HOST_NO || h->btf == HOST_NO;
}

/* --- facts ----------------------------------------------------------------------*/

static void
from_catalogue(const struct profile *p, const struct host *h,
    struct profile_facts *f)
{
	const char	*arch = arch_name(p->arch);

	snprintf(f->distro, sizeof(f->distro), "%s", distro_of_os(p->distro));
	snprintf(f->version, sizeof(f->version), "%s", p->version);
	snprintf(f->arch, sizeof(f->arch), "%s",
	    arch == NULL ? p->arch : arch);
	f->kernel = kver_parse(p->line != NULL && p->line[0] != '\0' ?
	    p->line : p->kernel_family);
	f->variant = p->of != NULL;
	f->applies = f->variant && variant_applies(p, h);
}

/* "6.1", or the kernel of a sweep: "k5.15.0-181" cut at its hyphen. */
static bool
kernel_word(const char *w)
{
	const char	*p = w + strspn(w, "0123456789");

	return p != w && *p == '.' && isdigit((unsigned char)p[1]) &&
	    kver_parse(w) >= KVER(2, 6) && kver_parse(w) < KVER(20, 0) &&
	    p[1 + strspn(p + 1, "0123456789")] == '\0';
}

static void
append(char *out, size_t size, const char *word)
{
	size_t	 n = strlen(out);

	snprintf(out + n, size - n, "%s%s", n > 0 ? "-" : "", word);
}

/*
 * DISTRO-VERSION[-ARCH][-FLAVOUR]-KERNEL[-POLICY], as peers' catalogues
 * write it: the last word that is a kernel, a version before it.
 */
static void
from_tokens(char *const *w, size_t n, struct profile_facts *f)
{
	size_t		 kernel = n, version = n;
	const char	*alias;

	for (size_t i = 0; i < n; i++)
		if (i >= 2 && kernel_word(w[i]))
			kernel = i;
	for (size_t i = 1; i < n && i < kernel; i++)
		if (version == n && isdigit((unsigned char)w[i][0]))
			version = i;
	if (kernel == n || version == n)
		return;
	f->kernel = kver_parse(w[kernel]);
	for (size_t i = 0; i < version; i++)
		append(f->distro, sizeof(f->distro), w[i]);
	snprintf(f->version, sizeof(f->version), "%s", w[version]);
	for (size_t i = version + 1; i < n; i++)
		if (arch_name(w[i]) != NULL)
			snprintf(f->arch, sizeof(f->arch), "%s",
			    arch_name(w[i]));
	/* A release behind the line ("k5.15.0", "181") is no policy. */
	f->variant = kernel + 1 < n && isalpha((unsigned char)
	    w[kernel + 1][0]) && w[kernel + 1][0] != 'k' &&
	    arch_name(w[kernel + 1]) == NULL;
	if ((alias = distro_of_os(f->distro)) != f->distro)
		snprintf(f->distro, sizeof(f->distro), "%s", alias);
}

static void
from_id(const char *id, struct profile_facts *f)
{
	char	 copy[PROFILE_ID_MAX + 1], *w[TOKENS_MAX], *save = NULL;
	size_t	 n = 0;

	snprintf(copy, sizeof(copy), "%s", id);
	/* Ids that say no architecture have always meant this one. */
	snprintf(f->arch, sizeof(f->arch), "amd64");
	for (char *t = strtok_r(copy, "-", &save); t != NULL && n < TOKENS_MAX;
	    t = strtok_r(NULL, "-", &save))
		w[n++] = t;
	from_tokens(w, n, f);
}

void
profile_facts(const struct profile_set *set, const char *id,
    const struct host *h, struct profile_facts *f)
{
	const struct profile	*p = set == NULL ? NULL :
				    profile_set_find(set, id);

	memset(f, 0, sizeof(*f));
	if (p != NULL)
		from_catalogue(p, h, f);
	else
		from_id(id, f);
}

/* --- matching -------------------------------------------------------------------*/

bool
profile_facts_arch(const struct profile_facts *f, const struct host *h)
{
	const char	*mine = arch_name(h->arch);

	return h->arch[0] == '\0' || f->arch[0] == '\0' ||
	    strcmp(f->arch, mine == NULL ? h->arch : mine) == 0;
}

/* "9" is the version of a host that says 9.4; "22.04" of 22.04.3. */
static bool
same_version(const char *profile, const char *host)
{
	size_t	 n = strlen(profile);

	return n > 0 && strncmp(profile, host, n) == 0 &&
	    (host[n] == '\0' || host[n] == '.');
}

enum match_level
profile_match(const struct profile_facts *f, const struct host *h,
    bool failed)
{
	bool			 distro, version, kernel;
	enum match_level	 m = MATCH_NONE;

	if (!profile_facts_arch(f, h))
		return MATCH_NONE;
	if (f->variant && !f->applies && failed)
		return MATCH_NONE;
	distro = h->os_id[0] != '\0' && f->distro[0] != '\0' &&
	    strcasecmp(f->distro, distro_of_os(h->os_id)) == 0;
	version = distro && same_version(f->version, h->os_version);
	kernel = h->kernel != 0 && f->kernel == h->kernel;
	if (version && kernel)
		m = MATCH_EXACT;
	else if (distro && kernel)
		m = MATCH_DISTRO_KERNEL;
	else if (version)
		m = MATCH_DISTRO_VERSION;
	else if (kernel)
		m = MATCH_KERNEL;
	/* The kernel, but under a policy that one of both has not. */
	if (m == MATCH_EXACT && (f->variant ? !f->applies :
	    host_restricts(h)))
		m = MATCH_DISTRO_KERNEL;
	return m;
}
