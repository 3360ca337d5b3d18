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

/*
 * Looked up once: EVP_sha256() makes the library search for it with each
 * digest, which costs more than the digest of a short text.
 */
static EVP_MD *
sha256_md(void)
{
	static EVP_MD	*known;
	EVP_MD		*md = __atomic_load_n(&known, __ATOMIC_ACQUIRE);
	EVP_MD		*none = NULL;

	if (md != NULL || (md = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL)
		return md;
	if (!__atomic_compare_exchange_n(&known, &none, md, 0,
	    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		EVP_MD_free(md);
		md = none;
	}
	return md;
}

enum err
sha256_mem(const void *p, size_t len, char out[static SHA256_HEX_SIZE])
{
	unsigned char	 raw[SHA256_LEN];
	EVP_MD		*md = sha256_md();

	if (md == NULL || EVP_Digest(p, len, raw, NULL, md, NULL) != 1)
		return ERR_NOMEM;
	hex_encode(raw, sizeof(raw), out);
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

/* What a digit stands for; -1: it is none. */
static int
b64_value(unsigned char c)
{
	static const unsigned char	 value[256] = {
		['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5,
		['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10,
		['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15,
		['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20,
		['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25,
		['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,
		['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
		['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
		['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
		['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50,
		['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55,
		['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60,
		['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
	};

	return value[c] - 1;
}

/* A decoder that is fed byte by byte. */
struct	b64 {
	uint32_t	 v;
	int		 bits, pads;
};

/* 1 and *out: a byte is ready; 0: more is needed; -1: no base64. */
static int
b64_step(struct b64 *s, char c, unsigned char *out)
{
	int	 v;

	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return 0;
	if (c == '=')
		return ++s->pads <= 2 ? 0 : -1;
	if ((v = b64_value((unsigned char)c)) == -1 || s->pads > 0)
		return -1;
	s->v = s->v << 6 | (uint32_t)v;
	if ((s->bits += 6) < 8)
		return 0;
	s->bits -= 8;
	*out = (unsigned char)(s->v >> s->bits);
	s->v &= (1u << s->bits) - 1;
	return 1;
}

/* What is left over are the padding bits, which must be zero. */
static enum err
b64_end(const struct b64 *s)
{
	return s->v != 0 || s->bits >= 6 ? ERR_SYNTAX : ERR_OK;
}

enum err
b64_decode(const char *s, size_t len, struct buf *out)
{
	struct b64	 st = { 0, 0, 0 };
	unsigned char	 c;
	int		 r;

	for (; len > 0; s++, len--) {
		if ((r = b64_step(&st, *s, &c)) == -1)
			return ERR_SYNTAX;
		if (r == 1)
			buf_addc(out, (char)c);
	}
	return b64_end(&st) != ERR_OK ? ERR_SYNTAX : buf_err(out);
}

enum err
b64_exact(const char *s, size_t len, void *out, size_t want, size_t *got)
{
	struct b64	 st = { 0, 0, 0 };
	unsigned char	*to = out, c;
	size_t		 n = 0;
	int		 r = 0;

	for (; len > 0 && r != -1; s++, len--)
		if ((r = b64_step(&st, *s, &c)) == 1) {
			if (n < want)
				to[n] = c;
			n++;
		}
	if (got != NULL)
		*got = r == -1 ? 0 : n;
	return r == -1 || n != want ? ERR_SYNTAX : b64_end(&st);
}

enum err
b64url_encode(const void *p, size_t len, struct buf *out)
{
	size_t		 at = out->len;
	enum err	 e;

	if ((e = b64_encode(p, len, out)) != ERR_OK)
		return e;
	while (out->len > at && out->data[out->len - 1] == '=')
		out->data[--out->len] = '\0';
	for (; at < out->len; at++)
		if (out->data[at] == '+')
			out->data[at] = '-';
		else if (out->data[at] == '/')
			out->data[at] = '_';
	return ERR_OK;
}

static int
b64url_value(char c)
{
	const char	*at;

	if (c == '-')
		return 62;
	if (c == '_')
		return 63;
	if (c == '+' || c == '/' || c == '\0')
		return -1;
	at = strchr(b64_digits, c);
	return at == NULL ? -1 : (int)(at - b64_digits);
}

enum err
b64url_decode(const char *s, size_t len, struct buf *out)
{
	uint32_t	 v = 0;
	int		 bits = 0, digit;

	for (; len > 0; s++, len--) {
		if ((digit = b64url_value(*s)) == -1)
			return ERR_SYNTAX;
		v = v << 6 | (uint32_t)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf_addc(out, (char)(v >> bits));
			v &= (1u << bits) - 1;
		}
	}
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
