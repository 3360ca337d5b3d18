/*
 * Provisioning: fetching kernels, checking them, removing them.  Separate
 * from running; a run never downloads inside a target's deadline.
 */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "domain/kernel.h"
#include "domain/profile.h"

enum	kernels_stage {
	KSTAGE_WAIT,		/* somebody else fetches the same kernel */
	KSTAGE_INDEX,		/* what do the suites carry? */
	KSTAGE_DOWNLOAD,	/* done and total are bytes */
	KSTAGE_UNPACK,		/* done and total are steps */
	KSTAGE_CHECK,
	KSTAGE_DONE,		/* last event of a profile: it is there */
	KSTAGE_FAILED		/* last event of a profile: text says why */
};

/* "waiting", "index", …; static. */
const char	*kernels_stage_word(enum kernels_stage);

struct	kernels_event {
	const char		*profile_id;
	enum kernels_stage	 stage;
	uint64_t		 done, total;
	const char		*text;	/* may be ""; valid during the call */
};

typedef void	 (*kernels_event_fn)(void *arg, const struct kernels_event *);

struct	kernels_fetch_opts {
	bool			 refresh;	/* ask the archive anew */
	bool			 missing_only;	/* what is there is enough */
	int			 cancel_fd;	/* readable: stop; -1: none */
	kernels_event_fn	 fn;		/* may be NULL */
	void			*arg;
};

#define KERNELS_FETCH_OPTS_INIT	{ false, false, -1, NULL, NULL }

/*
 * The profiles whose kernels these boot, each once: variants share the one of
 * their base.  "out" has room for n.
 */
size_t		 kernels_of(const struct profile *const *, size_t n,
		    const struct profile **out);

/*
 * Fetches the newest kernel of each profile, several at a time, and notes
 * them in the database.  Goes on after a failure; the result is the first
 * one's.  Two callers may ask for the same kernel: one fetches, the other
 * waits and finds it.  ERR_CANCELED after cancel_fd became readable.
 *
 * Forks; the caller must not have a database open in a transaction and must
 * reap only its own children.
 */
enum err	 kernels_fetch(const struct conf *,
		    const struct profile *const *, size_t n,
		    const struct kernels_fetch_opts *, struct diag *);

/* The same by id; ERR_INVAL for an unknown id, before anything is fetched. */
enum err	 kernels_fetch_ids(const struct conf *, const char *const *ids,
		    size_t n, const struct kernels_fetch_opts *,
		    struct diag *);

/*
 * Hashes every file of the profile's current kernel and records the result
 * in the database and, when it is bad, in the folder.  ERR_NOTFOUND when
 * there is none, ERR_CORRUPT when it is damaged.
 */
enum err	 kernels_verify(const struct conf *, const char *profile_id,
		    struct diag *);

struct	kernels_prune_opts {
	bool	 all;	/* the current kernels too */
	int	 keep;	/* versions to keep besides the current one */
};

/*
 * Removes old versions, left-overs of interrupted fetches and apt's lists
 * and caches.  *freed is the bytes on disk that were released.  Folders of
 * profiles that no longer exist are old versions too.
 */
enum err	 kernels_prune(const struct conf *,
		    const struct kernels_prune_opts *, int64_t *freed,
		    struct diag *);

#endif /* !KERNELS_KERNELS_H */
