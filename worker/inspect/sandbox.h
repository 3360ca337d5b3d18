/*
 * What the inspector gives up before it looks at the first byte: every
 * system call but reading and writing what is open, memory, and the end;
 * new privileges; core files; time and memory without limit.
 */
#ifndef INSPECT_SANDBOX_H
#define INSPECT_SANDBOX_H

#include "base/err.h"

/* Processor seconds and bytes of address space. */
#define SANDBOX_CPU_S	10
#define SANDBOX_MEMORY	((unsigned long)768 * 1024 * 1024)

/* ERR_OK, or the process must not go on; diag says what failed. */
enum err	 sandbox_enter(struct diag *);

#endif /* !INSPECT_SANDBOX_H */
