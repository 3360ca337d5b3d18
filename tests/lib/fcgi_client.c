/*
 * A FastCGI client for tests: one request to a unix socket, the reply's
 * headers and body on standard output.
 *
 *   fcgi_client [-t TYPE] [-b FILE] [-l LENGTH] [-v NAME=VALUE]... [-k]
 *       [-x | -n] [-s SECONDS] SOCKET METHOD URI
 *   fcgi_client -j FILE SOCKET
 *
 * -l lies about the length; -k asks to keep the connection; -x leaves before
 * the end of the body; -n stays, but never ends the body; -j sends the bytes
 * of a file, whatever they are.
 * Exit: 0 when the request was ended properly, 3 when the server closed the
 * connection without that, 4 when nothing came in time.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"

#define BODY_MAX	((size_t)256 * 1024 * 1024)
#define VARS_MAX	32
#define CHUNK		65528	/* multiple of 8, below 64 KiB */

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

struct	ask {
	const char	*socket, *method, *uri, *type, *body, *length, *junk;
	const char	*var[VARS_MAX];
	int		 nvars;
	int		 seconds;
	bool		 keep, leave, stay;
};

static void
die(const char *what)
{
	fprintf(stderr, "fcgi_client: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
record(struct buf *out, int type, const void *p, size_t n)
{
	const unsigned char	 head[8] = { 1, (unsigned char)type, 0, 1,
				    (unsigned char)(n >> 8),
				    (unsigned char)n, 0, 0 };

	buf_add(out, head, sizeof(head));
	buf_add(out, p, n);
}

static void
param_len(struct buf *out, size_t n)
{
	if (n < 128) {
		buf_addc(out, (char)n);
		return;
	}
	buf_addc(out, (char)(n >> 24 | 0x80));
	buf_addc(out, (char)(n >> 16));
	buf_addc(out, (char)(n >> 8));
	buf_addc(out, (char)n);
}

static void
param(struct buf *out, const char *name, const char *value, size_t vlen)
{
	param_len(out, strlen(name));
	param_len(out, vlen);
	buf_adds(out, name);
	buf_add(out, value, vlen);
}

static void
params(struct buf *out, const struct ask *a, const struct buf *body)
{
	char		 len[32], name[128];
	size_t		 n = strcspn(a->uri, "?");
	const char	*eq;

	param(out, "REQUEST_METHOD", a->method, strlen(a->method));
	param(out, "DOCUMENT_URI", a->uri, n);
	param(out, "QUERY_STRING", a->uri[n] == '?' ? a->uri + n + 1 : "",
	    a->uri[n] == '?' ? strlen(a->uri) - n - 1 : 0);
	param(out, "REMOTE_ADDR", "127.0.0.1", 9);
	if (a->type != NULL)
		param(out, "CONTENT_TYPE", a->type, strlen(a->type));
	snprintf(len, sizeof(len), "%zu", body->len);
	if (a->length != NULL)
		param(out, "CONTENT_LENGTH", a->length, strlen(a->length));
	else if (a->body != NULL)
		param(out, "CONTENT_LENGTH", len, strlen(len));
	for (int i = 0; i < a->nvars; i++) {
		if ((eq = strchr(a->var[i], '=')) == NULL)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(eq - a->var[i]),
		    a->var[i]);
		param(out, name, eq + 1, strlen(eq + 1));
	}
}

/* The whole request as bytes. */
static void
request(struct buf *out, const struct ask *a)
{
	const unsigned char	 begin[8] = { 0, 1, a->keep, 0 };
	struct buf		 body = BUF_INIT(BODY_MAX);
	struct buf		 vars = BUF_INIT(CHUNK);
	size_t			 n;

	if (a->body != NULL && fsio_read(a->body, &body, NULL) != ERR_OK)
		die(a->body);
	record(out, BEGIN, begin, sizeof(begin));
	params(&vars, a, &body);
	record(out, PARAMS, vars.data, vars.len);
	record(out, PARAMS, "", 0);
	for (size_t i = 0; i < body.len; i += n) {
		n = body.len - i > CHUNK ? CHUNK : body.len - i;
		record(out, STDIN, body.data + i, n);
	}
	if (!a->leave && !a->stay)
		record(out, STDIN, "", 0);
	buf_clear(&body);
	buf_clear(&vars);
}

static int
dial(const char *path)
{
	struct sockaddr_un	 sa = { .sun_family = AF_UNIX };
	int			 fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1)
		die(path);
	return fd;
}

