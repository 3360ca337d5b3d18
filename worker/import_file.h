/*
 * Files of a folder that somebody else has written: nothing outside of it
 * is opened, no symbolic link is followed, no line and no file is read
 * beyond its limit.
 */
#ifndef WORKER_IMPORT_FILE_H
#define WORKER_IMPORT_FILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A regular file below the folder "dir".  ERR_NOTFOUND; ERR_DENIED: the name
 * leads out of the folder, over a link, or to something that is no file.
 */
enum err	 import_open(int dir, const char *rel, int *fd);
/* A folder below "dir"; likewise. */
enum err	 import_folder_open(int dir, const char *rel, int *fd);
/* The whole of it, up to the buffer's maximum (ERR_TOOBIG). */
enum err	 import_read(int dir, const char *rel, struct buf *);

/*
 * Calls "fn" for each line that is not blank, without its end; "no" counts
 * all lines from 1.  A line over "max" bytes comes as NULL.  An error of
 * "fn" ends it.
 */
typedef enum err (*import_line_fn)(const char *line, size_t len, int64_t no,
    void *arg);
enum err	 import_lines(int fd, size_t max, import_line_fn fn,
		    void *arg);

#endif /* !WORKER_IMPORT_FILE_H */
