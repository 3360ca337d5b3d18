#include "transport.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct	transport {
	FCGX_Request	 rq;
	int		 listen_fd;
	int		 stop_fd;
	bool		 open;
};

static void
on_alarm(int sig)
{
	(void)sig;	/* only interrupts the system call */
}

/*
 * The library reads and writes with plain blocking calls and takes EINTR
 * for the end of the connection, which is what a deadline wants.  It repeats
 * every second: a signal that comes just before the call would be lost.
 */
static void
deadline(int ms)
{
	struct itimerval	 it;

	memset(&it, 0, sizeof(it));
	if (ms > 0) {
		it.it_value.tv_sec = ms / 1000;
		it.it_value.tv_usec = ms % 1000 * 1000;
		it.it_interval.tv_sec = 1;
	}
	setitimer(ITIMER_REAL, &it, NULL);
}

enum err
transport_new(int listen_fd, int stop_fd, struct transport **out)
{
	struct sigaction	 sa;
	struct transport	*t;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_alarm;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGALRM, &sa, NULL) == -1)
		return ERR_IO;
	sa.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &sa, NULL) == -1)
		return ERR_IO;
	if (FCGX_Init() != 0)
		return ERR_INTERNAL;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return ERR_NOMEM;
	t->listen_fd = listen_fd;
	t->stop_fd = stop_fd;
	FCGX_InitRequest(&t->rq, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	*out = t;
	return ERR_OK;
}

void
transport_free(struct transport *t)
{
	if (t == NULL)
		return;
	transport_finish(t);
	free(t);
}

/* May the next accept work, after this one did not? */
static bool
accept_transient(int rc)
{
	switch (-rc) {
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EPROTO:
		return true;
	default:
		/* The library's own codes: errno was not set. */
		return rc <= -9000;
	}
}

enum err
transport_accept(struct transport *t)
{
	struct pollfd	 pfd[2];
	int		 rc;

	transport_finish(t);
	pfd[0] = (struct pollfd){ .fd = t->listen_fd, .events = POLLIN };
	pfd[1] = (struct pollfd){ .fd = t->stop_fd, .events = POLLIN };
	for (;;) {
		if (poll(pfd, 2, -1) == -1) {
			if (errno == EINTR)
				continue;
			return ERR_IO;
		}
		if (pfd[1].revents != 0)
			return ERR_CANCELED;
		if ((pfd[0].revents & POLLIN) == 0)
			return ERR_IO;
		deadline(TRANSPORT_HEAD_MS);
		errno = 0;
		rc = FCGX_Accept_r(&t->rq);
		deadline(0);
		if (rc == 0) {
			t->open = true;
			deadline(TRANSPORT_BODY_MS);
			return ERR_OK;
		}
		if (!accept_transient(rc))
			return ERR_IO;
	}
}

const char *
transport_var(const struct transport *t, const char *name)
{
	return FCGX_GetParam(name, t->rq.envp);
}

ssize_t
transport_read(struct transport *t, void *p, size_t n)
{
	int	 got;

	if (n > INT_MAX)
		n = INT_MAX;
	got = FCGX_GetStr(p, (int)n, t->rq.in);
	if (got == 0 && FCGX_GetError(t->rq.in) != 0)
		return -1;
	return got;
}

enum err
transport_write(struct transport *t, const void *p, size_t n)
{
	const char	*s = p;
	int		 chunk;

	deadline(TRANSPORT_REPLY_MS);
	for (; n > 0; n -= (size_t)chunk, s += chunk) {
		chunk = n > INT_MAX ? INT_MAX : (int)n;
		if (FCGX_PutStr(s, chunk, t->rq.out) != chunk)
			return ERR_IO;
	}
	return ERR_OK;
}

enum err
transport_wait(struct transport *t, int fd, int ms)
{
	struct pollfd	 pfd[3];
	int		 n;

	deadline(0);	/* the wait has its own */
	/*
	 * The connection's descriptor is a private member of the library,
	 * read here because it offers no other way to notice that nginx
	 * (its client gone) has closed the connection.
	 */
	pfd[0] = (struct pollfd){ .fd = t->rq.ipcFd, .events = POLLRDHUP };
	pfd[1] = (struct pollfd){ .fd = t->stop_fd, .events = POLLIN };
	pfd[2] = (struct pollfd){ .fd = fd, .events = POLLIN };
	n = poll(pfd, 3, ms);
	deadline(TRANSPORT_REPLY_MS);
	if (n == -1)
		return errno == EINTR ? ERR_TIMEOUT : ERR_IO;
	if (pfd[0].revents != 0)
		return ERR_CANCELED;
	if (pfd[1].revents != 0)
		return ERR_UNAVAILABLE;
	if (pfd[2].revents != 0)
		return ERR_OK;
	return ERR_TIMEOUT;
}

void
transport_finish(struct transport *t)
{
	if (!t->open)
		return;
	deadline(TRANSPORT_REPLY_MS);
	FCGX_Finish_r(&t->rq);
	/* A kept connection would make the next accept wait on it alone. */
	FCGX_Free(&t->rq, 1);
	deadline(0);
	t->open = false;
}
