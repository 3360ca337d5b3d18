/*
 * One runner child: the process that boots one VM for one attempt of one
 * target (doc/architecture.md, "Contract: the runner").  This side starts
 * it, hands it the spec, reads its events, and ends it when its time is up.
 * Nothing here blocks: the owner polls the descriptors and calls back.
 *
 * The child is not trusted to be well: lines are bounded, what does not
 * parse ends the attempt, and a child that dies without "end" gives an
 * infrastructure error, never a verdict.
 */
#ifndef WORKER_RUNNER_H
#define WORKER_RUNNER_H

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json_in.h"

/* stdout, stderr, pidfd */
#define RUNNER_NFDS	3
/*
 * Longest event: the splat and the kernel's events (16 and 40 KiB, each byte
 * six when escaped) and the QEMU command line.
 */
#define RUNNER_LINE_MAX	(512 * 1024)
/* More than this is a flood, not progress. */
#define RUNNER_EVENTS_MAX	200000
/* Time between SIGTERM and SIGKILL; cancel must be done in a second. */
#define RUNNER_TERM_MS	500

/* A file that is shipped into the guest. */
struct	runner_file {
	char		 path[PATH_MAX];	/* here */
	char		 name[288];	/* there: "bin/x", "lib/x", "input/x" */
	char		 link[256];	/* there: absolute, or "" */
	bool		 exec;
};

struct	runner_spec {
	const char	*run_id;
	const char	*job_id;
	const char	*profile_id;
	int		 attempt;
	const char	*target_dir;
	const char	*kernel_dir;
	const char	*cache_dir;
	const char	*artifact;
	const char	*attach_mode;
	int64_t		 memory_mb;
	int64_t		 cpus;
	int64_t		 timeout_ms;
	int64_t		 boot_timeout_ms;
	const char	*accel;
	bool		 fresh_boot;
	const char	*cmdline;
	const char	*plan;		/* file, or "" */
	bool		 command;	/* the plan's commands, no validation */
	const char	*task;		/* NULL: judge; check, warm, look */
	const char	*against;	/* of check: what a clone said */
	const struct runner_file *files;
	size_t		 nfiles;
};

enum	runner_outcome {
	RUNNER_DONE,		/* a result document is there */
	RUNNER_GUEST_DIED,
	RUNNER_GUEST_HUNG,
	RUNNER_INFRA,
	RUNNER_CANCELED,	/* by runner_stop() */
	RUNNER__MAX
};

/* As the database and the report write it; static. */
const char	*runner_outcome_name(enum runner_outcome);

/* How it ended; strings live as long as the runner. */
struct	runner_end {
	enum runner_outcome	 outcome;
	const char		*error_code;	/* "" for RUNNER_DONE */
	const char		*error;		/* "" for RUNNER_DONE */
	const struct jval	*doc;		/* the "end" event, or NULL */
};

/* Either may be NULL. */
struct	runner_ops {
	void	(*stage)(void *arg, const char *stage);
	void	(*progress)(void *arg, const struct jval *step);
};

struct	runner;

/*
 * Starts "program" and gives it the spec.  "grace_ms" is what it gets beyond
 * the spec's timeout before it is killed.  On ERR_OK the caller owns the
 * runner and frees it with runner_free().
 */
enum err	 runner_start(const char *program, const struct runner_spec *,
		    int64_t grace_ms, const struct runner_ops *, void *arg,
		    struct runner **, struct diag *);
/* What to poll for; entries may be -1. */
void		 runner_pollfds(const struct runner *,
		    struct pollfd [static RUNNER_NFDS]);
/* Takes in what poll(2) reported for those. */
void		 runner_ready(struct runner *,
		    const struct pollfd [static RUNNER_NFDS]);
/* When runner_tick() wants to be called (monotonic); -1: never. */
int64_t		 runner_deadline(const struct runner *);
/* Acts on deadlines that have passed. */
void		 runner_tick(struct runner *, int64_t now_mono);
/* Asks it to end: SIGTERM now, SIGKILL after RUNNER_TERM_MS. */
void		 runner_stop(struct runner *, int64_t now_mono);
/* Has it ended?  Then *end tells how. */
bool		 runner_ended(const struct runner *, struct runner_end *end);
/* Waits for its end, for those who have nothing else to do. */
void		 runner_wait(struct runner *, struct runner_end *end);
/* The last part of its standard error, "" when it was silent. */
const char	*runner_stderr(const struct runner *);
/* Kills what still runs. */
void		 runner_free(struct runner *);

#endif /* !WORKER_RUNNER_H */
