/*
 * A reply is built whole before a byte of it goes out, so an error half-way
 * drops it and sends a clean error instead.  Status, the one set of headers,
 * the error envelope and the table from error to status live here.
 *
 * A large stored file (a report) is not read into memory: it goes out
 * between the head ("body") and the tail.
 */
#ifndef FCGI_REPLY_H
#define FCGI_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_out.h"
#include "store/store_limit.h"

#define REPLY_BODY_MAX	((size_t)8 * 1024 * 1024) /* 1000 runs, 512 targets */
#define REPLY_ETAG_SIZE	35	/* quotes, 32 hex digits, NUL */

enum	cache_rule {
	CACHE_NONE,		/* no-store */
	CACHE_REVALIDATE,	/* no-cache, with an ETag of the body */
	CACHE_PUBLIC_5MIN,	/* public, max-age=300, with an ETag */
	CACHE_PRIVATE,		/* private, no-cache, with an ETag */
};

struct req;
struct transport;

struct	reply {
	int		 status;
	const char	*type;		/* Content-Type; static */
	const char	*allow;		/* Allow; static or NULL */
	int		 retry_after;	/* seconds; 0: none */
	struct limit_state limit;	/* RateLimit-*; limit 0: none */
	int64_t		 limit_window_s;
	bool		 challenge;	/* WWW-Authenticate */
	enum cache_rule	 cache;
	char		 etag[REPLY_ETAG_SIZE];	/* "": made from the body */
	char		 filename[136];	/* download as; "" for none */
	char		 sha256[SHA256_HEX_SIZE]; /* of the file; "": not said */
	bool		 ranges;	/* parts of the file may be asked for */
	int64_t		 range_first;	/* of a 206; see reply_send() */
	int64_t		 range_total;	/* size of the whole then and for 416 */
	struct buf	 body;
	struct jsonw	 json;		/* on body */
	int		 file_fd;	/* -1: none */
	int64_t		 file_size;
	struct buf	 tail;
	int64_t		 sent;		/* body bytes, for the log */
};

void		 reply_init(struct reply *);
void		 reply_clear(struct reply *);
/* An indented JSON document begins; the caller closes what it opens. */
struct jsonw	*reply_json(struct reply *);
/* Puts a regular file behind the head; takes the descriptor. */
void		 reply_file(struct reply *, int fd, int64_t size);
/*
 * The same inside reply_json(): the file is one JSON value; what is written
 * afterwards goes behind it.  Once per reply.
 */
void		 reply_json_file(struct reply *, const char *key, int fd,
		    int64_t size);
/* An ETag from a digest (64 hex digits) of what is sent. */
void		 reply_etag(struct reply *, const char *sha256);

/*
 * Replaces whatever was built by the error envelope.  The diag's text
 * reaches the client only for errors that are about its request; what went
 * wrong inside is for the log.
 */
void		 reply_err(struct reply *, const struct req *, enum err,
		    const struct diag *);
/* The same with another status than the error's own. */
void		 reply_err_as(struct reply *, const struct req *, enum err,
		    const struct diag *, int status);
int		 reply_err_status(enum err);

/*
 * Answers If-None-Match, and Range where the file is all there is to send
 * and rp->ranges is set.  ERR_IO when the client has gone.
 */
enum err	 reply_send(struct reply *, const struct req *,
		    struct transport *);

#endif /* !FCGI_REPLY_H */
