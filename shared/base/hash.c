#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct	sha256 {
	EVP_MD_CTX	*ctx;
};

enum err
sha256_new(struct sha256 **out)
{
	struct sha256	*h = calloc(1, sizeof(*h));

	if (h == NULL)
		return ERR_NOMEM;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL ||
	    EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) != 1) {
		sha256_free(h);
		return ERR_NOMEM;
	}
	*out = h;
	return ERR_OK;
}

void
sha256_add(struct sha256 *h, const void *p, size_t len)
{
	/* Cannot fail on an initialised software digest. */
	if (EVP_DigestUpdate(h->ctx, p, len) != 1)
		abort();
}

void
sha256_hex(struct sha256 *h, char out[static SHA256_HEX_SIZE])
{
	unsigned char	 md[SHA256_LEN];

	if (EVP_DigestFinal_ex(h->ctx, md, NULL) != 1)
		abort();
	hex_encode(md, sizeof(md), out);
}

void
sha256_free(struct sha256 *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	free(h);
}

enum err
sha256_mem(const void *p, size_t len, char out[static SHA256_HEX_SIZE])
{
	struct sha256	*h;
	enum err	 e;

	if ((e = sha256_new(&h)) != ERR_OK)
		return e;
	sha256_add(h, p, len);
	sha256_hex(h, out);
	sha256_free(h);
	return ERR_OK;
}

enum err
sha256_file(const char *path, char out[static SHA256_HEX_SIZE])
{
	struct sha256	*h = NULL;
	char		 chunk[64 * 1024];
	ssize_t		 n;
	int		 fd;
	enum err	 e;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return err_from_errno(errno);
	if ((e = sha256_new(&h)) != ERR_OK)
		goto out;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n == -1) {
			if (errno == EINTR)
				continue;
			e = err_from_errno(errno);
			goto out;
		}
		sha256_add(h, chunk, (size_t)n);
	}
	sha256_hex(h, out);
out:
	sha256_free(h);
	close(fd);
	return e;
}

void
hex_encode(const void *p, size_t len, char *out)
{
	static const char	 digits[] = "0123456789abcdef";
	const unsigned char	*b = p;

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[b[i] >> 4];
		*out++ = digits[b[i] & 15];
	}
	*out = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err
hex_decode(const char *s, void *out, size_t len)
{
	unsigned char	*b = out;

	for (size_t i = 0; i < len; i++) {
		int	 hi = hex_digit(s[2 * i]);
		int	 lo = hi == -1 ? -1 : hex_digit(s[2 * i + 1]);

		if (lo == -1)
			return ERR_SYNTAX;
		b[i] = (unsigned char)(hi << 4 | lo);
	}
	return s[2 * len] == '\0' ? ERR_OK : ERR_SYNTAX;
}

enum err
hmac_sha256(const void *key, size_t key_len, const void *p, size_t len,
    uint8_t out[static SHA256_LEN])
{
	unsigned int	 n = SHA256_LEN;

	if (key_len > INT_MAX)
		return ERR_TOOBIG;
	return HMAC(EVP_sha256(), key, (int)key_len, p, len, out, &n) != NULL ?
	    ERR_OK : ERR_NOMEM;
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

int
hex_is_sha256(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static const char	 b64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789+/";

enum err
b64_encode(const void *p, size_t len, struct buf *out)
{
	const unsigned char	*b = p;
	uint32_t		 v;
	size_t			 n;

	for (; len > 0; b += n, len -= n) {
		n = len < 3 ? len : 3;
		v = (uint32_t)b[0] << 16;
		if (n > 1)
			v |= (uint32_t)b[1] << 8;
		if (n > 2)
			v |= b[2];
		buf_addc(out, b64_digits[v >> 18]);
		buf_addc(out, b64_digits[v >> 12 & 63]);
		buf_addc(out, n > 1 ? b64_digits[v >> 6 & 63] : '=');
		buf_addc(out, n > 2 ? b64_digits[v & 63] : '=');
	}
	return buf_err(out);
}

enum err
b64_decode(const char *s, size_t len, struct buf *out)
{
	const char	*at;
	uint32_t	 v = 0;
	int		 bits = 0, pads = 0;

	for (; len > 0; s++, len--) {
		if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
			continue;
		if (*s == '=' && ++pads <= 2)
			continue;
		at = *s == '\0' ? NULL : strchr(b64_digits, *s);
		if (at == NULL || pads > 0)
			return ERR_SYNTAX;
		v = v << 6 | (uint32_t)(at - b64_digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_addc(out, (char)(v >> bits));
			v &= (1u << bits) - 1;
		}
	}
	/* What is left over are the padding bits, which must be zero. */
	if (v != 0 || bits >= 6)
		return ERR_SYNTAX;
	return buf_err(out);
}

void
rnd_bytes(void *p, size_t len)
{
	unsigned char	*b = p;
	ssize_t		 n;

	while (len > 0) {
		n = getrandom(b, len, 0);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			abort();
		}
		b += n;
		len -= (size_t)n;
	}
}

void
rnd_hex(size_t n, char *out)
{
	unsigned char	 raw[64];

	if (n > sizeof(raw))
		abort();
	rnd_bytes(raw, n);
	hex_encode(raw, n, out);
}
