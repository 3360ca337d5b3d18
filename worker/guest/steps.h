/* The phases of a validation, in the order main() calls them. */
#ifndef GUEST_STEPS_H
#define GUEST_STEPS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "run.h"

struct bench;

/* object.c: opens, lists programs and maps; load.error when it fails. */
void	 object_run(struct run *);
/* A fresh object from the same bytes, or NULL and the negative *error. */
struct bpf_object *object_open(struct run *, int *error);
void	 run_free(struct run *);

/*
 * setup.c: fix-ups, sizes, types and autoload, the same for every object
 * opened.  "record": note what happened in the run.
 */
void	 setup_apply(struct run *, struct bpf_object *, bool record);

/* attach_declared.c: targets that have to be known before the load. */
void	 declared_targets_apply(struct run *, struct bpf_object *);

/* variants.c: decides which variant of each group is loaded. */
void	 variants_run(struct run *);

/*
 * validator.c: how willingly the kernel kills this process when memory runs
 * out, 0 to 1000.  The one that waits for it must stay to tell.
 */
void	 oom_score(int);

/* load.c: maps and relocations, then the load of the whole object. */
void	 prepare_run(struct run *);
void	 load_run(struct run *);
/*
 * Notes what the instructions of each program use; "optional": only of those
 * that run->obj does not have in their final form.
 */
void	 insns_note(struct run *, struct bpf_object *, bool optional);

/* isolated.c: each program alone; each map alone if maps were the trouble. */
void	 isolated_run(struct bench *);
void	 isolated_maps_run(struct bench *);

/*
 * experiment.c: tries what tells competing causes apart, for what failed.
 * The first before the whole object is loaded, the second after attaching.
 */
void	 experiments_load_run(struct bench *);
void	 experiments_attach_run(struct bench *);

/*
 * freplace.c: loads the programs that freplace programs of the same object
 * change, and, from setup_apply(), tells the latter.
 */
void	 freplace_run(struct run *);
void	 freplace_apply(const struct run *, struct bpf_object *);

/* attach.c: attaches what can be attached; it stays until attach_undo(). */
void	 attach_run(struct run *);
void	 attach_undo(struct run *);

/* functional.c uses functional_run(); see functional.h. */

/* result.c: the validator.v0.4 document; returns the exit status. */
int	 result_write(struct run *, struct buf *);
bool	 run_passed(const struct run *);

#endif /* !GUEST_STEPS_H */
