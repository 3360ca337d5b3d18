/* QEMU's command line, and what kind of QEMU it is. */
#ifndef VM_QEMU_H
#define VM_QEMU_H

#include <stddef.h>

#include "base/err.h"
#include "worker/vm/vm.h"

#define QEMU_ARGS_MAX	96

struct	qemu_args {
	char		*v[QEMU_ARGS_MAX];	/* NULL at the end */
	size_t		 n;
	enum err	 err;
};

/* Ends of socket pairs and files that QEMU inherits; -1: not there. */
struct	qemu_fds {
	int	 kernel;
	int	 initrd;
	int	 ram;
	int	 state;
	int	 qmp;
	int	 serial;
	int	 ssh;
	int	 ctl;
};

/* Machine type and CPU model; both belong into a template's key. */
#define QEMU_MACHINE	"q35"
#define QEMU_CPU	"max"

enum err	 qemu_args_build(const struct vm_opts *,
		    const struct qemu_fds *, struct qemu_args *);
void		 qemu_args_clear(struct qemu_args *);
void		 qemu_args_add(struct qemu_args *, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));

#endif /* !VM_QEMU_H */
