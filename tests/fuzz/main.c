/*
 * Replays seeds without a fuzzer: "make check" links this main with every
 * fuzz_X.c, so that what a fuzzer once found stays found on any compiler.
 * Each seed is also tried cut short at every length and with bytes changed
 * by a fixed sequence; under the sanitizers that finds the careless read.
 *
 *   fuzz_X FILE...
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/fsio.h"

#define SEED_MAX	(1024 * 1024)
/* Cutting a seed at every length costs its square. */
#define CUT_MAX		4096
#define CHANGES		400

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* xorshift64: the same changes everywhere, every time. */
static uint64_t
next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* In memory of exactly this size, so that a sanitizer sees one byte more. */
static void
feed(const void *p, size_t len)
{
	uint8_t	*copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, p, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static void
vary(char *p, size_t len)
{
	static const char	 odd[] = "\0\n\r\"\\{}[]:-\x80\xff/%0";
	uint64_t		 s = 88172645463325252u;

	for (size_t n = 0; n < len && n < CUT_MAX; n++)
		feed(p, n);
	for (int i = 0; i < CHANGES && len > 0; i++) {
		size_t	 at = next(&s) % len;
		char	 old = p[at];

		p[at] = i % 2 == 0 ? odd[next(&s) % (sizeof(odd) - 1)] :
		    (char)(old ^ 1 << next(&s) % 8);
		feed(p, len);
		/* Every fourth change stays: faults come in company. */
		if (i % 4 != 0)
			p[at] = old;
	}
}

int
main(int argc, char **argv)
{
	struct diag	 d = DIAG_INIT;

	for (int i = 1; i < argc; i++) {
		struct buf	 b = BUF_INIT(SEED_MAX);

		if (fsio_read(argv[i], &b, &d) != ERR_OK) {
			fprintf(stderr, "%s: %s\n", argv[i], diag_text(&d));
			return 1;
		}
		feed(buf_str(&b), b.len);
		vary(b.data, b.len);
		buf_clear(&b);
	}
	return 0;
}
