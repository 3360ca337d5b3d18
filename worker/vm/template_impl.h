/* What template.c and template_keep.c share. */
#ifndef VM_TEMPLATE_IMPL_H
#define VM_TEMPLATE_IMPL_H

#include <limits.h>

#include "base/buf.h"
#include "worker/vm/template.h"

#define RAM_FILE	"ram"
#define STATE_FILE	"state"
#define ABOUT_FILE	"about"
#define ABOUT_MAX	(16 * 1024)
/* Beside the templates; the rest of each name is the key. */
#define UNFINISHED	".new-"	/* a builder's folder before it is whole */
#define LEAVING		".old-"	/* being removed */
#define FAILED		".failed-"	/* a file that says how and when */
#define LOCK		".lock-"

/* <cache>/templates */
enum err	 template_dir(const char *cache_dir,
		    char out[static PATH_MAX]);
/* <cache>/templates/<prefix><key> */
enum err	 template_beside(const struct template *, const char *prefix,
		    char out[static PATH_MAX]);
/* This start of the machine; the caller clears it. */
void		 template_boot_id(struct buf *);
int64_t		 template_changed_ns(int fd);

/* Writes what is known of a finished guest in "dir", reads it again. */
enum err	 template_about_write(const struct template *,
		    const char *dir, int64_t build_ms, struct diag *);
enum err	 template_about_read(struct template *, struct diag *);
bool		 template_failed_lately(const struct template *);
/* Takes it out of sight, then removes it. */
void		 template_remove(const char *dir);

#endif /* !VM_TEMPLATE_IMPL_H */
