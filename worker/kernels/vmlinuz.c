#include "worker/kernels/vmlinuz.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Offsets of the Linux/x86 boot protocol. */
#define X86_SETUP_SECTS		0x1f1
#define X86_BOOT_FLAG		0x1fe	/* 0xaa55 */
#define X86_MAGIC		0x202	/* "HdrS" */
#define X86_PROTOCOL		0x206
#define X86_KERNEL_VERSION	0x20e	/* offset of the text, less 0x200 */
#define X86_HEADER_END		0x210
/* Offset of the magic number of an arm64 Image. */
#define ARM64_MAGIC		0x38
/* The kernel's own limit is about 3 × 65 bytes plus what UTS_VERSION has. */
#define TEXT_MAX		512

static unsigned
le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static enum err
corrupt(struct diag *d, const char *what)
{
	return diag_set(d, ERR_CORRUPT, NULL, "the kernel image %s", what);
}

/* "6.1.0-1-amd64 (a@b) #1 SMP …" into its three parts. */
static enum err
split(const char *text, struct vmlinuz_info *v, struct diag *d)
{
	const char	*open = strstr(text, " ("), *close;
	size_t		 n;

	close = open == NULL ? NULL : strstr(open, ") #");
	if (close == NULL)
		return corrupt(d, "has no version of the usual form");
	n = (size_t)(open - text);
	if (n == 0 || n >= sizeof(v->release) ||
	    memchr(text, '/', n) != NULL || text[0] == '.')
		return corrupt(d, "has no usable release in its version");
	memcpy(v->release, text, n);
	v->release[n] = '\0';
	n = (size_t)(close - open - 2);
	if (n >= sizeof(v->builder) || strlen(close + 2) >=
	    sizeof(v->version))
		return corrupt(d, "has a version that is too long");
	memcpy(v->builder, open + 2, n);
	v->builder[n] = '\0';
	memcpy(v->version, close + 2, strlen(close + 2) + 1);
	return ERR_OK;
}

static enum err
parse_x86(const uint8_t *p, size_t len, struct vmlinuz_info *v,
    struct diag *d)
{
	struct vmlinuz_info	 info;
	char			 text[TEXT_MAX];
	size_t			 off, end, n;
	unsigned		 sects = p[X86_SETUP_SECTS];
	enum err		 e;

	if (le16(p + X86_PROTOCOL) < 0x0200 ||
	    le16(p + X86_KERNEL_VERSION) == 0)
		return corrupt(d, "is too old to tell its version");
	off = le16(p + X86_KERNEL_VERSION) + 0x200UL;
	/* 0 means 4; the text lies in the setup code. */
	end = ((sects == 0 ? 4 : sects) + 1UL) * 512;
	if (end > len)
		end = len;
	if (off >= end)
		return corrupt(d, "points to a version outside its header");
	n = strnlen((const char *)p + off, end - off);
	if (n == end - off || n >= sizeof(text))
		return corrupt(d, "has a version without an end");
	for (size_t i = 0; i < n; i++)
		if (p[off + i] < 0x20 || p[off + i] > 0x7e)
			return corrupt(d, "has a version that is no text");
	memcpy(text, p + off, n);
	text[n] = '\0';
	memset(&info, 0, sizeof(info));
	if ((e = split(text, &info, d)) == ERR_OK)
		*v = info;
	return e;
}

enum err
vmlinuz_parse(const void *head, size_t len, struct vmlinuz_info *v,
    struct diag *d)
{
	const uint8_t	*p = head;

	if (len >= X86_HEADER_END && le16(p + X86_BOOT_FLAG) == 0xaa55 &&
	    memcmp(p + X86_MAGIC, "HdrS", 4) == 0)
		return parse_x86(p, len, v, d);
	if (len >= ARM64_MAGIC + 4 && memcmp(p + ARM64_MAGIC, "ARM\x64", 4) ==
	    0)
		return diag_set(d, ERR_UNSUPPORTED, NULL, "an arm64 kernel "
		    "image does not tell its version");
	return corrupt(d, "is no Linux kernel image");
}

enum err
vmlinuz_read(const char *path, struct vmlinuz_info *v, struct diag *d)
{
	static uint8_t	 head[VMLINUZ_HEAD];
	ssize_t		 n;
	int		 fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return diag_errno(d, "cannot open the kernel image");
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (n == -1)
		return diag_errno(d, "cannot read the kernel image");
	return vmlinuz_parse(head, (size_t)n, v, d);
}
