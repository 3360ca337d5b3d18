/*
 * SSH for a guest without a network card: bytes between a virtio-serial
 * port and the SSH server on the loopback.
 *
 * The port hands out at most a page a read, so reads are collected into one
 * large buffer before they go on; both sides are non-blocking and waited
 * for together.  While the host is not connected the port is always "hung up"
 * for poll(2): then only its signal (SIGIO, on every change of the other
 * side) is waited for.  A port has no end-of-file to send, so when the
 * server ends a session the port just falls silent; the next bytes or the
 * next connect of the host start a new one.  A host that leaves and comes
 * back at once may do so unseen; its greeting, which no running session
 * contains, tells.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#define PORT_NAME	"org.bpfcompat.ssh"
#define PORTS_DIR	"/sys/class/virtio-ports"
#define PIPE_SIZE	(256 * 1024)
#define GREETING	"SSH-2.0-"

/* Bytes on their way in one direction. */
struct	pipe {
	char	 *buf;
	size_t	  from, to; /* filled part */
};

struct	carrier {
	int		 port;
	int		 sig;	/* signalfd for SIGIO */
	int		 tcp;	/* -1: no session */
	bool		 session_over; /* the server ended it */
	bool		 greeted; /* the host has sent something */
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

/* The device of the port with our name, or false. */
static bool
find_port(char *dev, size_t size)
{
	DIR		*d = opendir(PORTS_DIR);
	struct dirent	*de;
	char		 path[512], name[64];
	FILE		*f;
	bool		 found = false;

	while (d != NULL && !found && (de = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), PORTS_DIR "/%s/name",
		    de->d_name);
		if (de->d_name[0] == '.' || (f = fopen(path, "re")) == NULL)
			continue;
		if (fgets(name, sizeof(name), f) != NULL) {
			name[strcspn(name, "\n")] = '\0';
			found = strcmp(name, PORT_NAME) == 0;
		}
		fclose(f);
		if (found)
			snprintf(dev, size, "/dev/%s", de->d_name);
	}
	if (d != NULL)
		closedir(d);
	return found;
}

/* Opens the port, waiting for the kernel to announce it. */
static int
open_port(void)
{
	struct sockaddr_nl	 sa = { .nl_family = AF_NETLINK,
				    .nl_groups = 1 };
	char			 dev[280], buf[8192];
	int			 s, fd = -1;

	s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
	    NETLINK_KOBJECT_UEVENT);
	if (s == -1 || bind(s, (void *)&sa, sizeof(sa)) == -1) {
		init_say("no device events: %s", strerror(errno));
		return -1;
	}
	/* Looked at after the socket listens: no announcement is missed. */
	while (!find_port(dev, sizeof(dev)) ||
	    (fd = open(dev, O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		if (recv(s, buf, sizeof(buf), 0) == -1 && errno != EINTR &&
		    errno != ENOBUFS)
			break;
	close(s);
	return fd;
}

static int
watch_port(int port)
{
	sigset_t	 set;
	int		 fd;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return fcntl(port, F_SETOWN, getpid()) == -1 ? -1 : fd;
}

static void
drain_signals(int fd)
{
	struct signalfd_siginfo	 si[16];

	while (read(fd, si, sizeof(si)) > 0)
		continue;
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

	if (c->greeted && n >= sizeof(GREETING) - 1 &&
	    memcmp(p, GREETING, sizeof(GREETING) - 1) == 0) {
		session_end(c);
		c->in.from = c->in.to - n;
	}
	c->greeted = true;
}

/* All the host has sent, as far as it fits; false: it is gone. */
static bool
take_from_host(struct carrier *c)
{
	ssize_t	 n;

	while (pipe_room(&c->in) > 0) {
		n = pipe_read(&c->in, c->port);
		if (n <= 0)
			return n != 0;
		greeting_check(c, (size_t)n);
	}
	return true;
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

static bool
host_connected(const struct carrier *c)
{
	struct pollfd	 p = { c->port, POLLIN, 0 };

	return poll(&p, 1, 0) >= 0 && (p.revents & POLLHUP) == 0;
}

/*
 * Waits until the host is there.  Signals are on only meanwhile: they come
 * with every buffer too, and a session does not need them.
 */
static void
wait_host(struct carrier *c)
{
	struct pollfd	 p = { c->sig, POLLIN, 0 };

	session_end(c);
	pipe_reset(&c->in);
	c->session_over = c->greeted = false;
	fcntl(c->port, F_SETFL, O_NONBLOCK | O_ASYNC);
	while (!host_connected(c)) {
		poll(&p, 1, -1);
		drain_signals(c->sig);
	}
	fcntl(c->port, F_SETFL, O_NONBLOCK);
}

/* Moves what can be moved; false: the host went away. */
static bool
carry(struct carrier *c)
{
	bool	 host = take_from_host(c);

	if (c->tcp == -1 && (!c->session_over || c->in.from < c->in.to)) {
		c->session_over = false;
		c->tcp = connect_server();
	}
	if (c->tcp != -1) {
		/* A broken write shows as an end of file below. */
		pipe_drain(&c->in, c->tcp);
		if (!take_from_server(c)) {
			pipe_drain(&c->out, c->port);
			session_end(c);
			pipe_reset(&c->in);
			c->session_over = true;
		}
	}
	if (!pipe_drain(&c->out, c->port))
		host = false;
	return host;
}

static void
wait_bytes(struct carrier *c)
{
	struct pollfd	 p[2];

	p[0] = (struct pollfd){ c->port, 0, 0 };
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
	c.port = open_port();
	c.sig = c.port == -1 ? -1 : watch_port(c.port);
	if (c.in.buf == NULL || c.out.buf == NULL || c.sig == -1) {
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
