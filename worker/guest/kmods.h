/*
 * Kernel modules that programs may want to be attached in.  A machine that
 * uses xfs has that module loaded, a guest has not; and what is in a module
 * that is not loaded is not there for the kernel.
 */
#ifndef GUEST_KMODS_H
#define GUEST_KMODS_H

#include <stdbool.h>
#include <stddef.h>

struct run;

/*
 * Loads the modules whose names begin the names of functions, events and
 * hooks that programs go to; a program whose module this guest does not
 * carry gets its name (prog.module).
 */
void	 kmods_run(struct run *);

/*
 * The module of a list (one name a line, "_" for "-") that a name is of: its
 * longest beginning up to a "_" that is a module, "xfs" for "xfs_file_open",
 * what is before a ":", which libbpf takes for a module, or what is known to
 * be short for one, "bridge" for "br_forward".  False:
 * none, or longer than "size".  Pure.
 */
bool	 kmods_match(const char *list, const char *name, char *module,
	    size_t size);

#endif /* !GUEST_KMODS_H */
