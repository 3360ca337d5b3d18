/*
 * What the fuzz targets share.  A target is one function; it must accept
 * any bytes, and abort() when a promise of the code under test is broken.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MUST(x)	do { if (!(x)) abort(); } while (0)

/* The input as a string; the caller frees it. */
static inline char *
fuzz_string(const uint8_t *p, size_t len)
{
	char	*s = malloc(len + 1);

	MUST(s != NULL);
	if (len > 0)
		memcpy(s, p, len);
	s[len] = '\0';
	return s;
}

#endif /* !TESTS_FUZZ_FUZZ_H */
