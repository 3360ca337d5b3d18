/*
 * A guard policy: rules a person wrote for what may be loaded into a kernel.
 * One language for two files: what this server executes
 * (BPFCOMPAT_API_RUNTIME_EXECUTE_POLICY_PATH) and what an agent loads on its
 * host.  YAML, or JSON when the name does not end in .yaml or .yml:
 *
 *   schema_version: runtime_execute_policy.v0.1	(GUARD_EXECUTE_SCHEMA)
 *   default_action: deny		allow|deny; left out: deny
 *   rules:
 *   - name: edge-tcp			left out: rule-<n>, from 1
 *     action: allow			allow|deny
 *     tenants: [acme]			the rest are conditions, all optional;
 *     projects: [edge]			names are exact but for case, "*" is any
 *     artifacts: [tcpconn]
 *     profiles: [debian-12-6.1]	what this host is in the catalogue
 *     program_types: [KPROBE]		of the programs in the object
 *     attach_kinds: [KPROBE]
 *     kernel_min: "6.1"		major.minor[.patch] of this host, both
 *     kernel_max: "6.12"		inclusive; without patch: any patch
 *     require_verified_history: true	true: it was verified
 *
 * An agent's file (GUARD_AGENT_SCHEMA) has besides "allowed_agents" and
 * "revoked_agents" at the top, and "agents" in a rule.
 *
 * The first rule that holds decides, otherwise the default.  What is not
 * known never helps: an allow rule about it does not hold, a deny rule about
 * it does.  For the same reason an allow rule wants all programs of the
 * object in its lists, and a deny rule is content with one.
 */
#ifndef DOMAIN_GUARD_H
#define DOMAIN_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"

#define GUARD_EXECUTE_SCHEMA	"runtime_execute_policy.v0.1"
#define GUARD_AGENT_SCHEMA	"agent_load_policy.v0.1"
#define GUARD_RULES_MAX		256
#define GUARD_LIST_MAX		256	/* names in one condition */
#define GUARD_NAME_MAX		128	/* bytes of a rule's name */

enum	guard_kind { GUARD_EXECUTE, GUARD_AGENT };

struct guard;

/*
 * Reads a file.  ERR_NOTFOUND or another error of reading; ERR_SYNTAX and
 * ERR_INVAL name line and key.  The diag has the path: it is for a log or an
 * administrator.  On ERR_OK the caller frees.
 */
enum err	 guard_load(const char *path, enum guard_kind,
		    struct guard **, struct diag *);
/* The same from memory; "label" is how messages name it. */
enum err	 guard_parse(const char *label, const char *text, size_t len,
		    enum guard_kind, struct guard **, struct diag *);
void		 guard_free(struct guard *);

/* SHA-256 of the file, in hex: which policy decided. */
const char	*guard_sha256(const struct guard *);
/* Does it allow what no rule speaks of? */
bool		 guard_default_allows(const struct guard *);
/* Is any rule about programs, profiles or the host's kernel? */
bool		 guard_wants_programs(const struct guard *);
bool		 guard_wants_host(const struct guard *);

struct	guard_prog {
	const char	*type;		/* "KPROBE", in any case */
	const char	*attach;	/* "KPROBE", "" when it has none */
};

/* What is to be loaded, and where.  NULL: not known. */
struct	guard_facts {
	const char	*agent;		/* GUARD_AGENT only */
	const char	*tenant, *project;
	const char	*artifact;	/* its name */
	/* The profiles that describe this host; the artifact's do not count. */
	const char	*const *profiles;
	size_t		 nprofiles;	/* 0: not known */
	const char	*kernel;	/* uname -r of this host */
	/* Of the object itself, not of what somebody wrote about it. */
	const struct guard_prog *progs;
	size_t		 nprogs;	/* 0: not known */
	bool		 verified;	/* the history was */
};

struct	guard_decision {
	bool		 allowed;
	char		 rule[GUARD_NAME_MAX + 1];	/* or "default",
						 * "revoked_agents" ... */
	const char	*action;	/* "allow", "deny"; static */
	char		 reason[256];	/* a sentence */
};

void		 guard_decide(const struct guard *, const struct guard_facts *,
		    struct guard_decision *);

#endif /* !DOMAIN_GUARD_H */
