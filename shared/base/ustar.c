#include "base/ustar.h"

#include <stdio.h>
#include <string.h>

/* Where the members of a header are, and how long. */
enum {
	NAME_LEN = 100, MODE_AT = 100, UID_AT = 108, GID_AT = 116,
	SIZE_AT = 124, SIZE_LEN = 12, MTIME_AT = 136, SUM_AT = 148,
	SUM_LEN = 8, TYPE_AT = 156, MAGIC_AT = 257, MAJOR_AT = 329,
	MINOR_AT = 337, PREFIX_AT = 345, PREFIX_LEN = 155
};

/* Length of the prefix, without its slash; -1 when the name cannot be split. */
static int
split(const char *name)
{
	size_t		 len = strlen(name);
	const char	*slash = name;

	if (len <= NAME_LEN)
		return 0;
	while ((slash = strchr(slash + 1, '/')) != NULL)
		if (len - (size_t)(slash - name) - 1 <= NAME_LEN)
			return slash - name <= PREFIX_LEN ?
			    (int)(slash - name) : -1;
	return -1;
}

static unsigned int
checksum(const unsigned char *h)
{
	unsigned int	 sum = 0;

	for (int i = 0; i < USTAR_BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : h[i];
	return sum;
}

enum err
ustar_header(const char *name, int64_t size,
    unsigned char out[static USTAR_BLOCK])
{
	char	 number[24];
	int	 prefix = split(name);
	size_t	 rest;

	if (name[0] == '\0' || prefix == -1 || size < 0 ||
	    size > USTAR_SIZE_MAX)
		return ERR_TOOBIG;
	memset(out, 0, USTAR_BLOCK);
	rest = prefix == 0 ? 0 : (size_t)prefix + 1;
	memcpy(out, name + rest, strlen(name + rest));
	memcpy(out + PREFIX_AT, name, (size_t)prefix);
	memcpy(out + MODE_AT, "0000644", 8);
	memcpy(out + UID_AT, "0000000", 8);
	memcpy(out + GID_AT, "0000000", 8);
	snprintf(number, sizeof(number), "%011llo", (unsigned long long)size);
	memcpy(out + SIZE_AT, number, SIZE_LEN);
	memcpy(out + MTIME_AT, "00000000000", SIZE_LEN);
	out[TYPE_AT] = '0';
	memcpy(out + MAGIC_AT, "ustar\00000", 8);
	memcpy(out + MAJOR_AT, "0000000", 8);
	memcpy(out + MINOR_AT, "0000000", 8);
	snprintf(number, sizeof(number), "%06o", checksum(out));
	memcpy(out + SUM_AT, number, 7);
	out[SUM_AT + 7] = ' ';
	return ERR_OK;
}

static enum err
read_size(const unsigned char *p, int64_t *size)
{
	*size = 0;
	for (int i = 0; i < SIZE_LEN - 1; i++) {
		if (p[i] < '0' || p[i] > '7')
			return ERR_CORRUPT;
		*size = *size * 8 + (p[i] - '0');
	}
	return ERR_OK;
}

enum err
ustar_parse(const unsigned char block[static USTAR_BLOCK],
    char name[static USTAR_NAME_SIZE], int64_t *size)
{
	static const unsigned char	 zeros[USTAR_BLOCK];
	const char			*b = (const char *)block;
	unsigned char			 again[USTAR_BLOCK];
	size_t				 n;

	if (memcmp(block, zeros, USTAR_BLOCK) == 0)
		return ERR_NOTFOUND;
	n = strnlen(b + PREFIX_AT, PREFIX_LEN);
	memcpy(name, b + PREFIX_AT, n);
	if (n > 0)
		name[n++] = '/';
	memcpy(name + n, b, strnlen(b, NAME_LEN));
	name[n + strnlen(b, NAME_LEN)] = '\0';
	if (read_size(block + SIZE_AT, size) != ERR_OK ||
	    ustar_header(name, *size, again) != ERR_OK ||
	    memcmp(block, again, USTAR_BLOCK) != 0)
		return ERR_CORRUPT;
	return ERR_OK;
}

size_t
ustar_padding(int64_t size)
{
	return (size_t)(-size & (USTAR_BLOCK - 1));
}
