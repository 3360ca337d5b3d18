/*
 * What the API counts about itself, for Prometheus.  The counters live in
 * memory that all children share, so it does not matter which of them is
 * asked; they begin at zero when the server starts.  Labels come from the
 * route table and other closed lists only: a caller cannot make new ones.
 */
#ifndef FCGI_METRICS_H
#define FCGI_METRICS_H

#include <stdint.h>

#include "action.h"
#include "base/buf.h"
#include "base/err.h"

struct app;
struct metrics;
struct req;
struct route;

/* Before the children are forked. */
enum err	 metrics_new(struct metrics **);
void		 metrics_free(struct metrics *);

/* One answered request; "r" is NULL for a path that is none of ours. */
void		 metrics_request(struct metrics *, const struct route *r,
		    const struct req *, int status, int64_t us);
/* One that a limit refused; ACTION_NONE: for wrong credentials. */
void		 metrics_limited(struct metrics *, enum action);

/* All of it in the text format 0.0.4, with what the database tells. */
enum err	 metrics_write(struct app *, struct buf *);

#endif /* !FCGI_METRICS_H */
