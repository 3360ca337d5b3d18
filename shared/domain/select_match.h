/*
 * How near a tested kernel (a profile) is to a host: by the fields of the
 * catalogue, not by the text of names.  A profile of another architecture is
 * never near.
 */
#ifndef DOMAIN_SELECT_MATCH_H
#define DOMAIN_SELECT_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/hostprobe.h"
#include "domain/profile.h"

enum	match_level {
	MATCH_NONE,
	MATCH_KERNEL,		/* the same kernel line */
	MATCH_DISTRO_VERSION,	/* the distribution, with another kernel */
	MATCH_DISTRO_KERNEL,	/* the line, of the same distribution */
	MATCH_EXACT		/* all, and no other policy */
};

/* What is known of a profile, from the catalogue or else from its id. */
struct	profile_facts {
	char		 distro[48];	/* as the catalogue calls it */
	char		 version[32];	/* "" unknown */
	char		 arch[16];	/* "amd64", "arm64" */
	unsigned int	 kernel;	/* KVER; 0: unknown */
	bool		 variant;	/* the kernel under another policy */
	bool		 applies;	/* and the host has that policy */
};

/*
 * What /etc/os-release calls "centos", "ol", "amzn" has another name in the
 * catalogue; static, or "id" itself.
 */
const char	*distro_of_os(const char *id);
/* "x86_64" and "aarch64" as hosts say it: "amd64", "arm64". */
const char	*arch_name(const char *);

void		 profile_facts(const struct profile_set *, const char *id,
		    const struct host *, struct profile_facts *);
bool		 profile_facts_arch(const struct profile_facts *,
		    const struct host *);
/*
 * "failed": what failed under a policy that the host has not says nothing of
 * the host.
 */
enum match_level profile_match(const struct profile_facts *,
		    const struct host *, bool failed);

#endif /* !DOMAIN_SELECT_MATCH_H */
