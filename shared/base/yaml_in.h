/*
 * A bounded, strict YAML reader with positions; the only header over the
 * YAML library.  A file is checked against a table of keys, so that every
 * mistake is "file:line: key: what is wrong".
 *
 * Refused: unknown and duplicate keys, anchors and aliases, tags, a second
 * document, more than YAML_DEPTH_MAX levels or YAML_NODES_MAX values.
 */
#ifndef BASE_YAML_IN_H
#define BASE_YAML_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define YAML_DEPTH_MAX	8
#define YAML_NODES_MAX	8192
#define YAML_FILE_MAX	(256 * 1024)
#define YAML_STR_MAX	4096

struct ydoc;
struct yval;	/* a value inside a document; lives as long as it */

enum	ykind {
	Y_STR,		/* min, max: length in bytes */
	Y_INT,		/* min, max: the number */
	Y_BOOL,		/* true or false */
	Y_STRS,		/* list of strings; min, max: how many */
	Y_MAP,		/* keys in "sub" */
	Y_MAPS,		/* list of maps; min, max: how many */
	Y_FREE		/* a map that is not looked into */
};

struct	ykey {
	const char		*name;	/* NULL ends a table */
	enum ykind		 kind;
	bool			 required;
	int64_t			 min;
	int64_t			 max;
	const struct ykey	*sub;
};

/*
 * Parses one document and checks it against "keys".  "label" is how
 * messages name the file.  On ERR_OK the caller frees *doc with
 * ydoc_free(); ERR_SYNTAX or ERR_INVAL otherwise, with a full message.
 */
enum err		 ydoc_parse(const char *label, const char *text,
			    size_t len, const struct ykey *keys,
			    struct ydoc **doc, struct diag *);
/* The same from a file of at most YAML_FILE_MAX bytes. */
enum err		 ydoc_load(const char *path, const char *label,
			    const struct ykey *keys, struct ydoc **doc,
			    struct diag *);
void			 ydoc_free(struct ydoc *);
const struct yval	*ydoc_root(const struct ydoc *);

/* Member of a map, or NULL. */
const struct yval	*yval_get(const struct yval *, const char *key);
size_t			 yval_len(const struct yval *);
const struct yval	*yval_at(const struct yval *, size_t);
/* Value, or the fallback when "v" is NULL; the table made sure of the type. */
const char		*yval_str(const struct yval *, const char *fallback);
int64_t			 yval_int(const struct yval *, int64_t fallback);
bool			 yval_bool(const struct yval *, bool fallback);

/*
 * For rules a table cannot say: ERR_INVAL with "label:line: key: text" at
 * the place of "v" (NULL: line 1).  "key" as in "profiles[2].id".
 */
enum err		 ydoc_fail(const struct ydoc *, const struct yval *v,
			    struct diag *, const char *key,
			    const char *fmt, ...)
			    __attribute__((format(printf, 5, 6)));

#endif /* !BASE_YAML_IN_H */
