/*
 * Frames that come from the guest (worker/guest/wire.h), out of a stream of
 * bytes.  The guest is hostile: an unknown type, a long frame or anything
 * after the end breaks the stream for good.
 */
#ifndef VM_WIRE_IN_H
#define VM_WIRE_IN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Called once a whole frame is there; "p" is valid during the call. */
typedef enum err (*wire_frame_fn)(void *arg, char type, const void *p,
		    size_t len);

struct	wire_in {
	struct buf	 b;
	wire_frame_fn	 fn;
	void		*arg;
	bool		 ended;		/* the end frame was taken */
	enum err	 err;		/* sticks */
};

void		 wire_in_init(struct wire_in *, wire_frame_fn, void *arg);
void		 wire_in_clear(struct wire_in *);
/* ERR_PROTO when the peer breaks the rules, else what the callback said. */
enum err	 wire_in_feed(struct wire_in *, const void *, size_t);

#endif /* !VM_WIRE_IN_H */
