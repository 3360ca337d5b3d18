/* From files to a guest that can be reached over SSH. */
#include <limits.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "worker/vm/attempt.h"

static enum err
vm_error(struct attempt *a, enum err e)
{
	return e == ERR_NOTFOUND ? attempt_fail(a, e, "qemu_missing") : e;
}

enum err
attempt_cold_vm(struct attempt *a, const char *accel, struct vm **vm,
    struct diag *d)
{
	struct vm_opts	 o = VM_OPTS_INIT;
	char		 vmlinuz[PATH_MAX];
	enum err	 e;

	if ((e = path_join(vmlinuz, sizeof(vmlinuz), a->spec->kernel_dir,
	    KERNEL_VMLINUZ, NULL)) != ERR_OK ||
	    (e = initramfs_compose(&a->initramfs, &a->keys, &o.initrd_fd,
	    d)) != ERR_OK)
		return e;
	o.qemu = a->qemu;
	o.accel = accel;
	o.kernel = vmlinuz;
	o.cmdline = buf_str(&a->cmdline);
	o.memory_mb = (int)a->spec->memory_mb;
	o.cpus = (int)a->spec->cpus;
	o.network = a->initramfs.has_network;
	o.serial_log = a->serial_log;
	o.qemu_log = a->qemu_log;
	o.cancel_fd = a->cancel_fd;
	o.uid = a->uid;
	o.gid = a->gid;
	e = vm_start(&o, vm, d);
	close(o.initrd_fd);
	return e;
}

enum err
attempt_boot(struct attempt *a)
{
	enum err	 e;

	attempt_stage(a, STAGE_BOOT);
	if ((e = attempt_cold_vm(a, a->accel.kvm ? "kvm" : "tcg", &a->vm,
	    &a->diag)) != ERR_OK)
		return vm_error(a, e);
	if ((e = vm_handshake(a->vm, a->boot_deadline, &a->diag)) != ERR_OK)
		return e;
	return vm_wait_ready(a->vm, a->boot_deadline);
}
