/*
 * The environment a variant's guest was given (wire.h): what init set and
 * found, and the limits that are for the process that loads.
 */
#ifndef GUEST_ENVIRON_H
#define GUEST_ENVIRON_H

#include <stdint.h>

struct jsonw;

/*
 * Takes the memory lock limit of the environment, if it has one: from then on
 * libbpf does not raise it either.  Called by the process that loads, after
 * the probes: they ask what the kernel can, whatever the limit.
 */
void	 environ_enter(void);
/* The limit that environ_enter() took, in bytes; 0: none. */
int64_t	 environ_memlock(void);
/*
 * Kernels before 5.11 count what was freed until a grace period has passed;
 * returns after one when there is a limit.
 */
void	 environ_settle(void);
/* Member "environment"; nothing when the guest was given none. */
void	 environ_write(struct jsonw *);

#endif /* !GUEST_ENVIRON_H */
