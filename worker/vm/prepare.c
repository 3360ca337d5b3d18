/* What an attempt needs before there is a guest. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "base/timefmt.h"
#include "worker/guest/wire.h"
#include "worker/vm/attempt.h"
#include "worker/vm/tsc.h"

/*
 * No parameter here may change what a verdict depends on (no mitigations=,
 * lsm= or the like).
 *
 * oops=panic, panic=-1: the first oops ends the guest at once, so that
 * nothing is judged on a damaged kernel.  Not set on purpose:
 * softlockup_panic, hung_task_panic, rcupdate's and panic_on_warn.  They end
 * kernels that would go on, and on a busy host an emulated one is late
 * without anybody's fault; what is reported is the message.
 *
 * loglevel=5 shows warnings and the validator's steps; printk.devkmsg=on
 * keeps the kernel from dropping steps that come fast;
 * console_msg_format=syslog and printk.time=1 tell who said what, and when
 * (kevent.h).
 *
 * no_timer_check: on a busy host an emulated timer comes too late for that
 * check, and the kernel then panics or hangs before its first line.
 */
#define CMDLINE	"console=ttyS0 loglevel=5 console_msg_format=syslog "	\
		"printk.time=1 printk.devkmsg=on panic=-1 oops=panic "	\
		"no_timer_check rdinit=/init"

/* Full path of QEMU; the program may be named without one. */
static enum err
find_qemu(struct attempt *a)
{
	const char	*name = a->conf->qemu_x86, *path = getenv("PATH"), *p;
	size_t		 n;

	if (strchr(name, '/') != NULL) {
		snprintf(a->qemu, sizeof(a->qemu), "%s", name);
		if (access(a->qemu, X_OK) == 0)
			return ERR_OK;
	}
	for (p = path == NULL ? "/usr/bin:/bin" : path;
	    strchr(name, '/') == NULL && *p != '\0'; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		snprintf(a->qemu, sizeof(a->qemu), "%.*s/%s", (int)n, p,
		    name);
		if (access(a->qemu, X_OK) == 0)
			return ERR_OK;
	}
	diag_set(&a->diag, ERR_NOTFOUND, NULL, "QEMU is missing (%s); install "
	    "the Debian package qemu-system-x86 or set "
	    "BPFCOMPAT_QEMU_X86_64", name);
	return attempt_fail(a, ERR_NOTFOUND, "qemu_missing");
}

static enum err
open_log(struct attempt *a, const char *name, int *fd)
{
	char	 path[PATH_MAX];

	/* Nobody reads what a guest says that judges nothing. */
	if (a->spec->task >= SPEC_WARM) {
		*fd = memfd_create(name, MFD_CLOEXEC);
		return *fd == -1 ? diag_errno(&a->diag, "cannot make an "
		    "anonymous file") : ERR_OK;
	}
	if (path_join(path, sizeof(path), a->spec->target_dir, name, NULL) !=
	    ERR_OK)
		return ERR_TOOBIG;
	*fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC |
	    O_NOFOLLOW, FSIO_FILE_MODE);
	if (*fd == -1)
		return diag_errno(&a->diag, "cannot write %s", name);
	return ERR_OK;
}

static enum err
read_kernel(struct attempt *a)
{
	char		 path[PATH_MAX];
	enum err	 e = kernel_read(a->spec->kernel_dir, &a->kernel,
			    &a->diag);

	if (e == ERR_OK && (path_join(path, sizeof(path), a->spec->kernel_dir,
	    KERNEL_VMLINUZ, NULL) != ERR_OK || access(path, R_OK) == -1))
		e = diag_set(&a->diag, ERR_NOTFOUND, NULL,
		    "the kernel image of %s is gone; run \"bpfcompat kernels "
		    "fetch\"", a->spec->profile_id);
	return e == ERR_OK ? ERR_OK : attempt_fail(a, e, "kernel_missing");
}

static enum err
make_cmdline(struct attempt *a)
{
	buf_adds(&a->cmdline, CMDLINE);
	if (!a->initramfs.has_network)
		buf_adds(&a->cmdline, " " WIRE_PARAM_SERIAL);
	if (a->spec->cmdline[0] != '\0')
		buf_addf(&a->cmdline, " %s", a->spec->cmdline);
	buf_addf(&a->tmpl_cmdline, "%s " WIRE_PARAM_WARM,
	    buf_str(&a->cmdline));
	return buf_err(&a->tmpl_cmdline);
}

