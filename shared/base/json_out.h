/*
 * A streaming JSON writer over a struct buf.  It puts commas, indents,
 * escapes; a wrong nesting is a programming error and shows as
 * ERR_INTERNAL in the buffer.  Strings: "<", ">", "&", U+2028 and U+2029
 * are written as escapes (clients of the peer rely on it and it is safe in
 * HTML); bytes that are not UTF-8 become U+FFFD.
 */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The canonical styles are compact, too, and byte for byte what a signed
 * history record is made of: U+007F stands as it is, and backspace and form
 * feed have the short escape (or, LONG, the \u form of older writers).
 */
enum	jsonw_style {
	JSONW_COMPACT,
	JSONW_INDENT,
	JSONW_CANONICAL,
	JSONW_CANONICAL_LONG
};

#define JSONW_DEPTH_MAX	32

struct	jsonw {
	struct buf	*out;
	enum jsonw_style style;
	int		 depth;
	char		 close[JSONW_DEPTH_MAX];
	bool		 empty[JSONW_DEPTH_MAX];
};

void	 jsonw_init(struct jsonw *, struct buf *, enum jsonw_style);
/* "key" is NULL inside an array and at the top. */
void	 jsonw_obj(struct jsonw *, const char *key);
void	 jsonw_arr(struct jsonw *, const char *key);
/* Closes the innermost object or array. */
void	 jsonw_end(struct jsonw *);
/* NULL value: null. */
void	 jsonw_str(struct jsonw *, const char *key, const char *val);
void	 jsonw_strn(struct jsonw *, const char *key, const char *, size_t);
/* Left out when NULL or "". */
void	 jsonw_str_opt(struct jsonw *, const char *key, const char *val);
/* An array of strings; nothing when there are none. */
void	 jsonw_strs_opt(struct jsonw *, const char *key, char *const *,
	    size_t n);
void	 jsonw_int(struct jsonw *, const char *key, int64_t);
/* Left out when 0. */
void	 jsonw_int_opt(struct jsonw *, const char *key, int64_t);
void	 jsonw_bool(struct jsonw *, const char *key, bool);
void	 jsonw_null(struct jsonw *, const char *key);
/* Text that already is one JSON value (checked by whoever stored it). */
void	 jsonw_raw(struct jsonw *, const char *key, const char *json,
	    size_t len);

#endif /* !BASE_JSON_OUT_H */
