/*
 * Where the validator's output goes: frames on standard output (--wire), or
 * files named on the command line.  Write errors stick; sink_finish() tells.
 */
#ifndef GUEST_SINK_H
#define GUEST_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct sink;

/*
 * With "wire" everything is a frame on descriptor "fd".  Otherwise "out" is
 * the result file and "log_dir" (may be NULL) takes the logs.  NULL without
 * memory.
 */
struct sink	*sink_wire(int fd);
struct sink	*sink_files(const char *out, const char *log_dir);
void		 sink_free(struct sink *);

/* "program" may be NULL; "index" counts from 1. */
void		 sink_progress(struct sink *, const char *phase,
		    const char *program, size_t index, size_t total);
/*
 * One whole log, compressed as it is written.  "id" is a file-name-safe
 * word, unique in the run; "program" may be NULL.  True when it was kept.
 */
bool		 sink_log(struct sink *, const char *id,
		    const char *program, const char *kind, const char *text,
		    size_t len);
/*
 * Where the run is, kept in memory that outlives a child: the last step
 * announced, and whether output was cut in the middle.
 */
struct	crumbs {
	char	 phase[16];
	char	 program[128];
	int	 writing;
};

const struct crumbs *sink_crumbs(const struct sink *);

/* The result document and the end.  The first error there was. */
enum err	 sink_finish(struct sink *, const struct buf *result,
		    int exit_code);

#endif /* !GUEST_SINK_H */
