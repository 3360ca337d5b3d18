/*
 * Saved guests.  A template is a guest that was booted once, stopped when
 * its init was ready, and saved: its memory is a file that clones map
 * privately, the rest of its state is a small file beside it.  A clone is a
 * VM nobody used before, there in a fraction of the time.
 *
 * A template lies in <cache>/templates/<key>, where the key covers all that
 * could change the guest: kernel, first file system, kernel parameters,
 * machine, CPU model, accelerator, memory, QEMU program, and this start of
 * the machine (so that nothing has to survive a power cut).  It appears by
 * rename when it is whole and goes by rename, too; what is left of a crash is
 * removed by the next builder.  The least recently used ones go when all are
 * over the limit.
 *
 * QEMU insists on opening the memory file to write, although it maps it
 * privately.  One that was taken over by its guest could so change what later
 * guests start from.  The file is root's, so nobody but root can set its time
 * of change back; that time is recorded when the template is whole, and
 * compared before a clone starts and after it has spoken.
 */
#ifndef VM_TEMPLATE_H
#define VM_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "worker/vm/vm.h"

struct	template {
	char	 key[SHA256_HEX_SIZE];
	char	*dir;		/* where it lies, or will */
	char	*profile_id;	/* whose guest it is */
	int	 ram_fd;	/* open while in use, else -1 */
	int	 state_fd;
	int64_t	 changed_ns;	/* its memory file, when it was whole */
};

/* What goes into a key besides LAYOUT and the start of the machine. */
struct	template_parts {
	const char	*cache_dir;
	const char	*profile_id;	/* a label; not in the key */
	const char	*qemu;
	const char	*accel;
	const char	*initramfs_key;
	const char	*vmlinuz_sha256;
	const char	*cmdline;
	int64_t		 memory_mb;
	int64_t		 cpus;
	uid_t		 uid;
	bool		 network;
};

enum err	 template_init(struct template *, const struct template_parts *,
		    struct diag *);
void		 template_clear(struct template *);

/*
 * Opens it for one clone; ERR_NOTFOUND when there is none yet.  One that was
 * changed is gone afterwards: ERR_CORRUPT.
 */
enum err	 template_open(struct template *, struct diag *);
/* Is the open memory file as it was when the template was made? */
bool		 template_intact(const struct template *);

/*
 * Builds it unless somebody else does or did meanwhile; then template_open()
 * works.  "boot" starts a VM on the memory file it is given and returns when
 * init is ready.  Waits for another builder until the deadline.
 * ERR_UNSUPPORTED when this QEMU or this guest cannot be saved.
 */
typedef enum err (*template_boot_fn)(void *arg, int ram_fd, int64_t deadline,
		    struct vm **, struct diag *);
enum err	 template_build(struct template *, int64_t memory_mb,
		    bool other_user, template_boot_fn, void *arg,
		    int64_t deadline, struct diag *);

/* Makes a VM that was started with the open template run. */
enum err	 template_resume(struct vm *, int state_fd, int64_t deadline,
		    struct diag *);
/*
 * Removes a template that did not work and keeps the reason.  Nobody tries
 * again for TEMPLATE_REST_S seconds, or, when it is "lasting" and not the
 * fault of this moment (a busy machine), after each further failure twice as
 * long, up to TEMPLATE_REST_MAX_S: template_open() gives ERR_UNAVAILABLE.
 */
#define TEMPLATE_REST_S		60
#define TEMPLATE_REST_MAX_S	3600
void		 template_discard(struct template *, bool lasting,
		    const char *reason);

/*
 * Removes the least recently used ones until all take "max" bytes or less,
 * before them those of an earlier start of the machine, and what crashes
 * have left.
 */
void		 template_evict(const char *cache_dir, int64_t max,
		    const char *keep_key);

/* What there is for this key, and if nothing, for this profile. */
enum	template_is {
	TEMPLATE_NONE,
	TEMPLATE_READY,
	TEMPLATE_STALE,		/* one for another kernel, QEMU, ... */
	TEMPLATE_UNUSABLE,	/* failed; "reason" tells how */
	TEMPLATE__MAX
};

struct	template_look {
	enum template_is	 is;
	int64_t			 bytes;		/* on disk */
	int64_t			 build_ms;
	char			 at[32];	/* saved, or failed */
	char			 reason[512];
};

void		 template_look(const struct template *,
		    struct template_look *);
/* As an object named "key". */
void		 template_look_write(const struct template_look *,
		    struct jsonw *, const char *key);

#endif /* !VM_TEMPLATE_H */
