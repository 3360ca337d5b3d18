#include "range.h"

#include <stdbool.h>
#include <string.h>

/* Digits at *s, moved past; -1 for none or for more than fit. */
static int64_t
number(const char **s)
{
	int64_t	 n = 0;

	if (**s < '0' || **s > '9')
		return -1;
	for (; **s >= '0' && **s <= '9'; (*s)++) {
		if (n > (INT64_MAX - 9) / 10)
			return -1;
		n = n * 10 + (**s - '0');
	}
	return n;
}

/* "bytes=A-B", "bytes=A-", "bytes=-N"; false for anything else. */
static bool
split(const char *s, int64_t *from, int64_t *to)
{
	static const char	 unit[] = "bytes=";

	if (strncmp(s, unit, sizeof(unit) - 1) != 0)
		return false;
	s += sizeof(unit) - 1;
	*from = *to = -1;
	if (*s != '-' && (*from = number(&s)) == -1)
		return false;
	if (*s++ != '-')
		return false;
	if (*s != '\0' && (*to = number(&s)) == -1)
		return false;
	return *s == '\0' && (*from != -1 || *to != -1) &&
	    (*from == -1 || *to == -1 || *from <= *to);
}

enum range
range_parse(const char *header, const char *if_range, const char *etag,
    int64_t size, int64_t *first, int64_t *count)
{
	int64_t	 from, to;

	if (!split(header, &from, &to) || (if_range[0] != '\0' &&
	    (etag[0] == '\0' || strcmp(if_range, etag) != 0)))
		return RANGE_WHOLE;
	if (from == -1) {		/* the last "to" bytes */
		if (to == 0 || size == 0)
			return RANGE_BEYOND;
		from = to >= size ? 0 : size - to;
		to = size - 1;
	}
	if (from >= size)
		return RANGE_BEYOND;
	if (to == -1 || to >= size)
		to = size - 1;
	*first = from;
	*count = to - from + 1;
	return RANGE_PART;
}
