/*
 * From files to a guest that can be reached over SSH: a clone of a saved
 * guest when there may be one, else a boot of its own.  A template that
 * fails is never the end: the cold boot takes over and the notes say why.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "worker/guest/wire.h"
#include "worker/vm/attempt.h"

/* Longest a clone may take until its init answers; usual are 0.1 s. */
#define CLONE_MS	15000
/* The same for a guest that was just ready. */
#define PROBE_MS	3000

/* The earlier of "ms" from now and a deadline. */
static int64_t
soon(int64_t ms, int64_t deadline)
{
	int64_t	 t = time_mono_ms() + ms;

	return t < deadline ? t : deadline;
}

static const char *
accel_name(const struct attempt *a)
{
	return a->accel.kvm ? "kvm" : "tcg";
}

/* What all guests of this attempt have in common. */
static enum err
common(const struct attempt *a, char vmlinuz[static PATH_MAX],
    struct vm_opts *o)
{
	*o = (struct vm_opts)VM_OPTS_INIT;
	o->qemu = a->qemu;
	o->accel = accel_name(a);
	o->kernel = vmlinuz;
	o->cmdline = buf_str(&a->cmdline);
	o->memory_mb = (int)a->spec->memory_mb;
	o->cpus = (int)a->spec->cpus;
	o->network = a->initramfs.has_network;
	o->serial_log = a->serial_log;
	o->qemu_log = a->qemu_log;
	o->cancel_fd = a->cancel_fd;
	o->uid = a->uid;
	o->gid = a->gid;
	return path_join(vmlinuz, PATH_MAX, a->spec->kernel_dir,
	    KERNEL_VMLINUZ, NULL);
}

enum err
attempt_cold_vm(struct attempt *a, const char *accel, struct vm **vm,
    struct diag *d)
{
	struct vm_opts	 o;
	char		 vmlinuz[PATH_MAX];
	enum err	 e;

	if ((e = common(a, vmlinuz, &o)) != ERR_OK ||
	    (e = initramfs_compose(&a->initramfs, &a->keys, &o.initrd_fd,
	    d)) != ERR_OK)
		return e;
	o.accel = accel;
	e = vm_start(&o, vm, d);
	close(o.initrd_fd);
	return e;
}

/* --- templates ----------------------------------------------------------- */

/* The guest that becomes a template; its keys are of no use to anybody. */
static enum err
boot_template(void *arg, int ram_fd, int64_t deadline, struct vm **out,
    struct diag *d)
{
	struct attempt	*a = arg;
	struct sshkeys	 keys = { 0 };
	struct vm_opts	 o;
	struct vm	*vm = NULL;
	char		 vmlinuz[PATH_MAX];
	enum err	 e;

	if ((e = common(a, vmlinuz, &o)) != ERR_OK ||
	    (e = sshkeys_make(&keys, d)) != ERR_OK ||
	    (e = initramfs_compose(&a->initramfs, &keys, &o.initrd_fd, d)) !=
	    ERR_OK)
		goto out;
	o.cmdline = buf_str(&a->tmpl_cmdline);
	o.control = true;
	o.ram_fd = ram_fd;
	e = vm_start(&o, &vm, d);
	close(o.initrd_fd);
	if (e != ERR_OK || (e = vm_handshake(vm, deadline, d)) != ERR_OK)
		goto out;
	if ((e = vm_wait_ready(vm, deadline)) != ERR_OK)
		diag_set(d, e, NULL, "the guest to be saved does not come "
		    "up: %s", err_text(e));
	else if (vm_clock_ahead(vm) > 0)
		e = diag_set(d, ERR_CORRUPT, NULL, "the clock of the guest "
		    "to be saved ran %lld times too fast",
		    (long long)vm_clock_ahead(vm));
	else if ((e = vm_control_probe(vm, soon(PROBE_MS, deadline), d)) ==
	    ERR_TIMEOUT)
		/* Not the fault of this moment: it would not next time. */
		e = ERR_UNSUPPORTED;
out:
	sshkeys_clear(&keys);
	if (e == ERR_OK)
		*out = vm;
	else
		vm_free(vm);
	return e;
}

/* Fresh random numbers, keys and time: what makes a clone itself. */
static enum err
make_itself(struct attempt *a, struct vm *vm, int64_t deadline,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(WIRE_CTL_MAX);
	unsigned char	 entropy[WIRE_CTL_ENTROPY];
	char		 hex[2 * WIRE_CTL_ENTROPY + 1];
	enum err	 e;

	rnd_bytes(entropy, sizeof(entropy));
	hex_encode(entropy, sizeof(entropy), hex);
	buf_addf(&b, "clone %lld %s ", (long long)time_now_ms() * 1000000,
	    hex);
	b64_encode(a->keys.host_file.data, a->keys.host_file.len, &b);
	buf_addc(&b, ' ');
	b64_encode(a->keys.authorized.data, a->keys.authorized.len, &b);
	buf_addc(&b, '\n');
	if ((e = buf_err(&b)) == ERR_OK)
		e = vm_control(vm, b.data, b.len, deadline, d);
	explicit_bzero(entropy, sizeof(entropy));
	explicit_bzero(hex, sizeof(hex));
	if (b.data != NULL)
		explicit_bzero(b.data, b.len);
	buf_clear(&b);
	return e;
}

