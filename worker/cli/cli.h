/*
 * What the verbs of the command line share.  A verb is a row of the table
 * in main.c and one file verb_X.c with a function of type verb_fn.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "store/db.h"

/* Exit codes; the seed fixes them. */
enum	{
	CLI_OK = 0,
	CLI_ERROR = 1,	/* usage, infrastructure: could not tell */
	CLI_FAIL = 2	/* a required target failed */
};

/*
 * argv[0] is the verb, the rest its words.  "conf" is a copy the verb may
 * change (--workdir and the like).  Returns the exit code.
 */
typedef int	 (*verb_fn)(struct conf *, int argc, char **argv);

struct	verb {
	const char	*name;	/* NULL ends a table */
	const char	*summary;
	verb_fn		 run;
};

/*
 * Runs the verb that argv[1] names.  "path" is how help calls this level:
 * "bpfcompat" or "bpfcompat kernels".
 */
int		 cli_dispatch(const struct verb *, const char *path,
		    const char *about, struct conf *, int argc, char **argv);

/*
 * Says what went wrong: on standard error for a person, and with "json" as
 * {"error":…,"code":…,"field":…} on standard output.  Returns CLI_ERROR.
 */
int		 cli_error(const char *verb, bool json, const struct diag *);
/* Writes the buffer to standard output; CLI_ERROR when that fails. */
int		 cli_print(const struct buf *);

/* Puts a file where the user wants it, with its folders, whole or not. */
enum err	 cli_write_file(const char *path, const struct buf *,
		    struct diag *);

/* The database of a work folder that has to be there. */
enum err	 cli_open_db(const struct conf *, enum db_role, struct db **,
		    struct diag *);

int		 verb_admin(struct conf *, int argc, char **argv);
int		 verb_compare(struct conf *, int argc, char **argv);
int		 verb_completion(struct conf *, int argc, char **argv);
int		 verb_env(struct conf *, int argc, char **argv);
int		 verb_history(struct conf *, int argc, char **argv);
int		 verb_inspect(struct conf *, int argc, char **argv);
int		 verb_kernels(struct conf *, int argc, char **argv);
int		 verb_registry(struct conf *, int argc, char **argv);
int		 verb_report(struct conf *, int argc, char **argv);
int		 verb_report_summary(struct conf *, int argc, char **argv);
int		 verb_runtime(struct conf *, int argc, char **argv);
int		 verb_serve(struct conf *, int argc, char **argv);
int		 verb_suite(struct conf *, int argc, char **argv);
int		 verb_test(struct conf *, int argc, char **argv);
int		 verb_test_command(struct conf *, int argc, char **argv);
int		 verb_version(struct conf *, int argc, char **argv);

#endif /* !CLI_CLI_H */
