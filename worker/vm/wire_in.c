#include "worker/vm/wire_in.h"

#include <string.h>

#include "base/cursor.h"
#include "worker/guest/wire.h"

void
wire_in_init(struct wire_in *w, wire_frame_fn fn, void *arg)
{
	memset(w, 0, sizeof(*w));
	/* A frame and what one read may bring beyond it. */
	buf_init(&w->b, WIRE_HEADER_LEN + 2 * WIRE_CHUNK_MAX);
	w->fn = fn;
	w->arg = arg;
}

void
wire_in_clear(struct wire_in *w)
{
	buf_clear(&w->b);
}

static bool
known(char type)
{
	return type == WIRE_PROGRESS || type == WIRE_LOG_BEGIN ||
	    type == WIRE_LOG_DATA || type == WIRE_LOG_END ||
	    type == WIRE_RESULT || type == WIRE_END;
}

/* Takes whole frames off the front; the rest stays for the next bytes. */
static enum err
take_frames(struct wire_in *w)
{
	struct cursor	 c;
	const void	*p;
	size_t		 used = 0;
	uint32_t	 len;
	char		 type;
	enum err	 e = ERR_OK;

	while (w->b.len - used >= WIRE_HEADER_LEN) {
		cursor_init(&c, w->b.data + used, w->b.len - used);
		type = (char)cursor_u8(&c);
		len = cursor_u32(&c);
		if (w->ended || !known(type) || len > WIRE_CHUNK_MAX)
			return ERR_PROTO;
		if ((p = cursor_take(&c, len)) == NULL)
			break;
		w->ended = type == WIRE_END;
		if ((e = w->fn(w->arg, type, p, len)) != ERR_OK)
			return e;
		used += WIRE_HEADER_LEN + len;
	}
	buf_consume(&w->b, used);
	return w->ended && w->b.len > 0 ? ERR_PROTO : ERR_OK;
}

enum err
wire_in_feed(struct wire_in *w, const void *p, size_t len)
{
	const char	*s = p;
	size_t		 n;

	while (len > 0 && w->err == ERR_OK) {
		n = len < WIRE_CHUNK_MAX ? len : WIRE_CHUNK_MAX;
		if ((w->err = buf_add(&w->b, s, n)) == ERR_OK)
			w->err = take_frames(w);
		s += n;
		len -= n;
	}
	return w->err;
}
