/*
 * The 512-byte headers of a tar archive (POSIX ustar), for archives whose
 * every byte follows from their files' names and contents: no owners, no
 * times, one mode.  A reader makes the header again and compares, so there
 * is no byte in it that may be changed.
 */
#ifndef BASE_USTAR_H
#define BASE_USTAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define USTAR_BLOCK	512
/* Longest name, with room for the NUL; 100 bytes and a prefix of 155. */
#define USTAR_NAME_SIZE	257
/* Largest file: eleven octal digits. */
#define USTAR_SIZE_MAX	((int64_t)077777777777)

/*
 * ERR_TOOBIG when name or size do not fit; a name of more than 100 bytes is
 * split at a slash.
 */
enum err	 ustar_header(const char *name, int64_t size,
		    unsigned char out[static USTAR_BLOCK]);
/*
 * Reads a header.  ERR_NOTFOUND: the block is all zeros (the end);
 * ERR_CORRUPT: not what ustar_header() would have written.
 */
enum err	 ustar_parse(const unsigned char block[static USTAR_BLOCK],
		    char name[static USTAR_NAME_SIZE], int64_t *size);
/* Bytes of zeros after a file of this size. */
size_t		 ustar_padding(int64_t size);

#endif /* !BASE_USTAR_H */
