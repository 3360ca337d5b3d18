/*
 * The kernel modules of a guest: which files a list of names needs and in
 * which order they load, from the modules.dep that depmod wrote.
 */
#ifndef VM_MODULES_H
#define VM_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct modules;

/* "dir" is lib/modules/<release> of a fetched kernel. */
enum err	 modules_load(const char *dir, struct modules **,
		    struct diag *);
/* The same from the text of a modules.dep, for tests. */
enum err	 modules_parse(const char *text, struct modules **);
void		 modules_free(struct modules *);

/*
 * Picks a module ("-" and "_" are one) and all it needs.  False when this
 * kernel has no such file: built in, or not there at all.
 */
bool		 modules_pick(struct modules *, const char *name);
/* What was picked so far, needed ones first; path below "dir". */
size_t		 modules_count(const struct modules *);
const char	*modules_path(const struct modules *, size_t);
/* Its right side in modules.dep. */
const char	*modules_deps(const struct modules *, size_t);
/* Is this one ("virtio_net", as aliases name it) among the picked? */
bool		 modules_has(const struct modules *, const char *name);
/* The names of all, "_" for "-", one a line. */
void		 modules_names(const struct modules *, struct buf *);
/* Folder given to modules_load(). */
const char	*modules_dir(const struct modules *);

#endif /* !VM_MODULES_H */
