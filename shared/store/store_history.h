/*
 * The signed history as rows: appended inside a transaction that has read
 * the end of the chain, and never touched again.  What a record says is
 * domain/history.h's; here it is a line with a digest.
 *
 * There are many chains: "" is the server's own, "tenant/project" that of a
 * registry project.  The database itself refuses a second beginning, a gap
 * and a fork in each of them.
 */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "store/db.h"
#include "store/page.h"
#include "store/store_keys.h"

#define HISTORY_CHAIN_SERVER	""
#define HISTORY_CHAIN_MAX	257	/* bytes of "tenant/project" */
/* The first signed end and every so many-th is kept as a checkpoint. */
#define HISTORY_CHECKPOINT_STEP	64

/* The end of a chain, and of the statements about keys. */
struct	history_end {
	const char	*chain;
	int64_t		 seq;			/* 0: no record yet */
	char		 sha256[SHA256_HEX_SIZE]; /* "" then */
	const char	*line;	/* the last record, "" when there is none */
	struct keys_end	 keys;
};

/* A record to append; the strings stay the caller's. */
struct	history_new {
	const char	*run_id, *created_at;
	const char	*name, *version, *sha256, *status;
	const char	*record_sha256, *line;
	const char	*head;	/* the signed statement of the new end */
	const struct key_row *begin;	/* first of all statements about
					   keys, when there is none yet */
};

/*
 * Makes and signs the record that follows "end"; called inside the write
 * transaction, so it has to be quick.  What *rec points to has to live until
 * the transaction ends; what "end" points to lives as long as the call.
 */
typedef enum err (*history_make_fn)(const struct history_end *end, void *arg,
    struct history_new *rec);

/*
 * Within the caller's write transaction: reads the end, asks "make", appends.
 * Only the worker's role may.  ERR_EXISTS: this run has a record.
 */
enum err	 store_history_append(struct db *, const char *chain,
		    history_make_fn make, void *arg);

/* What the columns say; strings owned where a list of rows is returned. */
struct	history_row {
	int64_t	 seq;
	char	*run_id, *created_at;
	char	*name, *version, *sha256, *status;
	char	*record_sha256, *prev_sha256, *line;
};

/* Newest first, what the page wants; a profile only in the server's chain. */
enum err	 store_history_page(struct db *, const char *chain,
		    const struct page *, struct history_row **, size_t *n);
/* Newest first; of one artifact, or of all when "name" is NULL. */
enum err	 store_history_list(struct db *, const char *chain,
		    const char *name, int64_t limit, struct history_row **,
		    size_t *n);
/* The record of a run of this server, as a list of one or none. */
enum err	 store_history_of_run(struct db *, const char *run_id,
		    struct history_row **, size_t *n);
/* The same in the chains that were imported. */
enum err	 store_history_of_import(struct db *, const char *run_id,
		    struct history_row **, size_t *n);
/* The record at a place, as a list of one or none. */
enum err	 store_history_at(struct db *, const char *chain, int64_t seq,
		    struct history_row **, size_t *n);
/* All that a statement gives, its columns those of the functions above. */
enum err	 store_history_rows(struct stmt *, struct history_row **,
		    size_t *n);
void		 history_rows_free(struct history_row *, size_t n);
/*
 * In the order of the chain, from "from" to "to".  The row's strings are
 * valid during the call, in which no other rows of this connection can be
 * asked for; an error of "fn" ends it and is returned.
 */
typedef enum err (*history_row_fn)(const struct history_row *, void *arg);
enum err	 store_history_each(struct db *, const char *chain,
		    int64_t from, int64_t to, history_row_fn fn, void *arg);
/* How a chain ends, and what is signed about that. */
struct	history_last {
	int64_t	 seq;				/* 0: no record */
	char	 sha256[SHA256_HEX_SIZE];	/* "" then */
	int64_t	 head_seq;
	char	*head;				/* owned; NULL: none */
};

enum err	 store_history_last(struct db *, const char *chain,
		    struct history_last *);
void		 history_last_clear(struct history_last *);
/*
 * The nearest kept end at or behind "seq", or at or before it.  *line is the
 * caller's.  ERR_NOTFOUND when there is none.
 */
enum err	 store_history_checkpoint(struct db *, const char *chain,
		    int64_t seq, bool before, int64_t *at, char **line);
/*
 * All kept ends of a chain in their order, with the digest of the record in
 * that place ("": there is none).  Strings are valid during the call, in
 * which this cannot be asked again; an error of "fn" ends it.
 */
typedef enum err (*history_kept_fn)(int64_t seq, const char *line,
    const char *record_sha256, void *arg);
enum err	 store_history_kept(struct db *, const char *chain,
		    history_kept_fn fn, void *arg);
/* Where else than at "not" a record with this digest is. */
enum err	 store_history_find(struct db *, const char *chain,
		    const char *sha256, int64_t not, int64_t *seq);
/* Another statement of the same end, signed by another key. */
enum err	 store_history_head_put(struct db *, const char *chain,
		    int64_t seq, const char *line);
/*
 * Names of all chains that have a record or a signed end; the caller frees
 * each and *v.
 */
enum err	 store_history_chains(struct db *, char ***v, size_t *n);

#endif /* !STORE_HISTORY_H */
