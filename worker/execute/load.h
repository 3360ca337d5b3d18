/*
 * An object in this host's kernel: loaded, attached where it says or where
 * its manifest says, each link pinned.  The only part of the loader that
 * sees libbpf.
 */
#ifndef EXECUTE_LOAD_H
#define EXECUTE_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "worker/execute/request.h"

#define LOAD_NAME_MAX	64

/* One program, or a struct_ops map, and how it is attached. */
struct	load_link {
	char		 name[LOAD_NAME_MAX];
	char		 type[32];	/* "kprobe" ... as libbpf names it */
	char		 kind[32];	/* "auto", "xdp", "cgroup" ... */
	char		 target[128];
	char		 error[192];	/* "" when it is attached */
	bool		 required;	/* the manifest says so */
	bool		 attached;
	uint32_t	 link_id, prog_id;
};

struct	load_result {
	bool		 loaded;
	int		 load_errno;	/* 0 or negative */
	char		 load_error[512];
	struct load_link *links;	/* owned */
	size_t		 nlinks;
	int		 attempted, passed, failed;
	bool		 object_btf, object_btf_ext, kernel_btf;
};

/*
 * Loads, and unless attaching is disabled attaches; with "pin_dir" (a folder
 * of bpffs, empty) each link is pinned there under the program's name, else
 * everything ends with load_undo() or the process.  ERR_OK whatever the
 * kernel said: *res tells.  ERR_INVAL: the manifest asks for what is not
 * possible here, or names what the object does not have; nothing is loaded.
 */
struct load;
enum err	 load_run(const struct execute_request *, const char *pin_dir,
		    struct load **, struct load_result *, struct diag *);
/* What is pinned stays when the process ends; the rest is given back. */
void		 load_keep(struct load *);
/* Takes everything back but the pins; also frees.  Accepts NULL. */
void		 load_undo(struct load *);
void		 load_result_clear(struct load_result *);

/*
 * What the kernel says of a pinned link.  ERR_NOTFOUND: there is none;
 * ERR_CORRUPT: something else is pinned there.
 */
enum err	 load_link_info(const char *path, uint32_t *link_id,
		    uint32_t *prog_id);

#endif /* !EXECUTE_LOAD_H */
