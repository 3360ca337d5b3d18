/*
 * multipart/form-data (RFC 7578) as a push parser: bytes go in as they
 * come, parts come out through three calls.  It holds one window of the
 * body in memory, whatever the size of a part, and makes no allocation
 * after multipart_new().  Strict: CRLF line ends, no folded headers, no
 * transfer encodings.
 */
#ifndef FCGI_MULTIPART_H
#define FCGI_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define MULTIPART_BOUNDARY_MAX	70	/* RFC 2046, 5.1.1 */
#define MULTIPART_HEADER_MAX	2048	/* all headers of one part */
#define MULTIPART_NAME_MAX	64
#define MULTIPART_FILENAME_MAX	255
#define MULTIPART_PARTS_MAX	1200	/* two full profile lists and the rest */

struct	multipart_part {
	char	 name[MULTIPART_NAME_MAX + 1];
	char	 filename[MULTIPART_FILENAME_MAX + 1]; /* last path segment */
	bool	 has_filename;
};

/* An error from any of them ends the parse and is what the feeder gets. */
struct	multipart_sink {
	enum err	(*begin)(void *, const struct multipart_part *,
			    struct diag *);
	enum err	(*data)(void *, const void *, size_t, struct diag *);
	enum err	(*end)(void *, struct diag *);
	void		*arg;
};

struct multipart;

/*
 * The boundary out of a Content-Type value.  ERR_MEDIA: this is not
 * multipart/form-data; ERR_SYNTAX: no or no valid boundary.
 */
enum err	 multipart_boundary(const char *content_type,
		    char [static MULTIPART_BOUNDARY_MAX + 1], struct diag *);

enum err	 multipart_new(const char *boundary,
		    const struct multipart_sink *, struct multipart **);
void		 multipart_free(struct multipart *);

/* ERR_SYNTAX with the reason; the parser is of no use after an error. */
enum err	 multipart_feed(struct multipart *, const void *, size_t,
		    struct diag *);
/* No more bytes: ERR_SYNTAX unless the closing boundary was seen. */
enum err	 multipart_end(struct multipart *, struct diag *);

#endif /* !FCGI_MULTIPART_H */