/* Takes whole records off the front; true at the end of the request. */
static bool
records(struct buf *in)
{
	const unsigned char	*p;
	size_t			 n, total;

	while (in->len >= 8) {
		p = (const unsigned char *)in->data;
		n = (size_t)(p[4] << 8 | p[5]);
		total = 8 + n + p[6];
		if (in->len < total)
			return false;
		if (p[1] == END)
			return true;
		if (p[1] == STDOUT)
			fwrite(p + 8, 1, n, stdout);
		buf_consume(in, total);
	}
	return false;
}

/*
 * Sends and receives at the same time: a server that refuses a body answers
 * before it has taken all of it.
 */
static int
talk(int fd, struct buf *out, const struct ask *a)
{
	struct buf	 in = BUF_INIT(1024 * 1024);
	struct pollfd	 pfd = { .fd = fd };
	ssize_t		 n;
	int		 rc = -1;

	while (rc == -1) {
		pfd.events = (short)(POLLIN | (out->len > 0 ? POLLOUT : 0));
		if (poll(&pfd, 1, a->seconds * 1000) == 0) {
			rc = 4;
			break;
		}
		if ((pfd.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
			n = read(fd, buf_reserve(&in, 65536), 65536);
			if (n <= 0)
				rc = 3;
			else
				buf_commit(&in, (size_t)n);
			if (n > 0 && records(&in))
				rc = 0;
		} else if ((pfd.revents & POLLOUT) != 0) {
			n = send(fd, out->data, out->len,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
			if (n > 0)
				buf_consume(out, (size_t)n);
			if (out->len == 0 && a->leave)
				rc = 0;
		}
	}
	buf_clear(&in);
	return rc;
}

static void
parse(int argc, char **argv, struct ask *a)
{
	int	 ch;

	while ((ch = getopt(argc, argv, "t:b:l:v:kxns:j:")) != -1)
		switch (ch) {
		case 't':
			a->type = optarg;
			break;
		case 'b':
			a->body = optarg;
			break;
		case 'l':
			a->length = optarg;
			break;
		case 'v':
			if (a->nvars < VARS_MAX)
				a->var[a->nvars++] = optarg;
			break;
		case 'k':
			a->keep = true;
			break;
		case 'x':
			a->leave = true;
			break;
		case 'n':
			a->stay = true;
			break;
		case 's':
			a->seconds = (int)strtol(optarg, NULL, 10);
			break;
		case 'j':
			a->junk = optarg;
			break;
		default:
			exit(1);
		}
	if (argc - optind != (a->junk != NULL ? 1 : 3))
		die("usage");
	a->socket = argv[optind];
	if (a->junk == NULL) {
		a->method = argv[optind + 1];
		a->uri = argv[optind + 2];
	}
}

int
main(int argc, char **argv)
{
	struct ask	 a = { .seconds = 30 };
	struct buf	 out = BUF_INIT(BODY_MAX + BODY_MAX / 8);
	int		 rc, fd;

	parse(argc, argv, &a);
	if (a.junk == NULL)
		request(&out, &a);
	else if (fsio_read(a.junk, &out, NULL) != ERR_OK)
		die(a.junk);
	fd = dial(a.socket);
	rc = talk(fd, &out, &a);
	close(fd);
	buf_clear(&out);
	return rc;
}
