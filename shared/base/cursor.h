/*
 * A bounded reader over bytes that came from outside.  The error sticks:
 * after a read past the end every getter gives 0 or NULL and cursor_ok()
 * is false, so a parser checks once.  Big-endian, as on the wire.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct	cursor {
	const uint8_t	*p;
	size_t		 left;
	bool		 bad;
};

static inline void
cursor_init(struct cursor *c, const void *p, size_t len)
{
	c->p = p;
	c->left = len;
	c->bad = false;
}

static inline bool
cursor_ok(const struct cursor *c)
{
	return !c->bad;
}

/* Address of the next "n" bytes, which are then consumed; NULL if short. */
static inline const void *
cursor_take(struct cursor *c, size_t n)
{
	const void	*p = c->p;

	if (c->bad || n > c->left) {
		c->bad = true;
		return NULL;
	}
	c->p += n;
	c->left -= n;
	return p;
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
	const uint8_t	*p = cursor_take(c, 1);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t
cursor_u16(struct cursor *c)
{
	const uint8_t	*p = cursor_take(c, 2);

	return p == NULL ? 0 : (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t
cursor_u32(struct cursor *c)
{
	const uint8_t	*p = cursor_take(c, 4);

	return p == NULL ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

#endif /* !BASE_CURSOR_H */
