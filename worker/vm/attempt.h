/*
 * One attempt of one target: boot a guest, let the validator judge the
 * artifact in it, keep the evidence, say how it ended.
 */
#ifndef VM_ATTEMPT_H
#define VM_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "domain/kernel.h"
#include "worker/vm/accel.h"
#include "worker/vm/collect.h"
#include "worker/vm/initramfs.h"
#include "worker/vm/spec.h"
#include "worker/vm/ssh.h"
#include "worker/vm/sshkey.h"
#include "worker/vm/template.h"
#include "worker/vm/vm.h"

enum	stage {
	STAGE_PREPARE,
	STAGE_BOOT,
	STAGE_CONNECT,
	STAGE_SEND,
	STAGE_VALIDATE,
	STAGE_COLLECT,
	STAGE_TEARDOWN,
	STAGE__MAX
};

enum	outcome {
	OUTCOME_INFRA,
	OUTCOME_DONE,
	OUTCOME_DIED,
	OUTCOME_HUNG
};

#define ATTEMPT_NOTES_MAX	16

struct	attempt {
	const struct conf	*conf;
	const struct spec	*spec;
	int			 events_fd;
	int			 cancel_fd;

	struct kernel		 kernel;
	struct accel		 accel;
	struct initramfs	 initramfs;
	struct sshkeys		 keys;
	struct buf		 artifact;
	struct buf		 plan;
	struct buf		 cmdline;	/* of a cold boot */
	struct buf		 tmpl_cmdline;	/* of a template */
	char			 qemu[4096];
	uid_t			 uid;	/* QEMU's user, 0: ours */
	gid_t			 gid;
	int			 serial_log;
	int			 qemu_log;
	struct vm		*vm;
	struct template		 tmpl;
	struct sshc		*ssh;
	struct collect		*collect;
	bool			 cloned;	/* started from a saved VM */
	struct template_look	 look;		/* of SPEC_WARM, SPEC_LOOK */
	size_t			 ndiffer;	/* of SPEC_CHECK */
	char			 differ[512];

	int64_t			 start;		/* time_mono_ms() clock */
	int64_t			 deadline;
	int64_t			 boot_deadline;
	enum stage		 stage;
	int64_t			 stage_start;
	int64_t			 stage_ms[STAGE__MAX];

	/* how it ended */
	enum outcome		 outcome;
	const char		*code;	/* static; "" for OUTCOME_DONE */
	struct diag		 diag;
	bool			 validator_killed;	/* by a signal */
	char			 alive[256];	/* what a late guest shows */
	char			 release[128];
	char			 version[512];
	char			 machine[64];
	char			*notes[ATTEMPT_NOTES_MAX];
	size_t			 nnotes;
};

/* Everything up to the end of teardown; the result is in "a". */
void		 attempt_run(struct attempt *a, const struct conf *,
		    const struct spec *, int events_fd, int cancel_fd);
void		 attempt_clear(struct attempt *);

/* --- between the parts of an attempt ------------------------------------ */

/* Ends the present stage, begins another, tells the parent. */
void		 attempt_stage(struct attempt *, enum stage);
void		 attempt_note(struct attempt *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/* Fails with an error code of the contract (static string). */
enum err	 attempt_fail(struct attempt *, enum err, const char *code);

/* prepare.c: everything that needs no guest. */
enum err	 attempt_prepare(struct attempt *);
/* boot.c: a guest that is ready for SSH. */
enum err	 attempt_boot(struct attempt *);
/* Only starts a guest of its own under that accelerator. */
enum err	 attempt_cold_vm(struct attempt *, const char *accel,
		    struct vm **, struct diag *);
/* Which template it would start from: a->tmpl, not open. */
enum err	 attempt_name_template(struct attempt *, struct diag *);
/* What SPEC_WARM and SPEC_LOOK ask for. */
enum err	 attempt_template(struct attempt *);
/*
 * check.c: compares a guest booted anew with what a clone has said; a
 * template that leads to other verdicts goes.
 */
enum err	 attempt_check(struct attempt *);
/* session.c: SSH, the validator, its results. */
enum err	 attempt_session(struct attempt *);
/* end.c: the events. */
void		 attempt_say_stage(const struct attempt *);
void		 attempt_say_progress(void *attempt, const char *json,
		    size_t len);
/* Writes runner.json and the end event. */
void		 attempt_say_end(struct attempt *);
/* conclude.c: turns an error of a stage into outcome and code. */
void		 attempt_conclude(struct attempt *, enum err);

#endif /* !VM_ATTEMPT_H */
