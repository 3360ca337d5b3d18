#include "worker/cli/serve_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between two tries while the API still starts. */
#define AGAIN_MS	100

static const char request[] = "GET /livez HTTP/1.0\r\nHost: localhost\r\n"
    "\r\n";

void
probe_init(struct probe *p)
{
	*p = (struct probe){ -1, 0, 0, false };
}

void
probe_clear(struct probe *p)
{
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
	p->events = 0;
}

static void
again(struct probe *p, int64_t now)
{
	probe_clear(p);
	p->again_at = now + AGAIN_MS;
}

void
probe_start(struct probe *p, const char *host, int port, int64_t now)
{
	struct sockaddr_in	 v4 = { .sin_family = AF_INET };
	struct sockaddr_in6	 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr		*sa = (struct sockaddr *)&v4;
	socklen_t		 len = sizeof(v4);
	char			 name[128];

	if (p->fd != -1 || p->ok || now < p->again_at)
		return;
	v4.sin_port = v6.sin6_port = htons((uint16_t)port);
	if (host[0] == '[') {
		snprintf(name, sizeof(name), "%.*s",
		    (int)strcspn(host + 1, "]"), host + 1);
		inet_pton(AF_INET6, strcmp(name, "::") == 0 ? "::1" : name,
		    &v6.sin6_addr);
		sa = (struct sockaddr *)&v6;
		len = sizeof(v6);
	} else
		inet_pton(AF_INET, strcmp(host, "0.0.0.0") == 0 ?
		    "127.0.0.1" : host, &v4.sin_addr);
	p->fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	p->events = POLLOUT;
	if (p->fd == -1 || (connect(p->fd, sa, len) == -1 &&
	    errno != EINPROGRESS))
		again(p, now);
}

void
probe_ready(struct probe *p, int64_t now)
{
	char	 reply[256];
	ssize_t	 n;

	if (p->fd == -1)
		return;
	if (p->events == POLLOUT) {
		/* The socket's buffer is empty: it takes all or fails. */
		n = send(p->fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
		if (n == (ssize_t)sizeof(request) - 1)
			p->events = POLLIN;
		else
			again(p, now);
		return;
	}
	n = recv(p->fd, reply, sizeof(reply) - 1, 0);
	if (n == -1 && errno == EAGAIN)
		return;
	reply[n > 0 ? n : 0] = '\0';
	if (strncmp(reply, "HTTP/1.1 200", 12) == 0) {
		p->ok = true;
		probe_clear(p);
	} else
		again(p, now);
}
