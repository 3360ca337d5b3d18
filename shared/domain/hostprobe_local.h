/*
 * This machine as a probe document (schema runtime_probe.v0.1).  Each fact
 * says how it was learnt; what could not be learnt says why, with the errno,
 * and is never a "no".
 *
 * The kernel is asked by bpfcompat-hostprobe, a child with a deadline, so
 * that nothing a kernel, sudo or a slow disk does holds up whoever asked.
 */
#ifndef DOMAIN_HOSTPROBE_LOCAL_H
#define DOMAIN_HOSTPROBE_LOCAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "domain/hostprobe.h"

#define HOSTPROBE_TIMEOUT_MS	5000

/* What a request asks for; what the operator has not allowed is not done. */
struct	hostprobe_opts {
	bool	 prefer_privileged;	/* false */
	bool	 use_sudo;		/* true */
	bool	 sudo_non_interactive;	/* true */
	bool	 terminal;	/* a person is there: sudo may ask for a password */
	bool	 fresh;		/* not from the cache */
};

#define HOSTPROBE_OPTS_INIT	{ false, true, true, false, false }

/* From the object "probe" of a request; NULL changes nothing. */
enum err	 hostprobe_opts_read(const struct jval *, const char *label,
		    struct hostprobe_opts *, struct diag *);
/*
 * Appends the document, from the cache if it is younger than
 * BPFCOMPAT_RUNTIME_PROBE_CACHE_TTL.  A probe that did not come about is a
 * warning in it; an error is only want of memory.
 */
enum err	 hostprobe_local(const struct conf *,
		    const struct hostprobe_opts *, struct buf *,
		    struct diag *);

/* What /etc/os-release says, for tests also of another file. */
struct	os_release {
	char	 id[64], version_id[64], pretty_name[128];
};

void		 os_release_read(const char *path, struct os_release *);

#endif /* !DOMAIN_HOSTPROBE_LOCAL_H */
