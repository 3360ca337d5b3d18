/*
 * Compiler flags that a stranger may give with a source.  An allow-list: a
 * flag that is not in it could read files, load a plug-in or run a program.
 *
 *	-O1 -O2		optimisation (without it programs do not load)
 *	-g		type information; always on
 *	-DNAME		NAME a C identifier
 *	-DNAME=VALUE	VALUE of letters, digits and _ . , : + - ( )
 *	-UNAME
 *	-mcpu=v1 ... v4	instruction set
 *	-I DIR, -IDIR	DIR below the provided headers, such as bpf or linux
 *	-WNAME		warnings; letters, digits, "-", "+" and "="
 */
#ifndef DOMAIN_CFLAGS_H
#define DOMAIN_CFLAGS_H

#include <stddef.h>

#include "base/err.h"

#define CFLAGS_TEXT_MAX	1024	/* of all of them, as given */
#define CFLAGS_MAX	64

struct	cflags {
	char		 text[2 * CFLAGS_TEXT_MAX];	/* what flag[] is in */
	const char	*flag[CFLAGS_MAX];
	size_t		 n;
};

/*
 * Splits the text at blanks and checks every flag.  "-I DIR" becomes
 * "-IDIR".  ERR_INVAL with the field "clang_flags", the flag and the rule.
 */
enum err	 cflags_parse(const char *text, struct cflags *,
		    struct diag *);

#endif /* !DOMAIN_CFLAGS_H */
