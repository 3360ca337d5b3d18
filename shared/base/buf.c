#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
buf_clear(struct buf *b)
{
	size_t	 max = b->max;

	free(b->data);
	buf_init(b, max);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->err = ERR_OK;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void *
buf_reserve(struct buf *b, size_t n)
{
	size_t	 want, cap;
	char	*p;

	if (b->err != ERR_OK)
		return NULL;
	if (n > b->max || b->len > b->max - n) {
		b->err = ERR_TOOBIG;
		return NULL;
	}
	want = b->len + n + 1;
	if (want <= b->cap)
		return b->data + b->len;
	cap = b->cap < 256 ? 256 : b->cap;
	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? want : cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	p = realloc(b->data, cap);
	if (p == NULL) {
		b->err = ERR_NOMEM;
		return NULL;
	}
	b->data = p;
	b->cap = cap;
	return b->data + b->len;
}

void
buf_commit(struct buf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

enum err
buf_add(struct buf *b, const void *p, size_t n)
{
	void	*to = buf_reserve(b, n);

	if (to == NULL)
		return b->err;
	if (n > 0)
		memcpy(to, p, n);
	buf_commit(b, n);
	return ERR_OK;
}

enum err
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

enum err
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

enum err
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list	 copy;
	int	 n;

	if (b->err != ERR_OK)
		return b->err;
	va_copy(copy, ap);
	n = vsnprintf(NULL, 0, fmt, copy);
	va_end(copy);
	if (n < 0)
		return b->err = ERR_INTERNAL;
	if (buf_reserve(b, (size_t)n) == NULL)
		return b->err;
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	buf_commit(b, (size_t)n);
	return ERR_OK;
}

enum err
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list	 ap;
	enum err e;

	va_start(ap, fmt);
	e = buf_addv(b, fmt, ap);
	va_end(ap);
	return e;
}

enum err
buf_err(const struct buf *b)
{
	return b->err;
}

const char *
buf_str(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}

char *
buf_steal(struct buf *b)
{
	char	*p;

	if (b->err != ERR_OK)
		return NULL;
	p = b->data;
	b->data = NULL;
	b->len = b->cap = 0;
	return p;
}