static enum err
make_initramfs(struct attempt *a)
{
	char		 init[PATH_MAX], validator[PATH_MAX];
	struct initramfs_src src = {
		.cache_dir = a->spec->cache_dir,
		.kernel_dir = a->spec->kernel_dir,
		.release = a->kernel.release,
		.has_modules = a->kernel.has_modules,
		.key_only = a->spec->task == SPEC_LOOK,
		.init = init,
		.validator = validator,
	};
	enum err	 e;

	if ((e = paths_program(a->conf, "bpfcompat-init", init, sizeof(init),
	    &a->diag)) != ERR_OK)
		return attempt_fail(a, e, "internal");
	if (a->conf->validator_bin[0] != '\0')
		snprintf(validator, sizeof(validator), "%s",
		    a->conf->validator_bin);
	else if ((e = paths_program(a->conf, "bpfcompat-validator", validator,
	    sizeof(validator), &a->diag)) != ERR_OK)
		return attempt_fail(a, e, "internal");
	e = initramfs_prepare(&src, &a->initramfs, &a->diag);
	if (e == ERR_OK || e == ERR_NOSPACE)
		return e;
	return attempt_fail(a, e, "internal");
}

static enum err
try_kvm(void *arg, int64_t deadline, struct diag *d)
{
	struct attempt	*a = arg;
	struct vm	*vm = NULL;
	enum err	 e = attempt_cold_vm(a, "kvm", &vm, d);

	if (e == ERR_OK && (e = vm_wait_ready(vm, deadline)) != ERR_OK)
		diag_set(d, e, NULL, "this guest does not come up under KVM: "
		    "%s", err_text(e));
	vm_free(vm);
	/* The serial log begins anew with the guest that counts. */
	if (ftruncate(a->serial_log, 0) == -1)
		attempt_note(a, "the serial log holds a KVM probe, too");
	return e;
}

static void
pick_accel(struct attempt *a)
{
	const struct accel_probe p = { a->qemu, a->spec->cache_dir,
			    a->boot_deadline, a->spec->task == SPEC_LOOK ?
			    NULL : try_kvm, a };

	accel_choose(a->spec->accel, &p, &a->accel);
	if (a->accel.reason[0] != '\0')
		attempt_note(a, "KVM is not used: %s", a->accel.reason);
	if (!accel_user(a->accel.kvm, &a->uid, &a->gid)) {
		a->uid = 0;
		if (geteuid() == 0)
			attempt_note(a, "QEMU runs as root: only root may use "
			    "KVM here");
	}
}

/* tsc.h says why.  KVM has a clock of its own. */
static enum err
tell_frequency(struct attempt *a)
{
	long	 khz;

	if (a->accel.kvm || strcmp(a->kernel.arch, "x86_64") != 0 ||
	    strstr(buf_str(&a->cmdline), "tsc_early_khz=") != NULL ||
	    (khz = tsc_khz(a->spec->cache_dir)) == 0)
		return ERR_OK;
	buf_addf(&a->cmdline, " tsc_early_khz=%ld", khz);
	buf_addf(&a->tmpl_cmdline, " tsc_early_khz=%ld", khz);
	return buf_err(&a->tmpl_cmdline);
}

static enum err
read_inputs(struct attempt *a)
{
	enum err	 e = ERR_OK;

	/* A command gets it as one of its files, if it was given one. */
	if (!a->spec->command)
		e = fsio_read(a->spec->artifact, &a->artifact, &a->diag);
	if (e == ERR_OK && a->spec->plan[0] != '\0')
		e = fsio_read(a->spec->plan, &a->plan, &a->diag);
	return e;
}

enum err
attempt_prepare(struct attempt *a)
{
	enum err	 e;

	if ((e = find_qemu(a)) != ERR_OK ||
	    (e = open_log(a, "serial.log", &a->serial_log)) != ERR_OK ||
	    (e = open_log(a, "qemu.log", &a->qemu_log)) != ERR_OK ||
	    (e = read_kernel(a)) != ERR_OK)
		return e;
	if (a->spec->task < SPEC_WARM && (e = read_inputs(a)) != ERR_OK)
		return attempt_fail(a, e, "internal");
	if ((e = make_initramfs(a)) != ERR_OK ||
	    (e = make_cmdline(a)) != ERR_OK ||
	    (e = sshkeys_make(&a->keys, &a->diag)) != ERR_OK)
		return e;
	pick_accel(a);
	return tell_frequency(a);
}
