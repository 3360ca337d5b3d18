#include "worker/vm/qemu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/guest/wire.h"
#include "worker/vm/qmp.h"

void
qemu_args_clear(struct qemu_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	memset(a, 0, sizeof(*a));
}

void
qemu_args_add(struct qemu_args *a, const char *fmt, ...)
{
	va_list	 ap;
	char	*s = NULL;

	if (a->err != ERR_OK)
		return;
	if (a->n == QEMU_ARGS_MAX - 1) {
		a->err = ERR_FULL;
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		s = NULL;
	va_end(ap);
	if (s == NULL)
		a->err = ERR_NOMEM;
	else
		a->v[a->n++] = s;
}

/* Switch and value. */
static void
pair(struct qemu_args *a, const char *opt, const char *val)
{
	qemu_args_add(a, "%s", opt);
	qemu_args_add(a, "%s", val);
}

static void
add_machine(const struct vm_opts *o, const struct qemu_fds *f,
    struct qemu_args *a)
{
	qemu_args_add(a, "-machine");
	qemu_args_add(a, QEMU_MACHINE ",usb=off,vmport=off,sata=off,"
	    "smbus=off%s", f->ram != -1 ? ",memory-backend=ram" : "");
	qemu_args_add(a, "-accel");
	qemu_args_add(a, "%s", o->accel);
	pair(a, "-cpu", QEMU_CPU);
	qemu_args_add(a, "-smp");
	qemu_args_add(a, "%d", o->cpus);
	qemu_args_add(a, "-m");
	qemu_args_add(a, "%d", o->memory_mb);
	if (f->ram != -1) {
		qemu_args_add(a, "-object");
		qemu_args_add(a, "memory-backend-file,id=ram,size=%dM,"
		    "mem-path=/proc/self/fd/%d,share=%s", o->memory_mb,
		    f->ram, o->ram_private ? "off" : "on");
	}
}

static void
add_chardev(struct qemu_args *a, const char *id, int fd)
{
	qemu_args_add(a, "-chardev");
	qemu_args_add(a, "socket,id=%s,fd=%d", id, fd);
}

/*
 * The guest sees nothing of this machine: restrict=on drops all it sends,
 * but for answers through the one forward, on a port QEMU picks.
 */
static void
add_devices(const struct vm_opts *o, const struct qemu_fds *f,
    struct qemu_args *a)
{
	add_chardev(a, "serial", f->serial);
	pair(a, "-serial", "chardev:serial");
	pair(a, "-object", "rng-builtin,id=rng");
	pair(a, "-device", "virtio-rng-pci,rng=rng");
	if (o->control || !o->network)
		pair(a, "-device", "virtio-serial-pci,id=vser");
	if (o->control) {
		add_chardev(a, "ctl", f->ctl);
		pair(a, "-device", "virtserialport,bus=vser.0,nr=1,"
		    "chardev=ctl,name=" WIRE_PORT_CTL);
	}
	if (o->network) {
		pair(a, "-netdev", "user,id=net,restrict=on,ipv6=off,"
		    "hostfwd=tcp:127.0.0.1:0-10.0.2.15:22");
		pair(a, "-device", "virtio-net-pci,netdev=net,romfile=");
	} else {
		add_chardev(a, "ssh", f->ssh);
		pair(a, "-device", "virtserialport,id=" QMP_SSH_PORT
		    ",bus=vser.0,nr=2,chardev=ssh,name=" WIRE_PORT_SSH);
	}
}

enum err
qemu_args_build(const struct vm_opts *o, const struct qemu_fds *f,
    struct qemu_args *a)
{
	memset(a, 0, sizeof(*a));
	qemu_args_add(a, "%s", o->qemu);
	pair(a, "-name", "bpfcompat");
	add_machine(o, f, a);
	qemu_args_add(a, "-nodefaults");
	qemu_args_add(a, "-no-user-config");
	qemu_args_add(a, "-no-reboot");
	pair(a, "-display", "none");
	pair(a, "-vga", "none");
	pair(a, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,"
	    "spawn=deny,resourcecontrol=deny");
	add_chardev(a, "qmp", f->qmp);
	pair(a, "-mon", "chardev=qmp,mode=control");
	add_devices(o, f, a);
	if (f->kernel != -1) {
		qemu_args_add(a, "-kernel");
		qemu_args_add(a, "/proc/self/fd/%d", f->kernel);
		pair(a, "-append", o->cmdline);
	}
	if (f->initrd != -1) {
		qemu_args_add(a, "-initrd");
		qemu_args_add(a, "/proc/self/fd/%d", f->initrd);
	}
	if (f->state != -1) {
		pair(a, "-incoming", "defer");
		qemu_args_add(a, "-S");
	}
	return a->err;
}
