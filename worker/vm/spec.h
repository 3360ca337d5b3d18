/* What the runner is told on standard input (doc/architecture.md). */
#ifndef VM_SPEC_H
#define VM_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SPEC_MAX	(64 * 1024)
#define SPEC_FILES_MAX	64

/* A file that is shipped into the guest (worker/guest/wire.h, frame N). */
struct	spec_file {
	char	*path;	/* here */
	char	*name;	/* there: "bin/x", "lib/x", "input/x" */
	char	*link;	/* there: absolute, or "" */
	bool	 exec;
};

/* What is to be done; a word in the spec, left out for the first. */
enum	spec_task {
	SPEC_JUDGE,
	SPEC_CHECK,	/* judge in a guest booted anew, compare with "against" */
	SPEC_WARM,	/* see that the kernel's template is there */
	SPEC_LOOK,	/* say what is there, build nothing */
	SPEC__MAX
};

struct	spec {
	char	*run_id;
	char	*job_id;
	char	*profile_id;
	char	*target_dir;
	char	*kernel_dir;
	char	*cache_dir;
	char	*artifact;
	char	*attach_mode;
	char	*accel;
	char	*cmdline;
	char	*plan;		/* a file, or "": no plan */
	char	*task_word;
	char	*against;	/* of SPEC_CHECK: a clone's result document */
	enum spec_task task;
	bool	 command;	/* no validation: the plan's commands */
	struct spec_file file[SPEC_FILES_MAX];
	size_t	 nfiles;
	int64_t	 attempt;
	int64_t	 memory_mb;
	int64_t	 cpus;
	int64_t	 timeout_ms;
	int64_t	 boot_timeout_ms;
	bool	 fresh_boot;
};

/* ERR_INVAL names the key and its rule.  Release with spec_clear(). */
enum err	 spec_parse(const char *json, size_t len, struct spec *,
		    struct diag *);
void		 spec_clear(struct spec *);

#endif /* !VM_SPEC_H */
