/*
 * Headers with a grammar of their own.  First line Range, second If-Range,
 * third a form's Content-Type, fourth a client's address.
 */
#include "tests/fuzz/fuzz.h"

#include "fcgi/limits.h"
#include "fcgi/multipart.h"
#include "fcgi/range.h"

#define ETAG	"\"0123456789abcdef0123456789abcdef\""

static void
range_holds(const char *range, const char *if_range, int64_t size)
{
	int64_t		 first = -1, count = -1;
	enum range	 r;

	r = range_parse(range, if_range, ETAG, size, &first, &count);
	if (r == RANGE_PART)
		MUST(first >= 0 && count > 0 && first < size &&
		    count <= size - first);
	if (if_range[0] != '\0' && strcmp(if_range, ETAG) != 0)
		MUST(r == RANGE_WHOLE);
}

static void
boundary_holds(const char *type)
{
	char		 boundary[MULTIPART_BOUNDARY_MAX + 1];
	struct diag	 d = DIAG_INIT;

	if (multipart_boundary(type, boundary, &d) == ERR_OK)
		MUST(boundary[0] != '\0' &&
		    strlen(boundary) <= MULTIPART_BOUNDARY_MAX);
	else
		MUST(d.msg[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char	*text = fuzz_string(p, len), *rest = text, *line[4];
	char	 shown[96];

	for (size_t i = 0; i < 4; i++)
		if ((line[i] = strsep(&rest, "\n")) == NULL)
			line[i] = text + len;
	range_holds(line[0], line[1], 0);
	range_holds(line[0], line[1], 1);
	range_holds(line[0], line[1], 1000);
	range_holds(line[0], line[1], INT64_MAX);
	range_holds(line[0], "", 1000);
	boundary_holds(line[2]);
	limits_address(line[3], shown, sizeof(shown));
	MUST(shown[0] != '\0' && strlen(shown) < sizeof(shown));
	free(text);
	return 0;
}
