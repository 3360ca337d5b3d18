/* UTF-8 from outside: decode one code point, or check a whole text. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes used by the code point at "s" (1 to 4), or 0 when it is not valid
 * (overlong, surrogate, above U+10FFFF, cut short).
 */
size_t	 utf8_decode(const char *s, size_t len, uint32_t *cp);
bool	 utf8_valid(const char *s, size_t len);

#endif /* !BASE_UTF8_H */
