/* From one C source to BPF objects, in the box of box.h. */
#ifndef COMPILE_COMPILE_H
#define COMPILE_COMPILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "domain/cflags.h"

#define COMPILE_OUTPUT_MAX	((size_t)512 * 1024)	/* of stderr */
#define COMPILE_VERSION_MAX	200

struct	compile {
	const char	*compiler;	/* program, "clang" */
	const char	*sdk;		/* folder: include/, ARCH/vmlinux.h */
	const char	*source;	/* file */
	const char	*name;		/* how it is called: prog.bpf.c */
	const struct cflags *flags;
	int64_t		 timeout_ms;	/* of one compilation */
};

struct	compiled {
	bool		 ok;
	struct buf	 object;
	struct buf	 output;	/* what the compiler said */
	char		 why[300];	/* "": the compiler itself says it */
};

/*
 * First line of what the compiler says of itself.  ERR_NOTFOUND,
 * ERR_UNAVAILABLE: it cannot be run in a box here; diag has the remedy.
 */
enum err	 compile_version(const struct compile *,
		    char [static COMPILE_VERSION_MAX], struct diag *);
/*
 * Compiles for "x86_64" or "arm64".  ERR_OK also when the source is wrong:
 * then out->ok is false.  Other errors are not the source's fault.
 * compiled_clear() in any case; "max" is the largest object.
 */
enum err	 compile_run(const struct compile *, const char *arch,
		    size_t max, struct compiled *out, struct diag *);
void		 compiled_clear(struct compiled *);

#endif /* !COMPILE_COMPILE_H */
