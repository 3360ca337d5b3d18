/*
 * The same verbs against a server's API: --server URL.  The key
 * (BPFCOMPAT_REMOTE_KEY) or identity token (BPFCOMPAT_REMOTE_TOKEN) comes
 * from the environment, where other users of the machine cannot see it, and
 * over plain http it goes to this machine only.
 */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "worker/cli/flags.h"
#include "worker/cli/progress.h"
#include "worker/cli/submit.h"

struct	remote {
	const char		*url;	/* NULL: work here */
	const char		*ca;	/* authorities (PEM), or NULL */
	const struct conf	*conf;
};

#define REMOTE_FLAGS(r)							\
	FLAG_S("server", &(r)->url, "URL", "let a server do it, such as "	\
	    "https://bpf.example.org; BPFCOMPAT_REMOTE_KEY or "		\
	    "BPFCOMPAT_REMOTE_TOKEN is who we are"),			\
	FLAG_S("server-ca", &(r)->ca, "FILE", "authorities that vouch for "	\
	    "the server, instead of the system's")

/*
 * Asks for "path" ("/history/runs?limit=5"); with "body" (of type "type") it
 * is a POST.  On ERR_OK the caller frees *doc.  What the server refuses
 * comes back with its own words: ERR_UNAUTH, ERR_DENIED, ERR_NOTFOUND,
 * ERR_LIMITED, ERR_INVAL, else ERR_UNAVAILABLE.
 */
enum err	 remote_ask(const struct remote *, const char *path,
		    const char *type, const struct buf *body,
		    struct jval **doc, struct diag *);
/* Appends "name=value", encoded, with "?" or "&" before it; no empty ones. */
void		 remote_query(struct buf *, const char *name,
		    const char *value);

/* --- remote_job.c ------------------------------------------------------------- */

/* Sends the files and queues the job there; no commands. */
enum err	 remote_submit(const struct remote *, const struct submit *,
		    char id[static JOB_ID_SIZE], struct diag *);
/*
 * Follows the job to its end; *doc is what the server says of it then, with
 * "result" when it is completed.
 */
enum err	 remote_wait(const struct remote *, const char *id,
		    const char *of, struct progress *, struct jval **doc,
		    struct diag *);

#endif /* !CLI_REMOTE_H */
