/*
 * Typed input.  A route lists its fields; what comes in the query string, as
 * form parts or as members of a JSON body is checked against that list and
 * ends as typed values, so a handler never sees raw text.  An unknown form
 * part or member is an error (a misspelt "required_profiles" must not change
 * a verdict); an unknown query parameter is ignored.
 */
#ifndef FCGI_FIELD_H
#define FCGI_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "store/object.h"

#define FIELDS_MAX		24	/* in one table */
#define FIELD_LIST_MAX		1024	/* items of one list, before dedup */

enum	field_flag {
	FIELD_QUERY	= 1 << 0,	/* taken from the query string */
	FIELD_FORM	= 1 << 1,	/* from the body; the query wins */
	FIELD_LIST	= 1 << 2,	/* repeated and comma-separated */
	FIELD_FILE	= 1 << 3,	/* a form part with a file name */
	FIELD_REQUIRED	= 1 << 4,
	/* What a JSON body has to hold; else a string (fcgi/json_body.h). */
	FIELD_NUMBER	= 1 << 5,
	FIELD_BOOL	= 1 << 6,
	FIELD_OBJECT	= 1 << 7,	/* an object; its text is the value */
};

struct field;

/* How a field ended up; owned by its struct fields. */
struct	value {
	bool		 set;	/* present and not blank */
	const char	*str;	/* trimmed text; "" when not set */
	int64_t		 num;	/* what the checker made of it */
	const char	**list;	/* sorted, without duplicates */
	size_t		 nlist;
	struct object	*file;	/* sealed by fields_check() */
	const char	*filename;	/* "" or a plain base name */
	struct buf	 raw;	/* text; list items end with NUL */
	bool		 from_query, from_form;
};

/*
 * Checks trimmed, non-blank text and may set v->num or v->str (to something
 * static).  ERR_INVAL with a diag that says the rule.
 */
typedef enum err (*field_fn)(const struct field *, const struct conf *,
	    struct value *, struct diag *);

struct	field {
	const char	*name;
	field_fn	 check;
	unsigned int	 flags;
	/* Bytes of text or of one list item; of a file, 0: the route's. */
	size_t		 max;
};

struct	fields {
	const struct field	*table;	/* ends with a NULL name */
	struct value		 v[FIELDS_MAX];
};

void		 fields_init(struct fields *, const struct field *table);
void		 fields_clear(struct fields *);
/* Index of a field, or -1. */
int		 fields_find(const struct fields *, const char *name);

/*
 * Takes what the table wants from "a=1&b=2".  ERR_INVAL: too long, bad
 * percent encoding, given twice.
 */
enum err	 fields_query(struct fields *, const char *query,
		    struct diag *);
/* A form part begins; ERR_INVAL when the field may not come (again). */
enum err	 fields_begin(struct fields *, int i, struct diag *);
/* Its text; ERR_INVAL over the field's limit. */
enum err	 fields_text(struct fields *, int i, const void *, size_t,
		    struct diag *);
/* Ends a part or parameter of a list. */
enum err	 fields_end(struct fields *, int i, struct diag *);
/* The trimmed text as it came so far, before it is checked; "" if none. */
const char	*fields_peek(const struct fields *, const char *name,
		    char *out, size_t size);
/*
 * Everything has arrived: trims, checks, sorts lists, seals files, in the
 * order of the table.
 */
enum err	 fields_check(struct fields *, const struct conf *,
		    struct diag *);

/* --- checkers ----------------------------------------------------------- */

enum err	 field_text(const struct field *, const struct conf *,
		    struct value *, struct diag *);	/* one line, UTF-8 */
enum err	 field_prose(const struct field *, const struct conf *,
		    struct value *, struct diag *);	/* several lines */
enum err	 field_job_id(const struct field *, const struct conf *,
		    struct value *, struct diag *);
enum err	 field_run_id(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* A profile id; for a list each item. */
enum err	 field_profile(const struct field *, const struct conf *,
		    struct value *, struct diag *);
enum err	 field_count(const struct field *, const struct conf *,
		    struct value *, struct diag *);	/* 0 and up */
enum err	 field_limit(const struct field *, const struct conf *,
		    struct value *, struct diag *);	/* list lengths */
enum err	 field_timeout(const struct field *, const struct conf *,
		    struct value *, struct diag *);	/* num: ms */
enum err	 field_concurrency(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* str: "load_only", "load_attach" or "behavior". */
enum err	 field_mode(const struct field *, const struct conf *,
		    struct value *, struct diag *);
enum err	 field_uri(const struct field *, const struct conf *,
		    struct value *, struct diag *);	/* http or https */
/* A file that must not be empty and must be ELF. */
enum err	 field_object(const struct field *, const struct conf *,
		    struct value *, struct diag *);
/* Any file or text. */
enum err	 field_any(const struct field *, const struct conf *,
		    struct value *, struct diag *);

/* true or false, in the spellings of conf.h; num: 1 or 0. */
enum err	 field_bool(const struct field *, const struct conf *,
		    struct value *, struct diag *);

#define FIELD_LIMIT_DEFAULT	200
#define FIELD_LIMIT_CAP		1000	/* a longer list is cut to this */

#endif /* !FCGI_FIELD_H */
