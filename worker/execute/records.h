/*
 * Who owns what is pinned: one record a load, STATE/loads/<id>.json, beside
 * the folder BPFFS/<id> that holds its links.  Whether a load is there is
 * never believed of the record: the kernel is asked for each link by its
 * pin, and has to name the link and the program that were recorded.
 *
 * All of this happens under one lock, so that what a loader left that was
 * killed in the middle (BPFFS/new-<id>) can be told from one at work.
 */
#ifndef EXECUTE_RECORDS_H
#define EXECUTE_RECORDS_H

#include "base/json_out.h"
#include "worker/execute/load.h"
#include "worker/execute/request.h"

struct	records {
	const char	*state;		/* folder for records */
	const char	*bpffs;		/* folder for links, below a bpffs */
	int		 lock;
};

/*
 * Takes the lock and clears away what killed loaders left.  With "write"
 * both folders are made and "bpffs" has to lie on a BPF file system:
 * ERR_UNSUPPORTED.
 */
enum err	 records_open(struct records *, bool write, int64_t deadline,
		    struct diag *);
void		 records_close(struct records *);

/* A load of the same bytes for the same owner that is whole; "" if none. */
enum err	 records_find(const struct records *,
		    const struct execute_request *, char id[static
		    EXECUTE_ID_MAX + 1]);
/* The folder to pin to, made; ERR_EXISTS: there is such a load. */
enum err	 records_begin(const struct records *, const char *id,
		    char *dir, size_t size, struct diag *);
/* The record, then the folder's final name. */
enum err	 records_commit(const struct records *,
		    const struct execute_request *,
		    const struct load_result *, struct diag *);
void		 records_abort(const struct records *, const char *id);

/* One load, with what the kernel says now; ERR_NOTFOUND. */
enum err	 records_show(const struct records *, const char *id,
		    struct jsonw *, const char *key, struct diag *);
/* All of them, as elements of an array. */
enum err	 records_each(const struct records *, struct jsonw *,
		    struct diag *);
/*
 * Takes the links away that are ours.  ERR_CORRUPT: something else is pinned
 * under a name of theirs; nothing is touched then.
 */
enum err	 records_detach(const struct records *, const char *id,
		    const char *by, struct diag *);

/*
 * An array with each link; "ids" also of those that have none, as 0: the
 * records are read back by them.
 */
void		 records_links(struct jsonw *, const char *key,
		    const struct load_result *, bool ids);

#endif /* !EXECUTE_RECORDS_H */
