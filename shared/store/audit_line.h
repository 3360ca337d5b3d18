/*
 * One audit event as bytes: how it is written, and what a written one must
 * look like.  Apart from store_audit.c so that whoever checks an export
 * needs no database.
 */
#ifndef STORE_AUDIT_LINE_H
#define STORE_AUDIT_LINE_H

#include "base/buf.h"
#include "base/hash.h"
#include "store/store_audit.h"

#define AUDIT_ID_SIZE	28	/* 20260527T122004.123000017Z + NUL + room */

/* Where an event stands in the stream, and what it was counted for. */
struct	audit_place {
	int64_t		 seq;
	const char	*created_at;		/* whole seconds */
	const char	*event_id;
	const char	*prev;			/* "" for the first */
	int64_t		 count;			/* > 1: a counted row */
	const char	*first_at, *last_at;	/* of a counted row */
};

/*
 * Cuts to AUDIT_TEXT_MAX bytes at a character; what is no UTF-8 or a
 * control character becomes "?".
 */
#define AUDIT_TEXT_SIZE	(AUDIT_TEXT_MAX + 1)
void		 audit_text(const char *, char out[static AUDIT_TEXT_SIZE]);
/* The same for a name: also every byte that no identifier has. */
void		 audit_name(const char *, char out[static AUDIT_TEXT_SIZE]);

/*
 * Appends the line, without LF.  ERR_INVAL: no action, or metadata that is
 * no JSON object; ERR_TOOBIG.
 */
enum err	 audit_line(const struct audit_event *,
		    const struct audit_place *, struct buf *line,
		    char sha256[static SHA256_HEX_SIZE]);
/*
 * The digest of a line's content, and the digest it claims.  ERR_CORRUPT
 * when it does not end in one.
 */
enum err	 audit_line_digest(const char *line, size_t len,
		    char computed[static SHA256_HEX_SIZE],
		    char claimed[static SHA256_HEX_SIZE]);

#endif /* !STORE_AUDIT_LINE_H */
