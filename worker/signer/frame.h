/*
 * Between the worker and its signer: both ways a 32-bit big-endian length
 * and so many bytes.  A request is the bytes to sign, an answer one JSON
 * object: signature_alg, signature_key_id, signature_public_key and
 * signature (the envelope that an external signer gives, too), or error.
 *
 * A line in front of the bytes says which key is meant when it is not the
 * active one: "next" is the one to come (created when there is none), "use
 * PUBLIC_KEY" the named one, which becomes the active one.  After them there
 * may be nothing to sign; then only the key is told.
 */
#ifndef SIGNER_FRAME_H
#define SIGNER_FRAME_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Both work on a stream until "deadline" (time_mono_ms() clock; -1: for
 * ever).  ERR_NOTFOUND: the other end was closed before a frame began;
 * ERR_TIMEOUT, ERR_TOOBIG (longer than the buffer's maximum), ERR_IO.
 */
enum err	 frame_send(int fd, const void *, size_t, int64_t deadline);
enum err	 frame_recv(int fd, struct buf *, int64_t deadline);

#endif /* !SIGNER_FRAME_H */
