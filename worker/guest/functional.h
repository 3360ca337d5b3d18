/*
 * Behaviour commands: the plan's format (shared with the host) and the run
 * of each command while the links are alive.
 *
 * A plan is text.  Its first line is functional_plan.v0.1 or, with options
 * of the validator in it, functional_plan.v0.2; then
 *
 *   option=--WORD VALUE		v0.2 only; see args_plan()
 *   BEGIN
 *   name=... command=... required=true timeout_seconds=10
 *   expect_exit_code=0 expect_stdout_contains=... expect_stderr_contains=...
 *   END
 *
 * each key on a line of its own; other lines mean nothing.
 */
#ifndef GUEST_FUNCTIONAL_H
#define GUEST_FUNCTIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FUNC_TESTS_MAX	64

enum	func_status {
	FUNC_SKIPPED,
	FUNC_PASS,
	FUNC_WARN,	/* an optional test failed */
	FUNC_FAIL,
	FUNC_CUT	/* there was no time left for it: no verdict */
};

struct	func_test {
	char		*name;	/* owned, as all strings here */
	char		*command;
	bool		 required;
	int		 timeout_s;
	int		 expect_exit;
	char		*expect_stdout; /* NULL: anything */
	char		*expect_stderr;
	enum func_status status;
	int		 exit_code;
	bool		 timed_out;
	char		*stdout_tail;
	char		*stderr_tail;
	char		*error;
};

struct	functional {
	struct func_test *v;	/* owned */
	size_t		 n;
	enum func_status status;
};

/*
 * Reads a plan.  Empty text: no tests.  A wrong version line gives one
 * failing test named functional-plan, so that it cannot pass unseen.
 * ERR_NOMEM is the only error.
 */
enum err	 functional_parse(struct functional *, const char *text,
		    size_t len);
/* Marks every test failed with this sentence; nothing is run. */
void		 functional_refuse(struct functional *, const char *why);
/*
 * Runs one test to its end or its deadline, and never beyond "until"
 * (monotonic milliseconds); nothing of it survives.
 */
void		 functional_run_one(struct func_test *, int64_t until);
/* The aggregate, after all tests ran. */
void		 functional_settle(struct functional *);
void		 functional_free(struct functional *);
const char	*func_word(enum func_status);

#endif /* !GUEST_FUNCTIONAL_H */
