/*
 * SSH for a guest without a network card: bytes between a virtio-serial
 * port and the SSH server on the loopback.
 *
 * The port hands out at most a page a read, so reads are collected into one
 * large buffer before they go on; both sides are non-blocking and waited
 * for together.  A session begins with the host's greeting, not with its
 * connect: the host may be connected long before it speaks, and a guest
 * that is saved in between must hold no session.  A port has no end-of-file
 * to send: when the server ends a session this process ends too, for the
 * port that is closed with it is what the host is told of.  A host that
 * leaves and comes back at once may do so unseen; its greeting,
 * which no running session contains, tells.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "wire.h"

#define PIPE_SIZE	(256 * 1024)
#define GREETING	"SSH-2.0-"

/* Bytes on their way in one direction. */
struct	pipe {
	char	 *buf;
	size_t	  from, to; /* filled part */
};

struct	carrier {
	struct port	 port;
	int		 tcp;	/* -1: no session */
	bool		 over;	/* the server ended it; only "out" is left */
	struct pipe	 in;	/* port to server */
	struct pipe	 out;	/* server to port */
};

static void
pipe_reset(struct pipe *p)
{
	p->from = p->to = 0;
}

/* Makes room at the end, if only by moving. */
static size_t
pipe_room(struct pipe *p)
{
	if (p->from == p->to)
		pipe_reset(p);
	if (p->from > 0 && p->to == PIPE_SIZE) {
		memmove(p->buf, p->buf + p->from, p->to - p->from);
		p->to -= p->from;
		p->from = 0;
	}
	return PIPE_SIZE - p->to;
}

/* One read; -1: nothing there now, 0: the other side is gone. */
static ssize_t
pipe_read(struct pipe *p, int fd)
{
	ssize_t	 n;

	do
		n = read(fd, p->buf + p->to, PIPE_SIZE - p->to);
	while (n == -1 && errno == EINTR);
	if (n > 0)
		p->to += (size_t)n;
	return n == -1 && errno != EAGAIN ? 0 : n;
}

static bool
pipe_drain(struct pipe *p, int fd)
{
	ssize_t	 n;

	while (p->from < p->to) {
		n = write(fd, p->buf + p->from, p->to - p->from);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN;
		p->from += (size_t)n;
	}
	return true;
}

static int
connect_server(void)
{
	struct sockaddr_in	 in;
	int			 s, one = 1;

	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	in.sin_port = htons(SSH_PORT);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s == -1)
		return -1;
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(s, (void *)&in, sizeof(in)) == -1 ||
	    fcntl(s, F_SETFL, O_NONBLOCK) == -1) {
		close(s);
		return -1;
	}
	return s;
}

static void
session_end(struct carrier *c)
{
	if (c->tcp != -1)
		close(c->tcp);
	c->tcp = -1;
	pipe_reset(&c->out);
}

/* A greeting in the middle of a session: another one begins here. */
static void
greeting_check(struct carrier *c, size_t n)
{
	const char	*p = c->in.buf + c->in.to - n;

	if (c->tcp != -1 && n >= sizeof(GREETING) - 1 &&
	    memcmp(p, GREETING, sizeof(GREETING) - 1) == 0) {
		session_end(c);
		c->in.from = c->in.to - n;
	}
}

/* All the host has sent, as far as it fits; false: it is gone. */
static bool
take_from_host(struct carrier *c)
{
	ssize_t	 n;

	while (pipe_room(&c->in) > 0) {
		n = pipe_read(&c->in, c->port.fd);
		if (n <= 0)
			return n != 0;
		greeting_check(c, (size_t)n);
	}
	return true;
}

/* A new session for what the host says, if it greets. */
static void
session_begin(struct carrier *c)
{
	size_t	 n = c->in.to - c->in.from;
	int	 watch;

	if (n < sizeof(GREETING) - 1 || memcmp(c->in.buf + c->in.from,
	    GREETING, sizeof(GREETING) - 1) != 0) {
		/* What a session that is over has still been sent. */
		pipe_reset(&c->in);
		return;
	}
	watch = server_watch();
	while ((c->tcp = connect_server()) == -1)
		server_wait(watch, NULL, -1);
	close(watch);
}

static bool
take_from_server(struct carrier *c)
{
	ssize_t	 n;

	while (pipe_room(&c->out) > 0) {
		n = pipe_read(&c->out, c->tcp);
		if (n <= 0)
			return n != 0;
	}
	return true;
}

static void
wait_host(struct carrier *c)
{
	session_end(c);
	pipe_reset(&c->in);
	port_wait_host(&c->port);
}

/* Moves what can be moved; false: the host went away. */
static bool
carry(struct carrier *c)
{
	bool	 host = take_from_host(c);

	if (c->tcp == -1 && !c->over && c->in.from < c->in.to)
		session_begin(c);
	if (c->tcp != -1) {
		/* A broken write shows as an end of file below. */
		pipe_drain(&c->in, c->tcp);
		if (!take_from_server(c)) {
			close(c->tcp);
			c->tcp = -1;
			c->over = true;
		}
	}
	if (!pipe_drain(&c->out, c->port.fd))
		host = false;
	if (c->over && c->out.from == c->out.to)
		_exit(0);
	return host;
}

static void
wait_bytes(struct carrier *c)
{
	struct pollfd	 p[2];

	p[0] = (struct pollfd){ c->port.fd, 0, 0 };
	p[1] = (struct pollfd){ c->tcp, 0, 0 };
	if (pipe_room(&c->in) > 0)
		p[0].events |= POLLIN;
	if (c->out.from < c->out.to)
		p[0].events |= POLLOUT;
	if (c->in.from < c->in.to)
		p[1].events |= POLLOUT;
	if (pipe_room(&c->out) > 0)
		p[1].events |= POLLIN;
	poll(p, 2, -1);
}

void
serial_run(void)
{
	struct sigaction	 ign = { .sa_handler = SIG_IGN };
	struct carrier		 c;

	memset(&c, 0, sizeof(c));
	c.tcp = -1;
	c.in.buf = malloc(PIPE_SIZE);
	c.out.buf = malloc(PIPE_SIZE);
	if (c.in.buf == NULL || c.out.buf == NULL ||
	    !port_open(WIRE_PORT_SSH, &c.port)) {
		init_say("the serial port cannot be used: %s",
		    strerror(errno));
		_exit(1);
	}
	sigaction(SIGPIPE, &ign, NULL);
	for (;;) {
		wait_host(&c);
		while (carry(&c))
			wait_bytes(&c);
	}
}
