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
/*
 * Is it a mark of Unicode that shows nothing itself but hides, joins, breaks
 * or reorders what is around it: zero widths and directions (U+200B to F),
 * separators and embeddings (2028 to E), invisible operators (2060 to F),
 * the byte order mark?
 */
bool	 utf8_hides(uint32_t cp);

#endif /* !BASE_UTF8_H */
