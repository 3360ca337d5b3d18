/*
 * An HTTP client for measurements: several connections at once to a unix
 * socket, one request after the other on each, and how long they took.
 *
 *   http_load [-c CONNECTIONS] [-n REQUESTS] [-g GAP_US] [-s SECONDS]
 *       [-H HEADER]... SOCKET PATH
 *
 * Ends after so many answers or so many seconds.  -g leaves a gap between
 * an answer and the next request of its connection.  "@" in a header becomes
 * the number of the request, so that no two are the same.
 * Prints: "requests N", "status CODE N" for each, "p50 US", "p99 US".
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/timefmt.h"

#define CONNS_MAX	256
#define HEADERS_MAX	8
#define REQUESTS_MAX	2000000
#define REPLY_MAX	((size_t)1024 * 1024)

struct	conn {
	int		 fd;
	int64_t		 sent_us;	/* 0: none under way */
	int64_t		 due_us;	/* when the next one goes out */
	struct buf	 in;
};

struct	load {
	const char	*socket, *path;
	const char	*header[HEADERS_MAX];
	int		 nheaders;
	int		 nconns;
	int64_t		 wanted, gap_us, end_us;
	int64_t		 sent, got;
	int64_t		 status[600];
	int64_t		*us;
	struct conn	 conn[CONNS_MAX];
};

static void
die(const char *what)
{
	fprintf(stderr, "http_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
dial(const struct load *l, struct conn *c)
{
	struct sockaddr_un	 sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", l->socket);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd == -1 ||
	    connect(c->fd, (struct sockaddr *)&sa, sizeof(sa)) == -1)
		die(l->socket);
	buf_reset(&c->in);
}

static void
add_header(struct buf *b, const char *text, int64_t number)
{
	size_t	 n = strcspn(text, "@");

	buf_add(b, text, n);
	if (text[n] == '@')
		buf_addf(b, "%lld%s", (long long)number, text + n + 1);
	buf_adds(b, "\r\n");
}

static void
ask(struct load *l, struct conn *c)
{
	struct buf	 b = BUF_INIT(64 * 1024);

	buf_addf(&b, "GET %s HTTP/1.1\r\nHost: bpfcompat\r\n", l->path);
	for (int i = 0; i < l->nheaders; i++)
		add_header(&b, l->header[i], l->sent);
	buf_adds(&b, "\r\n");
	/* Once it is written the server may run, and answer, before we do. */
	c->sent_us = time_mono_us();
	if (fsio_write_all(c->fd, b.data, b.len) != ERR_OK) {
		/* nginx closes a connection after so many requests. */
		close(c->fd);
		dial(l, c);
		if (fsio_write_all(c->fd, b.data, b.len) != ERR_OK)
			die("write");
	}
	buf_clear(&b);
	l->sent++;
}

/* The whole answer is there?  All of ours have a length. */
static bool
complete(struct conn *c, int *status)
{
	const char	*body, *len;

	if ((body = strstr(buf_str(&c->in), "\r\n\r\n")) == NULL)
		return false;
	len = strcasestr(buf_str(&c->in), "\r\nContent-Length:");
	if (len == NULL || len > body)
		die("an answer without a length");
	*status = (int)strtol(buf_str(&c->in) + 9, NULL, 10);
	return c->in.len >= (size_t)(body + 4 - c->in.data) +
	    strtoul(len + 17, NULL, 10);
}

static void
answer(struct load *l, struct conn *c)
{
	char	 chunk[16 * 1024];
	ssize_t	 n = read(c->fd, chunk, sizeof(chunk));
	int	 status = 0;

	if (n <= 0) {
		close(c->fd);
		dial(l, c);
		c->sent_us = 0;
		return;
	}
	buf_add(&c->in, chunk, (size_t)n);
	if (!complete(c, &status))
		return;
	if (l->got < REQUESTS_MAX)
		l->us[l->got] = time_mono_us() - c->sent_us;
	l->got++;
	l->status[status > 0 && status < 600 ? status : 0]++;
	buf_reset(&c->in);
	c->sent_us = 0;
	c->due_us = time_mono_us() + l->gap_us;
}

static bool
over(const struct load *l)
{
	return l->got >= l->wanted || time_mono_us() >= l->end_us;
}

static void
run(struct load *l)
{
	struct pollfd	 p[CONNS_MAX];

	while (!over(l)) {
		int64_t	 now = time_mono_us(), next = l->end_us;

		for (int i = 0; i < l->nconns; i++) {
			struct conn	*c = &l->conn[i];

			if (c->sent_us == 0 && c->due_us <= now &&
			    l->sent < l->wanted)
				ask(l, c);
			if (c->sent_us == 0 && c->due_us > now &&
			    c->due_us < next)
				next = c->due_us;
			p[i] = (struct pollfd){ c->fd, POLLIN, 0 };
		}
		if (poll(p, (nfds_t)l->nconns, (int)((next - now) / 1000) +
		    1) == -1 && errno != EINTR)
			die("poll");
		for (int i = 0; i < l->nconns; i++)
			if (p[i].revents != 0)
				answer(l, &l->conn[i]);
	}
}

static int
by_time(const void *a, const void *b)
{
	const int64_t	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
report(struct load *l)
{
	int64_t	 n = l->got < REQUESTS_MAX ? l->got : REQUESTS_MAX;

	qsort(l->us, (size_t)n, sizeof(*l->us), by_time);
	printf("requests %lld\n", (long long)l->got);
	for (int i = 0; i < 600; i++)
		if (l->status[i] > 0)
			printf("status %d %lld\n", i, (long long)l->status[i]);
	if (n > 0)
		printf("p50 %lld\np99 %lld\n", (long long)l->us[n / 2],
		    (long long)l->us[n * 99 / 100]);
}

int
main(int argc, char **argv)
{
	static struct load	 l = { .nconns = 1, .wanted = REQUESTS_MAX };
	int64_t			 seconds = 60;
	int			 ch;

	while ((ch = getopt(argc, argv, "c:n:g:s:H:")) != -1) {
		int64_t	 v = ch == 'H' ? 0 : strtoll(optarg, NULL, 10);

		if (ch == 'H' && l.nheaders < HEADERS_MAX)
			l.header[l.nheaders++] = optarg;
		else if (ch == 'c' && v >= 1 && v <= CONNS_MAX)
			l.nconns = (int)v;
		else if (ch == 'n' && v >= 1 && v <= REQUESTS_MAX)
			l.wanted = v;
		else if (ch == 'g')
			l.gap_us = v;
		else if (ch == 's' && v >= 1)
			seconds = v;
		else
			return 2;
	}
	if (argc - optind != 2)
		return 2;
	l.socket = argv[optind];
	l.path = argv[optind + 1];
	l.end_us = time_mono_us() + seconds * 1000000;
	signal(SIGPIPE, SIG_IGN);
	if ((l.us = calloc(REQUESTS_MAX, sizeof(*l.us))) == NULL)
		die("calloc");
	for (int i = 0; i < l.nconns; i++) {
		buf_init(&l.conn[i].in, REPLY_MAX);
		dial(&l, &l.conn[i]);
	}
	run(&l);
	report(&l);
	for (int i = 0; i < l.nconns; i++) {
		close(l.conn[i].fd);
		buf_clear(&l.conn[i].in);
	}
	free(l.us);
	return 0;
}
