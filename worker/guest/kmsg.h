/*
 * Steps in the kernel's own log (wire.h, WIRE_STEP): what the kernel says
 * after one belongs to it.  Several programs may be loaded in one call of
 * libbpf, so bpf(2) itself is watched: the validator is linked with
 * --wrap=syscall, and each map and each program is announced right before
 * the kernel gets it.
 */
#ifndef GUEST_KMSG_H
#define GUEST_KMSG_H

#include <stddef.h>

struct prog;

/* Until this is called the others do nothing: a host keeps its log clean. */
void		 kmsg_open(void);
void		 kmsg_step(const char *phase, const char *name, size_t index,
		    size_t total);
/*
 * From here on the programs [from, to) of "progs", of "total", are loaded in
 * this order, as "phase".  The caller keeps them; NULL: no longer.
 */
void		 kmsg_loads(const char *phase, const struct prog *progs,
		    size_t from, size_t to, size_t total);

#endif /* !GUEST_KMSG_H */
