/*
 * Pages of a long list, newest first.  A page begins right after a row (not
 * at a number of rows), so it costs the same wherever it lies, and rows that
 * arrive meanwhile neither repeat nor skip one.
 *
 * The place travels to clients as a cursor: text they hand back unread.  It
 * carries a digest of the filter, so it fits only the list it came from, and
 * is refused unless it is byte for byte what page_cursor() writes.
 */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

#define PAGE_CURSOR_MAX	256
#define PAGE_AT_SIZE	32
#define PAGE_ID_SIZE	72

/* A row's place in the order; at "" is the very beginning. */
struct	page_place {
	char	 at[PAGE_AT_SIZE];	/* its time, as stored */
	char	 id[PAGE_ID_SIZE];	/* its run */
	int64_t	 seq;			/* in its chain; 0 for runs */
};

/* NULL: do not filter. */
struct	page {
	const char	*name;
	const char	*version;	/* only with a name */
	const char	*status, *profile;
	const char	*from, *to;	/* page_time(): from <= t < to */
	int64_t		 limit;		/* < 0: all */
	struct page_place after;
};

/*
 * "2026-05-27" or "2026-05-27T12:00:00Z" as rows are compared with it: below
 * every time of that second, with or without a fraction.  ERR_INVAL.
 */
#define PAGE_TIME_SIZE	20
enum err	 page_time(const char *, char [static PAGE_TIME_SIZE]);

/* "list" names the list (and its chain); out has PAGE_CURSOR_MAX bytes. */
enum err	 page_cursor(const struct page *, const char *list,
		    const struct page_place *, char *out);
/* Sets p->after; the filter has to be set already.  ERR_INVAL. */
enum err	 page_cursor_parse(struct page *p, const char *list,
		    const char *cursor);

/* One statement for each way to narrow; the best one is taken and bound. */
struct	page_stmts {
	enum stmt_id	 all, status, name, version, profile;
};
struct stmt	*page_stmt(struct db *, const struct page *,
		    const struct page_stmts *);

#endif /* !STORE_PAGE_H */
