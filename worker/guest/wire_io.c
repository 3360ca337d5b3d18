#include "wire_io.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sys/uio.h>

#include "base/cursor.h"
#include "wire.h"

enum err
write_all(int fd, const void *data, size_t len)
{
	const char	*p = data;
	ssize_t		 n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return ERR_IO;
		}
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err
send_frame(int fd, char type, const void *data, size_t len)
{
	unsigned char	 head[WIRE_HEADER_LEN];
	struct iovec	 iov[2];
	ssize_t		 n;

	head[0] = (unsigned char)type;
	head[1] = (unsigned char)(len >> 24);
	head[2] = (unsigned char)(len >> 16);
	head[3] = (unsigned char)(len >> 8);
	head[4] = (unsigned char)len;
	iov[0].iov_base = head;
	iov[0].iov_len = sizeof(head);
	iov[1].iov_base = (void *)(uintptr_t)data;
	iov[1].iov_len = len;
	/* Mostly one system call; the rest of a short write follows. */
	do
		n = writev(fd, iov, 2);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return ERR_IO;
	if ((size_t)n < sizeof(head)) {
		if (write_all(fd, head + n, sizeof(head) - (size_t)n) !=
		    ERR_OK)
			return ERR_IO;
		n = sizeof(head);
	}
	n -= (ssize_t)sizeof(head);
	return write_all(fd, (const char *)data + n, len - (size_t)n);
}

enum err
wire_send(int fd, char type, const void *data, size_t len)
{
	const char	*p = data;
	size_t		 n;

	do {
		n = len > WIRE_CHUNK_MAX ? WIRE_CHUNK_MAX : len;
		if (send_frame(fd, type, p, n) != ERR_OK)
			return ERR_IO;
		p += n;
		len -= n;
	} while (len > 0);
	return ERR_OK;
}

/* Exactly "len" bytes. */
static enum err
read_full(int fd, void *to, size_t len, struct diag *d)
{
	char	*p = to;
	ssize_t	 n;

	while (len > 0) {
		n = read(fd, p, len);
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return diag_errno(d, "cannot read the channel");
		}
		if (n == 0)
			return diag_set(d, ERR_PROTO, NULL,
			    "the channel ended inside a frame or before G");
		p += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err
read_payload(int fd, struct buf *b, size_t len, struct diag *d)
{
	void		*p;
	enum err	 e;

	if ((p = buf_reserve(b, len)) == NULL)
		return diag_set(d, buf_err(b), NULL,
		    "more than %zu bytes", b->max);
	if ((e = read_full(fd, p, len, d)) == ERR_OK)
		buf_commit(b, len);
	return e;
}

/* A frame of a file, handed on in one piece. */
static enum err
take_file(int fd, char type, size_t len, const struct wire_files *f,
    struct diag *d)
{
	struct buf	 b = BUF_INIT(WIRE_CHUNK_MAX);
	enum err	 e;

	if (type == WIRE_FILE && len > WIRE_FILE_HEAD_MAX)
		return diag_set(d, ERR_PROTO, NULL, "a file's head is too "
		    "long");
	if ((e = read_payload(fd, &b, len, d)) == ERR_OK)
		e = type == WIRE_FILE ? f->begin(f->arg, buf_str(&b), d) :
		    f->bytes(f->arg, b.data, b.len, d);
	buf_clear(&b);
	return e;
}

/*
 * Frames come in the order of this list; only within a file's N and B may
 * the order go back.
 */
static bool
in_order(char last, char type)
{
	static const char	 order[] = { WIRE_ARTIFACT, WIRE_PLAN,
				    WIRE_FILE, WIRE_BYTES, '\0' };
	const char		*a = strchr(order, last);
	const char		*b = strchr(order, type);

	if (type == WIRE_BYTES)
		return last == WIRE_FILE || last == WIRE_BYTES;
	return b >= a || (last == WIRE_BYTES && type == WIRE_FILE);
}

enum err
wire_receive(int fd, struct buf *artifact, struct buf *plan,
    const struct wire_files *files, struct diag *d)
{
	unsigned char	 head[WIRE_HEADER_LEN];
	struct cursor	 c;
	char		 type, last = WIRE_ARTIFACT;
	uint32_t	 len;
	bool		 file;
	enum err	 e;

	for (;;) {
		if ((e = read_full(fd, head, sizeof(head), d)) != ERR_OK)
			return e;
		cursor_init(&c, head, sizeof(head));
		type = (char)cursor_u8(&c);
		len = cursor_u32(&c);
		if (len > WIRE_CHUNK_MAX)
			return diag_set(d, ERR_PROTO, NULL,
			    "a frame of %u bytes; the limit is %d", len,
			    WIRE_CHUNK_MAX);
		if (type == WIRE_GO && len == 0)
			return ERR_OK;
		file = files != NULL &&
		    (type == WIRE_FILE || type == WIRE_BYTES);
		if (type != WIRE_ARTIFACT && type != WIRE_PLAN && !file)
			return diag_set(d, ERR_PROTO, NULL,
			    "unexpected frame type 0x%02x", head[0]);
		if (!in_order(last, type))
			return diag_set(d, ERR_PROTO, NULL, "a frame of type "
			    "%c after one of type %c", type, last);
		last = type;
		if (file)
			e = take_file(fd, type, len, files, d);
		else
			e = read_payload(fd, type == WIRE_PLAN ? plan :
			    artifact, len, d);
		if (e != ERR_OK)
			return e;
	}
}
