/*
 * Child processes: argv, never a shell; a clean environment; their own
 * process group; killed when the parent dies; a deadline on every wait.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct	proc_opts {
	const char *const *argv;	/* NULL-terminated; argv[0] is looked
					   up in PATH when it has no slash */
	const char *const *env;		/* NULL: PATH, HOME, LANG only */
	const char	*cwd;		/* NULL: unchanged */
	int		 in;		/* -1: /dev/null; stays the caller's */
	int		 out;		/* -1: /dev/null */
	int		 err;		/* -1: /dev/null */
	const int	*keep;		/* further descriptors the child keeps */
	int		 nkeep;
	bool		 inherit_env;	/* the parent's environment instead */
	bool		 same_group;	/* stay in the parent's group (tty) */
	bool		 outlive;	/* do not die with the parent */
	uid_t		 uid;		/* not 0: become this user and group */
	gid_t		 gid;
};

#define PROC_OPTS_INIT	{ .in = -1, .out = -1, .err = -1 }

/*
 * Starts a child.  ERR_NOTFOUND when there is no such program (the diag
 * names it), ERR_CHILD for other failures to start.
 */
enum err	 proc_spawn(const struct proc_opts *, pid_t *, struct diag *);
/*
 * Waits until "deadline" (time_mono_ms() clock; -1: for ever).  ERR_TIMEOUT
 * leaves the child alone.  *status is as from waitpid(2).
 */
enum err	 proc_wait(pid_t, int64_t deadline, int *status);
/* SIGTERM to the group, SIGKILL after "grace_ms", reaped.  Idempotent. */
void		 proc_stop(pid_t, int grace_ms);
/* A descriptor that polls readable when the child has ended; -1 on error. */
int		 proc_pidfd(pid_t);
/* "exit code 3", "killed by signal 9" for messages. */
void		 proc_status_text(int status, char *out, size_t size);

/*
 * Runs to the end: "input" goes to its stdin (NULL: it reads the
 * descriptor "in" of the options, or nothing), stdout to "out"
 * and stderr to "err" (each may be NULL), both up to their maximum, the rest
 * is read and dropped.  ERR_TIMEOUT kills it.  *code is the exit code, or
 * 128 + signal; a non-zero code is still ERR_OK.
 */
enum err	 proc_run(const struct proc_opts *, const void *input, size_t len,
		    struct buf *out, struct buf *err, int64_t deadline,
		    int *code, struct diag *);

struct	proc_limit {
	int		 what;		/* RLIMIT_..., setrlimit(2) */
	unsigned long	 most;
};

/*
 * Lowers soft and hard limits of this process and of its later children;
 * never raises one that whoever started us has set.
 */
enum err	 proc_limit(const struct proc_limit *, size_t n, struct diag *);

#endif /* !BASE_PROC_H */
