/*
 * The signed history as rows: appended inside a transaction that has read
 * the end of the chain, and never touched again.  What a record says is
 * domain/history.h's; here it is a line with a digest.
 */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "store/db.h"

/* The end of the chain. */
struct	history_end {
	int64_t	 seq;				/* 0: no record yet */
	char	 sha256[SHA256_HEX_SIZE];	/* "" then */
};

/* A record to append; the strings stay the caller's. */
struct	history_new {
	const char	*run_id, *created_at;
	const char	*name, *version, *sha256, *status;
	const char	*record_sha256, *line;
	const char	*head;	/* the signed statement of the new end */
};

/*
 * Makes and signs the record that follows "end"; called inside the write
 * transaction, so it has to be quick.  What *rec points to has to live until
 * the transaction ends.
 */
typedef enum err (*history_make_fn)(const struct history_end *end, void *arg,
    struct history_new *rec);

/*
 * Within the caller's write transaction: reads the end, asks "make", appends.
 * ERR_EXISTS: this run has a record.
 */
enum err	 store_history_append(struct db *, history_make_fn make,
		    void *arg);

struct	history_row {
	int64_t	 seq;
	char	*run_id, *record_sha256, *line;
};

/* Newest first; of one artifact, or of all when "name" is NULL. */
enum err	 store_history_list(struct db *, const char *name,
		    int64_t limit, struct history_row **, size_t *n);
/* In the order of the chain, from "seq" on. */
enum err	 store_history_from(struct db *, int64_t seq, int64_t limit,
		    struct history_row **, size_t *n);
void		 history_rows_free(struct history_row *, size_t n);
/* *line is the caller's; ERR_NOTFOUND before the first record. */
enum err	 store_history_head(struct db *, char **line);

#endif /* !STORE_HISTORY_H */
