/*
 * One published file of lines: appended to, written anew, or compared with
 * what it should be.
 *
 * A line is written whole or not at all.  After a crash the file may be
 * longer than the database remembers; what is there is then compared with
 * what is to be written, so that nothing is written twice and a torn last
 * line is completed.  Bytes that the database does not know are set aside,
 * never thrown away: they may be the only copy of something.
 */
#ifndef WORKER_PUBLISH_FILE_H
#define WORKER_PUBLISH_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum	publish_mode {
	PUBLISH_APPEND,		/* what is missing at the end */
	PUBLISH_REBUILD,	/* a new file in the place of the old */
	PUBLISH_CHECK		/* writes nothing */
};

struct publish_file;

/*
 * "from": the length that is known to be right.  PUBLISH_APPEND gives
 * ERR_WRONGSTATE when no line of the file ends there: it has to be written
 * anew.
 */
enum err	 publish_file_open(const char *path, mode_t,
		    enum publish_mode, int64_t from, struct publish_file **,
		    struct diag *);
/* The next line, with its LF. */
enum err	 publish_file_line(struct publish_file *, const char *, size_t,
		    struct diag *);
/*
 * Everything to disk; *bytes is the length then.  After an error the file
 * is only closed, and what it had before is still there.
 */
enum err	 publish_file_done(struct publish_file *, int64_t *bytes,
		    struct diag *);
void		 publish_file_free(struct publish_file *);
/*
 * How long it is with the lines so far; -1 while these are compared with
 * what is there already.
 */
int64_t		 publish_file_length(const struct publish_file *);
/*
 * What PUBLISH_CHECK has found, after publish_file_done(): NULL, or
 * "file_missing", "file_differs", "file_too_short", "file_too_long"; *line
 * is the first line that is not right, from 1.
 */
const char	*publish_file_problem(const struct publish_file *,
		    int64_t *line);
/* Bytes were set aside in a file of this name; NULL: none. */
const char	*publish_file_aside(const struct publish_file *);

#endif /* !WORKER_PUBLISH_FILE_H */
