/*
 * A bounded, strict JSON reader; the only header over the JSON library.
 * Refused: bytes after the value, duplicate members, invalid UTF-8, more
 * than JVAL_DEPTH_MAX levels, comments and other leniencies.
 */
#ifndef BASE_JSON_IN_H
#define BASE_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define JVAL_DEPTH_MAX	32

struct jval;	/* a value inside a document; lives as long as the document */

/*
 * Parses one document.  On ERR_OK the caller owns *doc and frees it with
 * jval_free(); ERR_SYNTAX (diag says where) or ERR_NOMEM otherwise.
 */
enum err		 jval_parse(const char *text, size_t len,
			    struct jval **doc, struct diag *);
void			 jval_free(struct jval *doc);

enum	jval_type { JVAL_NULL, JVAL_BOOL, JVAL_INT, JVAL_DOUBLE, JVAL_STR,
	JVAL_ARR, JVAL_OBJ };

enum jval_type		 jval_type(const struct jval *);

/* A member, or NULL when it is not there (or "j" is no object). */
const struct jval	*jval_get(const struct jval *j, const char *key);
/* Elements of an array; 0 for anything else. */
size_t			 jval_len(const struct jval *);
const struct jval	*jval_at(const struct jval *, size_t);
/* Members of an object in order, through jval_each(j, fn, arg). */
typedef enum err	 (*jval_each_fn)(const char *key, const struct jval *,
			    void *arg);
enum err		 jval_each(const struct jval *, jval_each_fn, void *);

/* Value or the fallback when "j" is NULL or of another type. */
const char		*jval_str(const struct jval *, const char *fallback);
int64_t			 jval_int(const struct jval *, int64_t fallback);
bool			 jval_bool(const struct jval *, bool fallback);

/* The same on a member. */
const char		*jval_get_str(const struct jval *, const char *key,
			    const char *fallback);
int64_t			 jval_get_int(const struct jval *, const char *key,
			    int64_t fallback);
bool			 jval_get_bool(const struct jval *, const char *key,
			    bool fallback);
/* A copy of a member's text, "" without one; what is longer is cut. */
void			 jval_copy_str(const struct jval *, const char *key,
			    char *out, size_t size);
/*
 * The value as compact JSON text, valid until the next call on the same
 * value or jval_free().
 */
const char		*jval_text(const struct jval *);
/*
 * Writes the value through "w", indented as "w" is; of a string longer than
 * "str_max" bytes only the end is kept, where a log says what went wrong.
 */
struct jsonw;
void			 jval_write(const struct jval *, struct jsonw *w,
			    const char *key, size_t str_max);

#endif /* !BASE_JSON_IN_H */
