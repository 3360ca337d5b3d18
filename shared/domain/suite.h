/*
 * A suite: the objects a project ships, and what each has to do on which
 * kernels.  doc/bpfcompat-suite.5 is the format.
 *
 * A setting is looked for on the command line, then in the case, then in the
 * suite's defaults, then it is the built-in one.  Reading does the middle
 * two steps, so a case has everything the file says about it.  Paths stay as
 * they are written; suite_path() says where they are.
 */
#ifndef DOMAIN_SUITE_H
#define DOMAIN_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "domain/manifest.h"

#define SUITE_CASES_MAX		256
#define SUITE_FILES_MAX		64	/* of one command */
#define SUITE_PATH_MAX		1024
#define SUITE_REPORT_DIR	"reports/suites"

/* A command of its own instead of an object that we load. */
struct	suite_command {
	char	*run;		/* "": the case has none */
	char	**files;
	size_t	 nfiles;
	int	 expect_exit;
	int64_t	 timeout_ms;	/* 0: not given */
};

struct	suite_case {
	char	*name;
	char	*artifact;	/* "" only beside a command */
	char	*uri, *artifact_name, *version, *variant;
	char	*matrix, *manifest;
	char	*out, *markdown;	/* "": below the report folder */
	const char *mode;	/* "", load_only, load_attach, behavior */
	int64_t	 timeout_ms, concurrency;	/* 0: not given */
	bool	 require_attach;
	bool	 has_test;
	struct manifest_test test;	/* named "<case>-behavior" */
	struct suite_command command;
};

struct	suite {
	char			*label;	/* the file, for messages */
	char			*dir;	/* folder of the file, "." for none */
	char			*name;
	char			*workdir;	/* "": not given */
	char			*report_dir;
	struct suite_case	*cases;
	size_t			 n;
};

/*
 * ERR_SYNTAX or ERR_INVAL with "label:line: key: what is wrong".  "label" is
 * the path of the file.  On ERR_OK the caller releases *s with
 * suite_clear().
 */
enum err	 suite_parse(const char *label, const char *text, size_t len,
		    struct suite *s, struct diag *);
void		 suite_clear(struct suite *);

/* A path of the file, seen from here; ERR_TOOBIG. */
enum err	 suite_path(const struct suite *, const char *path, char *out,
		    size_t size);
/* "command", or the mode; "" when the manifest decides. */
const char	*suite_case_mode(const struct suite_case *);

/*
 * "load_only", "load-only", "LoadOnly", ... to the stored word; NULL when it
 * is none.
 */
const char	*suite_mode(const char *word);

#endif /* !DOMAIN_SUITE_H */
