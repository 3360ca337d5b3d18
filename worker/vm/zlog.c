#include "worker/vm/zlog.h"

#include <stdlib.h>
#include <zstd.h>

/* Largest window, as log2: 8 MiB, what level 19 and below need. */
#define WINDOW_MAX	23
#define CHUNK		(64 * 1024)

struct	zlog {
	ZSTD_DCtx	*ctx;
};

enum err
zlog_new(struct zlog **out)
{
	struct zlog	*z = calloc(1, sizeof(*z));

	if (z == NULL)
		return ERR_NOMEM;
	if ((z->ctx = ZSTD_createDCtx()) == NULL) {
		free(z);
		return ERR_NOMEM;
	}
	ZSTD_DCtx_setParameter(z->ctx, ZSTD_d_windowLogMax, WINDOW_MAX);
	*out = z;
	return ERR_OK;
}

void
zlog_free(struct zlog *z)
{
	if (z == NULL)
		return;
	ZSTD_freeDCtx(z->ctx);
	free(z);
}

void
zlog_begin(struct zlog *z)
{
	ZSTD_DCtx_reset(z->ctx, ZSTD_reset_session_only);
}

bool
zlog_feed(struct zlog *z, const void *p, size_t len, struct buf *to)
{
	ZSTD_inBuffer	 in = { p, len, 0 };
	char		 chunk[CHUNK];
	ZSTD_outBuffer	 out;
	size_t		 room;

	do {
		out = (ZSTD_outBuffer){ chunk, sizeof(chunk), 0 };
		if (ZSTD_isError(ZSTD_decompressStream(z->ctx, &out, &in)))
			return false;
		room = to->max - to->len;
		if (out.pos > room) {
			buf_add(to, chunk, room);
			return false;
		}
		buf_add(to, chunk, out.pos);
	} while (in.pos < in.size || out.pos == sizeof(chunk));
	return true;
}
