#include "worker/signer/frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timefmt.h"

static enum err
ready(int fd, short events, int64_t deadline)
{
	struct pollfd	 p = { fd, events, 0 };
	int		 n;

	do
		n = poll(&p, 1, deadline == -1 ? -1 : time_left_ms(deadline));
	while (n == -1 && errno == EINTR);
	return n == -1 ? ERR_IO : n == 0 ? ERR_TIMEOUT : ERR_OK;
}

static enum err
send_all(int fd, const void *p, size_t len, int64_t deadline)
{
	const char	*at = p;
	ssize_t		 n;
	enum err	 e;

	while (len > 0) {
		if ((e = ready(fd, POLLOUT, deadline)) != ERR_OK)
			return e;
		n = send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return ERR_IO;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return ERR_OK;
}

enum err
frame_send(int fd, const void *p, size_t len, int64_t deadline)
{
	uint32_t	 head = htonl((uint32_t)len);
	enum err	 e;

	if (len > UINT32_MAX)
		return ERR_TOOBIG;
	if ((e = send_all(fd, &head, sizeof(head), deadline)) != ERR_OK)
		return e;
	return send_all(fd, p, len, deadline);
}

/* *got says how far it came before the other end was closed. */
static enum err
recv_all(int fd, void *p, size_t len, size_t *got, int64_t deadline)
{
	char	*at = p;
	ssize_t	 n;
	enum err e;

	for (*got = 0; *got < len;) {
		if ((e = ready(fd, POLLIN, deadline)) != ERR_OK)
			return e;
		n = recv(fd, at + *got, len - *got, MSG_DONTWAIT);
		if (n == 0)
			return ERR_NOTFOUND;
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return ERR_IO;
		if (n > 0)
			*got += (size_t)n;
	}
	return ERR_OK;
}

enum err
frame_recv(int fd, struct buf *b, int64_t deadline)
{
	uint32_t	 head;
	size_t		 got, len;
	void		*room;
	enum err	 e;

	if ((e = recv_all(fd, &head, sizeof(head), &got, deadline)) != ERR_OK)
		return e == ERR_NOTFOUND && got > 0 ? ERR_IO : e;
	len = ntohl(head);
	if (len > b->max)
		return ERR_TOOBIG;
	if ((room = buf_reserve(b, len)) == NULL)
		return buf_err(b);
	if ((e = recv_all(fd, room, len, &got, deadline)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_IO : e;
	buf_commit(b, len);
	return ERR_OK;
}
