/* What a compiler says on standard error, as data. */
#ifndef COMPILE_CDIAG_H
#define COMPILE_CDIAG_H

#include <stddef.h>

#include "base/json_out.h"

#define CDIAG_MAX	100	/* kept of one compilation */
/* Where the source lies in the sandbox; cut from every name. */
#define CDIAG_SRC_DIR	"/src/"
#define CDIAG_INC_DIR	"/sdk/"

/*
 * Writes the elements of an array: {file, line, column, severity, message}
 * for each "FILE:LINE:COLUMN: SEVERITY: MESSAGE" of the text; file, line
 * and column are left out where there is none.  "severity" is error, warning or
 * note; a fatal error is an error.  Returns how many errors there were.
 */
size_t		 cdiag_write(const char *text, size_t len, struct jsonw *);

#endif /* !COMPILE_CDIAG_H */
