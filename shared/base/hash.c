#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
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

int
hex_is_sha256(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
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
