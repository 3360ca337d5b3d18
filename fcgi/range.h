/*
 * Range requests (RFC 9110, section 14): one range of bytes.  A header that
 * asks for several ranges, in another unit or in no readable way is ignored
 * and the whole is sent, as the RFC allows.
 */
#ifndef FCGI_RANGE_H
#define FCGI_RANGE_H

#include <stdint.h>

enum	range {
	RANGE_WHOLE,	/* nothing asked for, or nothing to be heeded */
	RANGE_PART,	/* *first and *count say which */
	RANGE_BEYOND,	/* 416: no byte of it is there */
};

/*
 * "header" is Range, "if_range" If-Range or "" (then it holds when it is the
 * strong "etag" byte for byte; a date never does, as nothing has one).
 */
enum range	 range_parse(const char *header, const char *if_range,
		    const char *etag, int64_t size, int64_t *first,
		    int64_t *count);

#endif /* !FCGI_RANGE_H */
