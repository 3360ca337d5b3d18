/*
 * The quick and strict reader of a record's line: it accepts exactly the
 * bytes that the writer of the form writes, in one pass and without memory,
 * so what is hashed and signed are pieces of the line itself.  A line that
 * it refuses is read again by history_parse(), to say what is wrong with it.
 */
#ifndef DOMAIN_HISTORY_SCAN_H
#define DOMAIN_HISTORY_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "domain/history_fields.h"

struct	history_span {
	const char	*p;
	size_t		 len;
};

struct	history_scan {
	enum jsonw_style	 style;		/* how its writer escaped */
	/* Raw values by the row of history_fields[]: of a text what stands
	   between the quotes, of a list what stands between the brackets. */
	struct history_span	 raw[HISTORY_NFIELDS];
	/* The line without what the seal put in: three pieces. */
	struct history_span	 piece[3];
};

/*
 * True when the line is a record, byte for byte as written; the spans point
 * into it.  White space around it has to be gone.
 */
bool		 history_scan(const char *line, size_t len,
		    struct history_scan *);
/* Appends the bytes that are hashed and signed. */
enum err	 history_scan_canonical(const struct history_scan *,
		    struct buf *);
/*
 * Undoes the escapes of a raw text; "out" has room for len + 1 bytes.
 * Returns the length.
 */
size_t		 history_unescape(struct history_span, char *out);
/* Is the text of the field, unescaped, this one? */
bool		 history_scan_is(const struct history_scan *,
		    enum history_field, const char *);
/*
 * The text of a field as a string in "out"; false when it does not fit.
 * For the short ones: digests, ids, times, signatures.
 */
bool		 history_scan_text(const struct history_scan *,
		    enum history_field, char *out, size_t size);

#endif /* !DOMAIN_HISTORY_SCAN_H */
