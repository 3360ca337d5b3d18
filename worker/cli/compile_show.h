/* What the compiler said of a job's source, for whoever ran the test. */
#ifndef CLI_COMPILE_SHOW_H
#define CLI_COMPILE_SHOW_H

#include <stdbool.h>

#include "store/store_job.h"
#include "worker/engine.h"

/* Is this how the job ended? */
bool		 compile_failed(const struct job *);
/*
 * Errors and warnings on standard error, as a compiler writes them; with
 * "json" {error, code, field, compiler, diagnostics[]} on standard output.
 * Returns the exit code.
 */
int		 compile_show(const struct engine *, const struct job *,
		    bool json);

#endif /* !CLI_COMPILE_SHOW_H */
