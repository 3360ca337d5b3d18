/*
 * Where our own programs and data are: beside the running program in a
 * build tree (bin/, bin/share), or in the installed folders.
 */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"

/* Full path of one of our programs, such as "bpfcompat-runner". */
enum err	 paths_program(const struct conf *, const char *name, char *out,
		    size_t size, struct diag *);
/* Full path of a data file or folder, such as "matrices/profiles". */
enum err	 paths_data(const struct conf *, const char *name, char *out,
		    size_t size, struct diag *);
/* Folder of the headers that C sources are compiled with. */
enum err	 paths_sdk(const struct conf *, char *out, size_t size,
		    struct diag *);
/* Folder below the workdir, or the one a variable names. */
enum err	 paths_kernels(const struct conf *, char *out, size_t size);
enum err	 paths_cache(const struct conf *, char *out, size_t size);

#endif /* !BASE_PATHS_H */
