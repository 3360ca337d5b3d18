/* SHA-256, hex, base64, random identifiers; over OpenSSL. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SHA256_LEN	32
#define SHA256_HEX_SIZE	65	/* with the NUL */

struct sha256;	/* a running digest */

enum err	 sha256_new(struct sha256 **);
void		 sha256_add(struct sha256 *, const void *, size_t);
void		 sha256_hex(struct sha256 *, char [static SHA256_HEX_SIZE]);
void		 sha256_free(struct sha256 *);

enum err	 sha256_mem(const void *, size_t,
		    char [static SHA256_HEX_SIZE]);
/* ERR_NOTFOUND, ERR_IO as open(2) and read(2) say. */
enum err	 sha256_file(const char *path, char [static SHA256_HEX_SIZE]);

/* Lower case; "out" has room for 2 * len + 1. */
void		 hex_encode(const void *, size_t len, char *out);
/* 64 lower-case hex digits and nothing else? */
int		 hex_is_sha256(const char *);

/* Exactly 2 * len hex digits of either case; ERR_SYNTAX otherwise. */
enum err	 hex_decode(const char *, void *out, size_t len);

/* HMAC with SHA-256 (RFC 2104). */
enum err	 hmac_sha256(const void *key, size_t key_len, const void *,
		    size_t, uint8_t [static SHA256_LEN]);
/* Takes as long wherever the first difference is. */
bool		 secret_equal(const void *, const void *, size_t);

/* Standard base64 with padding, appended; no line ends. */
enum err	 b64_encode(const void *, size_t len, struct buf *out);
/* Blanks and line ends are skipped; ERR_SYNTAX for anything else foreign. */
enum err	 b64_decode(const char *, size_t len, struct buf *out);
/*
 * The same for a text of known length: ERR_SYNTAX unless it is base64 of
 * exactly "want" bytes.  *got, if not NULL, is how many there are.
 */
enum err	 b64_exact(const char *, size_t len, void *out, size_t want,
		    size_t *got);

/*
 * The alphabet for URLs, without padding, as signed tokens have it (RFC 7515,
 * appendix C).  Reading skips nothing, and one text is all that means the
 * bytes; writing appends.
 */
enum err	 b64url_encode(const void *, size_t len, struct buf *out);
enum err	 b64url_decode(const char *, size_t len, struct buf *out);

/* Bytes from getrandom(2); ends the process if the kernel has none. */
void		 rnd_bytes(void *, size_t);
/* 2 * n lower-case hex digits and a NUL. */
void		 rnd_hex(size_t n, char *out);

#endif /* !BASE_HASH_H */
