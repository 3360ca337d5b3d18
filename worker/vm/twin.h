/*
 * Do two guests of one kernel say the same about one object?  A clone of a
 * saved guest and one that was booted anew have to; where they differ, the
 * saved one is at fault.  Compared is what a verdict rests on: status and
 * errno of the whole, of each program and of each map, and what the verifier
 * counted.  Times, logs and the machine code's length are not.
 */
#ifndef VM_TWIN_H
#define VM_TWIN_H

#include <stddef.h>

#include "base/json_in.h"

/*
 * Two documents of the validator (validator.v0.4).  Returns how many values
 * differ and describes the first few in "text" ("" for none).
 */
size_t	 twin_compare(const struct jval *one, const struct jval *other,
	    char *text, size_t size);

#endif /* !VM_TWIN_H */
