/*
 * Command mode: a job that runs a command of the user in each guest instead
 * of validating an object; its exit code is the verdict.  The description
 * is an input of the job (store_input.h), the files are others.
 */
#ifndef DOMAIN_COMMAND_H
#define DOMAIN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define COMMAND_DOC_MAX	(16 * 1024)
#define COMMAND_MAX	4096	/* bytes of the command itself */
#define COMMAND_MAX_MS	(60 * 60 * 1000)
#define COMMAND_MS	60000	/* when no time is given */
#define COMMAND_TEST	"command"	/* its name among the tests */

struct	command {
	char	*text;		/* one line, for /bin/sh -c */
	char	*interpreter;	/* dynamic loader the files want, or "" */
	int64_t	 timeout_ms;
	int	 expect_exit;	/* 0 to 255 */
	bool	 artifact;	/* the job's artifact is one of the files */
};

/* ERR_INVAL names the rule; "field" of the diag is the option. */
enum err	 command_check(const struct command *, struct diag *);
enum err	 command_write(const struct command *, struct buf *);
/* ERR_CORRUPT; on ERR_OK the caller releases it with command_clear(). */
enum err	 command_parse(const char *text, size_t len, struct command *,
		    struct diag *);
void		 command_clear(struct command *);
/* The plan for the guest, as manifest_plan() makes one. */
enum err	 command_plan(const struct command *, struct buf *);

#endif /* !DOMAIN_COMMAND_H */
