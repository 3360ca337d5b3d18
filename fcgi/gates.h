/*
 * What stands between a request and a program in this host's kernel.  The
 * order is part of the contract, the cheapest refusal first:
 *
 *  enabled		403 execute_disabled
 *  kill_switch		503 kill_switch
 *  write_identity	401, 403, 503 (auth_check())
 *  registry_scope	401, 403, 503: identity within tenant and project, and
 *			a registry token that writes there
 *  rate_limit		429
 *  approval		403 approval_..., 503 approval_not_configured,
 *			approval_not_recorded; see domain/approval.h
 *  guard_policy	503 policy_required_missing, policy_load_failed,
 *			403 policy_denied
 *  worker_identity	503 worker_identity_required, worker_user_unknown
 *
 * They are asked up to three times, each time from the first on and as far as
 * what is known then allows, so that nothing expensive is done for a request
 * that a later gate refuses anyhow: by the dispatcher before it looks at
 * credentials, by the handler when it has tenant and project, and by the
 * handler again when it knows what would be loaded.
 *
 * Refusals from registry_scope on are put on record by the dispatcher when
 * the handler returns (audited_failure()), with the code as what they are.
 */
#ifndef FCGI_GATES_H
#define FCGI_GATES_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "base/err.h"
#include "base/hash.h"
#include "domain/approval.h"
#include "domain/guard.h"

struct call;

struct	gate_request {
	const char	*tenant, *project;
	/* Of what would be loaded, as resolved; digest NULL: not known yet. */
	const char	*digest;
	const char	*artifact, *version;
	const struct guard_prog *progs;	/* of the object itself */
	size_t		 nprogs;
	bool		 verified;	/* its history was */
	/* Of this host. */
	const char	*host;		/* its name, as uname(2) says it */
	const char	*kernel;	/* uname -r */
	const char	*const *profiles; /* in the catalogue; none: unknown */
	size_t		 nprofiles;
	const char	*approval;	/* call->rq->approval */
	int64_t		 now;		/* ms since the epoch */
	bool		 dry_run;	/* does not use up the approval */
};

/* Who said no; everything is static or the call's. */
struct	gate_refusal {
	const char	*gate;		/* "kill_switch" ... */
	const char	*code;		/* machine code of the reply */
	int		 status;
	const char	*text;
};

/* What an allowed request rests on, for the record; "" as far as unknown. */
struct	gate_basis {
	char		 approval_id[APPROVAL_ID_SIZE];
	char		 approved_by[APPROVAL_NAME_MAX + 1];
	char		 registry_subject[129];	/* of the token's grant */
	char		 policy_sha256[SHA256_HEX_SIZE];
	struct guard_decision policy;	/* rule "": no policy was asked */
	const char	*worker;	/* system user; "" the service's own */
};

#define GATE_BASIS_INIT	{ "", "", "", "", { 0 }, "" }

/*
 * ERR_OK, or the error of the gate that refused: call->d and *refusal say
 * which.  "rq" NULL: nothing is known but that it is about executing.
 * *basis begins as GATE_BASIS_INIT and is the same one for all calls of a
 * request.  After ERR_OK with everything known, and unless dry_run, the
 * approval is used up.
 */
enum err	 gates_decide(struct app *, struct call *,
		    const struct gate_request *rq, struct gate_basis *,
		    struct gate_refusal *);

/* How they stand on this server, a line each; names paths. */
void		 gates_show(const struct app *, struct buf *);

#endif /* !FCGI_GATES_H */
