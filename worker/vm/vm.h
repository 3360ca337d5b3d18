/*
 * One QEMU process: its command line, its descriptors, what it says and how
 * it ended.  Everything is waited for in one poll(): the end of the process,
 * the monitor, the console, the control port, a request to stop, and one
 * descriptor of the caller.  QEMU lives in its own process group, dies with
 * this process, and has no other channel than inherited socket pairs.
 */
#ifndef VM_VM_H
#define VM_VM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Console bytes kept; a guest may write for ever. */
#define VM_SERIAL_MAX	(16 * 1024 * 1024)

struct	vm_opts {
	const char	*qemu;
	const char	*accel;		/* "kvm" or "tcg" */
	const char	*kernel;	/* path */
	int		 initrd_fd;	/* -1: none */
	const char	*cmdline;
	int		 memory_mb;
	int		 cpus;
	bool		 network;	/* else SSH over a virtio-serial port */
	bool		 control;	/* init's control port */
	int		 ram_fd;	/* -1, or the file that is its memory */
	bool		 ram_private;	/* changes stay out of that file */
	int		 state_fd;	/* -1, or a saved device state: QEMU
					   waits for template_resume() */
	int		 serial_log;	/* descriptors the caller owns */
	int		 qemu_log;
	int		 cancel_fd;	/* readable: stop; -1: none */
	uid_t		 uid;		/* not 0: user QEMU runs as */
	gid_t		 gid;
};

#define VM_OPTS_INIT	{ .initrd_fd = -1, .ram_fd = -1, .state_fd = -1,	\
			  .serial_log = -1, .qemu_log = -1, .cancel_fd = -1 }

enum	vm_end {
	VM_RUNNING,
	VM_END_GUEST,	/* the guest panicked, rebooted or powered off */
	VM_END_QEMU	/* QEMU failed or was killed from outside */
};

struct kevents;
struct vm;

/*
 * Starts QEMU; returns once the process runs.  ERR_NOTFOUND when there is
 * no such program.  The descriptors in "o" stay the caller's.
 */
enum err	 vm_start(const struct vm_opts *o, struct vm **, struct diag *);
/* Kills what is left of it and frees; NULL is fine. */
void		 vm_free(struct vm *);
/* Takes in what the guest has said by now, without waiting. */
void		 vm_listen(struct vm *);
/* Kills QEMU at once without waiting for its memory to be given back. */
void		 vm_kill(struct vm *);

/*
 * Waits until the caller's "fd" (-1: none) has one of "events", or anything
 * about the VM changed: the caller looks at its condition again.
 *   ERR_OK        look again; *revents says about "fd"
 *   ERR_CHILD     QEMU ended, all it said was read; see vm_ended()
 *   ERR_TIMEOUT   deadline (time_mono_ms() clock)
 *   ERR_CANCELED  cancel_fd became readable
 */
enum err	 vm_wait(struct vm *, int fd, short events, int64_t deadline,
		    short *revents);

/* Runs a monitor command to its reply; "fd" (-1: none) goes along. */
enum err	 vm_monitor(struct vm *, const char *json, int fd,
		    int64_t deadline, struct diag *);
/* "return" of the last command as JSON text. */
const char	*vm_reply(const struct vm *);
/* Greeting and handshake of the monitor; sets the port of vm_ssh_port(). */
enum err	 vm_handshake(struct vm *, int64_t deadline, struct diag *);
/* Waits until init says that SSH can be reached. */
enum err	 vm_wait_ready(struct vm *, int64_t deadline);
/* Waits for the end of a migration ("completed"), in either direction. */
enum err	 vm_wait_migration(struct vm *, int64_t deadline,
		    struct diag *);
/* Writes one line to init's control port and waits for "ok". */
enum err	 vm_control(struct vm *, const char *line, size_t len,
		    int64_t deadline, struct diag *);

/* Does anybody listen on the control port? */
enum err	 vm_control_probe(struct vm *, int64_t deadline,
		    struct diag *);

/*
 * A connected, non-blocking descriptor for SSH; the caller owns it.
 * Can be asked once when there is no network.
 */
enum err	 vm_ssh_connect(struct vm *, int *fd, struct diag *);

bool		 vm_ready(const struct vm *);
enum vm_end	 vm_ended(const struct vm *);
/* "the guest reset itself", "QEMU was killed by signal 9 (Killed)". */
void		 vm_end_text(const struct vm *, char *out, size_t size);
/* Kernel complaints so far, as one text ("" for none) and one by one. */
const char	*vm_splat(struct vm *);
const struct kevents *vm_events(const struct vm *);
/*
 * How many times faster than ours the guest's clock ran between the first
 * and the last step it told; 0: it did not run away.
 */
int64_t		 vm_clock_ahead(const struct vm *);
/* Since the guest last told a step or its time; INT64_MAX: it never did. */
int64_t		 vm_quiet_ms(const struct vm *);
/* How many times longer than alone on this machine QEMU takes; 1 or more. */
int		 vm_slowdown(const struct vm *);
bool		 vm_serial_cut(const struct vm *);
/* The command line, blanks between. */
const char	*vm_command(const struct vm *);

#endif /* !VM_VM_H */
