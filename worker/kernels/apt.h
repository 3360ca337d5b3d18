/*
 * apt, used as a library of programs: a private root per suite below
 * KERNEL_DIR/.apt, fed from the archive the machine's own apt is configured
 * with, signatures checked by apt against the distribution's keyring.
 * Nothing is installed on the host and no host name stands in this tree.
 */
#ifndef KERNELS_APT_H
#define KERNELS_APT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"

#define APT_URI_MAX	1024

/* Where packages come from on this machine. */
struct	apt_source {
	char		 archive[APT_URI_MAX];	/* "" when there is none */
	char		 security[APT_URI_MAX];
	char		 keyring[PATH_MAX];
	/* Proxy, certificates, passwords: lines of an apt.conf. */
	struct buf	 transport;
};

/*
 * Asks the machine's apt (or the configuration).  ERR_UNAVAILABLE with a
 * remedy when apt, the keyring or a Debian archive is missing.  Release with
 * apt_source_clear(), also after an error.
 */
enum err	 apt_source_find(const struct conf *, struct apt_source *,
		    struct diag *);
void		 apt_source_clear(struct apt_source *);
/* Is there an archive for this suite ("…-security" has its own)? */
bool		 apt_source_has(const struct apt_source *, const char *suite);
/* Its base URI, or "". */
const char	*apt_source_uri(const struct apt_source *, const char *suite);

/* One suite's private root, locked against everybody else. */
struct	apt_suite {
	char	 name[64];
	char	 root[PATH_MAX];
	char	 date[32];	/* of its Release file, RFC 3339 */
	char	 note[512];	/* "" or what is odd about it */
	int	 lock_fd;
};

#define APT_SUITE_INIT	{ "", "", "", "", -1 }

struct	apt_want {
	const char	*kernel_dir;	/* absolute */
	const char	*suite;
	const char	*arch;		/* Debian's word: amd64, arm64 */
	int64_t		 ttl_ms;	/* older indexes are fetched anew */
	bool		 refresh;	/* fetch them in any case */
};

/*
 * Opens the suite's root and brings its index up to date.  When the network
 * is away but an index from before is there, that one is used and "note"
 * says so.  ERR_UNAVAILABLE, ERR_NOSPACE, ERR_DENIED (bad signature) with a
 * remedy otherwise.  Close with apt_suite_close(), also after an error.
 */
enum err	 apt_suite_open(const struct apt_source *,
		    const struct apt_want *, struct apt_suite *,
		    struct diag *);
void		 apt_suite_close(struct apt_suite *);

/*
 * Runs an apt program in the suite's root (which need not be locked).
 * "out" may be NULL.  *code is the exit code; its messages become the diag
 * only for ERR_NOTFOUND (no such program).
 */
enum err	 apt_run(const struct apt_suite *, const char *const *argv,
		    struct buf *out, struct buf *err, int *code,
		    struct diag *);
/*
 * Environment for a program that shall use the suite's root: a NULL-ended
 * array for proc_opts, to be freed with apt_env_free().  NULL: no memory.
 */
char		**apt_env(const struct apt_suite *);
void		 apt_env_free(char **);

/*
 * Turns what apt said on standard error into an error with a remedy.
 * "what" begins the sentence: "cannot download linux-image-…".
 */
enum err	 apt_error(const char *what, const char *said,
		    struct diag *);

/* "http://user:secret@host/x" without "user:secret@". */
void		 apt_uri_public(const char *uri, char *out, size_t size);

#endif /* !KERNELS_APT_H */
