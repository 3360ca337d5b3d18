/*
 * What "test" and "test-command" do alike: queue a job, work it off in
 * place with the worker's own loop, show what came of it.
 */
#ifndef CLI_TEST_RUN_H
#define CLI_TEST_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"
#include "worker/cli/outputs.h"
#include "worker/cli/remote.h"

#define TEST_TIMEOUT_MS		180000	/* per target, when none is given */

/* As the flags say it; texts are "" when not given. */
struct	test_options {
	const char	*verb;		/* for messages */
	const char	*artifact, *matrix, *out, *markdown, *mode;
	const char	*name, *version, *variant, *uri;
	const char	*runner, *manifest;
	const char	*source, *clang_flags;
	const char	*command, *files;
	int64_t		 concurrency, timeout, disk_resize;
	int64_t		 expect_exit, command_timeout;	/* 0: default */
	bool		 quick, fresh, json, keep_vm, no_fetch, queue;
	bool		 require_attach;
	struct outputs	 outputs;
	struct remote	 remote;
};

void		 test_defaults(struct test_options *, const struct conf *,
		    const char *verb);
/* Checks the options as a whole, runs the job; the exit code. */
int		 test_run(struct conf *, struct test_options *);

#endif /* !CLI_TEST_RUN_H */
