/*
 * Files that came with a plan: programs, their libraries and further inputs
 * of the commands that run in this guest.
 */
#ifndef GUEST_FILES_H
#define GUEST_FILES_H

#include <stddef.h>

#include "base/err.h"
#include "wire_io.h"

struct	files {
	int	 fd;		/* the file that is being written, or -1 */
	char	 bin[288];	/* the first program, "" if none came */
	char	 input[288];	/* the first input, likewise */
};

#define FILES_INIT	{ -1, "", "" }

/* Writes them below WIRE_FILES_ROOT as they come. */
struct wire_files files_sink(struct files *);
/* After the last frame; ERR_IO when a file could not be finished. */
enum err	 files_done(struct files *, struct diag *);
/* Environment and folder for commands that are to find the files. */
void		 files_enter(const struct files *);

#endif /* !GUEST_FILES_H */
