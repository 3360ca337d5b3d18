/*
 * The body of a request into the fields of its route: a form with files, or
 * one JSON object.  Authority was asked before; what can be said about the
 * body without reading it is said first.
 */
#ifndef FCGI_BODY_H
#define FCGI_BODY_H

#include "route.h"

enum err	 body_check(const struct app *, const struct route *,
		    struct call *);
/*
 * Reads it.  "before_file" (NULL: none) is asked once, after the fields that
 * came so far, when the first file begins: nothing of it is kept before.
 */
enum err	 body_read(struct app *, const struct route *, struct call *,
		    enum err (*before_file)(struct app *, struct call *));

#endif /* !FCGI_BODY_H */
