/*
 * Asking the loader (bpfcompat-execute): through its socket where it has one,
 * else by starting it, as its own user where one is configured.
 */
#ifndef DOMAIN_EXECUTE_ASK_H
#define DOMAIN_EXECUTE_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"

#define EXECUTE_ASK_SCHEMA	"execute_request.v0.1"
#define EXECUTE_REPLY_MAX	((size_t)4 * 1024 * 1024)
#define EXECUTE_ASK_MS		((int64_t)120000)	/* of one load */
#define EXECUTE_LOAD_ID_SIZE	33

struct	execute_ask {	/* NULL counts as "" */
	const char	*op;		/* "load", "list", "status", "detach" */
	const char	*load_id;	/* 32 hex digits; not for "list" */
	const char	*requested_by;
	/* The rest is for "load". */
	const char	*tenant, *project, *name, *version, *variant, *run_id;
	const char	*approved_by;
	const char	*sha256;	/* of "object" */
	const struct buf *object, *manifest;	/* manifest may be NULL */
	const char	*attach_mode;	/* NULL: best effort */
	bool		 dry_run;
	int64_t		 timeout_ms;	/* 0: EXECUTE_ASK_MS */
};

/*
 * The loader's reply goes to "reply", whole and as it is.  ERR_OK: it did
 * what it was asked (a load may have failed for all that; the reply says);
 * otherwise the error and the word are the loader's, or ERR_UNAVAILABLE:
 * there is none, or it did not answer in time.
 */
enum err	 execute_ask(const struct conf *, const struct execute_ask *,
		    struct buf *reply, struct diag *);
/* "os-user:NAME", or "process-default" when it runs as who asks. */
void		 execute_identity(const struct conf *, char *, size_t);

#endif /* !DOMAIN_EXECUTE_ASK_H */
