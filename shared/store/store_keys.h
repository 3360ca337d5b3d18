/*
 * Statements about the keys that sign, as rows: which key signs since when,
 * which one is revoked.  What a statement says is domain/history_ring.h's.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/timefmt.h"
#include "store/db.h"

/* What the columns of a statement say; the strings are somebody else's. */
struct	key_row {
	int64_t		 seq;	/* from 1 */
	const char	*at, *action, *key_id, *public_key, *reason;
	const char	*sha256, *prev_sha256, *line;
};

/* The last statement, and the key that signs now. */
struct	keys_end {
	int64_t	 seq;				/* 0: no statement yet */
	char	 sha256[SHA256_HEX_SIZE];	/* "" then */
	char	 at[TIME_RFC3339_SIZE];
	char	 key[48];	/* public key that signs now, base64; "" */
	char	 from[TIME_RFC3339_SIZE];	/* since when; "": ever */
};

enum err	 store_keys_end(struct db *, struct keys_end *);
/* Within the caller's write transaction; only the worker's role may. */
enum err	 store_keys_add(struct db *, const struct key_row *);
/* In order; the row's strings are valid during the call. */
typedef enum err (*key_row_fn)(const struct key_row *, void *arg);
enum err	 store_keys_each(struct db *, key_row_fn fn, void *arg);
/*
 * How many records of all chains hold the text "mark", and the times of the
 * first and the last.  Reads the whole history.
 */
enum err	 store_keys_use(struct db *, const char *mark, int64_t *n,
		    char first[static TIME_RFC3339_MS_SIZE],
		    char last[static TIME_RFC3339_MS_SIZE]);

#endif /* !STORE_KEYS_H */