static enum err
start_clone(struct attempt *a, int64_t deadline, struct diag *d)
{
	struct vm_opts	 o;
	char		 vmlinuz[PATH_MAX];
	enum err	 e = common(a, vmlinuz, &o);

	if (e != ERR_OK)
		return e;
	o.control = true;
	o.ram_fd = a->tmpl.ram_fd;
	o.ram_private = true;
	o.state_fd = a->tmpl.state_fd;
	if ((e = vm_start(&o, &a->vm, d)) != ERR_OK ||
	    (e = vm_handshake(a->vm, deadline, d)) != ERR_OK ||
	    (e = template_resume(a->vm, a->tmpl.state_fd, deadline, d)) !=
	    ERR_OK)
		return e;
	return make_itself(a, a->vm, deadline, d);
}

enum err
attempt_name_template(struct attempt *a, struct diag *d)
{
	const struct template_parts p = {
		.cache_dir = a->spec->cache_dir,
		.profile_id = a->spec->profile_id,
		.qemu = a->qemu,
		.accel = accel_name(a),
		.initramfs_key = a->initramfs.key,
		.vmlinuz_sha256 = a->kernel.vmlinuz_sha256,
		.cmdline = buf_str(&a->tmpl_cmdline),
		.memory_mb = a->spec->memory_mb,
		.cpus = a->spec->cpus,
		.uid = a->uid,
		.network = a->initramfs.has_network,
	};

	return template_init(&a->tmpl, &p, d);
}

/* Opens the template; builds it first if there is none. */
static enum err
have_template(struct attempt *a, int64_t deadline, struct diag *d)
{
	enum err	 e = template_open(&a->tmpl, d);

	if (e != ERR_NOTFOUND)
		return e;
	e = template_build(&a->tmpl, a->spec->memory_mb, a->uid != 0,
	    boot_template, a, deadline, d);
	if (e == ERR_UNSUPPORTED || e == ERR_TIMEOUT)
		template_discard(&a->tmpl, e == ERR_UNSUPPORTED,
		    diag_text(d));
	if (e != ERR_OK)
		return e;
	template_evict(a->spec->cache_dir, a->conf->template_mb * 1024 * 1024,
	    a->tmpl.key);
	return template_open(&a->tmpl, d);
}

static enum err
boot_clone(struct attempt *a, struct diag *d)
{
	int		 left = time_left_ms(a->boot_deadline);
	enum err	 e;

	/* Half of the time is left for a boot without it. */
	if ((e = attempt_name_template(a, d)) != ERR_OK ||
	    (e = have_template(a, a->boot_deadline - left / 2, d)) != ERR_OK)
		return e;
	e = start_clone(a, soon(CLONE_MS, a->boot_deadline), d);
	if (e != ERR_OK && e != ERR_CANCELED)
		template_discard(&a->tmpl, e != ERR_TIMEOUT, diag_text(d));
	return e;
}

enum err
attempt_template(struct attempt *a)
{
	enum err	 e = attempt_name_template(a, &a->diag);

	if (e != ERR_OK)
		return e;
	if (a->spec->task == SPEC_WARM) {
		e = have_template(a, a->boot_deadline, &a->diag);
		/* That it cannot be saved is an answer. */
		if (e == ERR_UNSUPPORTED || e == ERR_UNAVAILABLE ||
		    e == ERR_TIMEOUT)
			e = ERR_OK;
	}
	template_look(&a->tmpl, &a->look);
	return e;
}

/* --- the choice ---------------------------------------------------------- */

static enum err
boot_cold(struct attempt *a)
{
	enum err	 e = attempt_cold_vm(a, accel_name(a), &a->vm,
			    &a->diag);

	if (e == ERR_NOTFOUND)
		return attempt_fail(a, e, "qemu_missing");
	if (e != ERR_OK ||
	    (e = vm_handshake(a->vm, a->boot_deadline, &a->diag)) != ERR_OK)
		return e;
	return vm_wait_ready(a->vm, a->boot_deadline);
}

enum err
attempt_boot(struct attempt *a)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	a->cloned = !a->spec->fresh_boot && a->spec->task == SPEC_JUDGE &&
	    a->conf->template_mb > 0;
	attempt_stage(a, STAGE_BOOT);
	if (a->cloned) {
		e = boot_clone(a, &d);
		if (e == ERR_OK || e == ERR_CANCELED)
			return e;
		attempt_note(a, "no template, booted anew: %s",
		    diag_text(&d));
		vm_free(a->vm);
		a->vm = NULL;
		a->cloned = false;
		attempt_say_stage(a);
	}
	return boot_cold(a);
}
