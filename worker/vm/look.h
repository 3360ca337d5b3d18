/*
 * A look at a guest's CPU from outside, for one that does not answer: is it
 * idle, or has it been in the kernel with interrupts off all the time?  Asks
 * QEMU's monitor, so the guest has no say in it.
 */
#ifndef VM_LOOK_H
#define VM_LOOK_H

#include <stddef.h>

#include "worker/vm/vm.h"

/* One clause for a sentence, or "" when nothing can be said. */
void	 look_at_cpu(struct vm *, char *out, size_t size);
/* The same for registers as the monitor shows them; for tests. */
enum	look { LOOK_UNKNOWN, LOOK_IDLE, LOOK_NO_INTERRUPTS, LOOK_OTHER };
enum look look_parse(const char *registers);

#endif /* !VM_LOOK_H */
