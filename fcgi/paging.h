/*
 * What every list of the history takes: artifact_name, artifact_version,
 * status, profile, from, to, limit and cursor; and what it answers beside its
 * rows: next_cursor, when there are more.
 */
#ifndef FCGI_PAGING_H
#define FCGI_PAGING_H

#include "field.h"
#include "route.h"
#include "store/page.h"

extern const struct field paging_fields[];

struct	paging {
	struct page	 page;
	const char	*list;	/* name of the list, for its cursors */
	char		 from[PAGE_TIME_SIZE], to[PAGE_TIME_SIZE];
	int64_t		 limit;	/* rows wanted; the page asks for one more */
};

/* From the fields of the call; "list" is static.  ERR_INVAL. */
enum err	 paging_read(struct call *, const char *list,
		    struct paging *);
/* How many of "n" rows to show. */
size_t		 paging_shown(const struct paging *, size_t n);
/*
 * Within the reply's object: next_cursor, when there are more rows than are
 * shown; "last" is the place of the last one shown.
 */
enum err	 paging_end(const struct paging *, bool more,
		    const struct page_place *last, struct jsonw *);
/* A row's place; texts that do not fit were never written by us. */
void		 paging_place(struct page_place *, const char *at,
		    const char *run_id, int64_t seq);

#endif /* !FCGI_PAGING_H */
