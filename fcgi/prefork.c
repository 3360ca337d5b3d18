#include "prefork.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timefmt.h"

#define BACKLOG		512	/* nginx queues here when all children work */
#define QUICK_DEATH_MS	1000	/* a child that lived no longer is suspect */
#define DELAY_MAX_MS	5000

struct	child {
	pid_t	 pid;		/* 0: none */
	int64_t	 started;	/* monotonic */
	int64_t	 due;		/* when to start it, if pid is 0 */
	int	 delay;		/* ms, grows with every quick death */
};

struct	pool {
	const struct pool_opts	*o;
	int			 fd;
	struct child		*child;
};

struct	master {
	struct pool	 pool[PREFORK_POOLS_MAX];
	int		 npools;
	prefork_main	 run;
	void		*arg;
	sigset_t	 old_mask;
	pid_t		 pid;
	int		 sig_fd;
};

/* --- sockets ----------------------------------------------------------------*/

/* A socket file that nobody answers on is left over from a crash. */
static bool
is_stale(const struct sockaddr_un *sa)
{
	int	 fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool	 stale;

	if (fd == -1)
		return false;
	stale = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == -1 &&
	    errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static enum err
pool_listen(struct pool *p, struct diag *d)
{
	struct sockaddr_un	 sa;
	mode_t			 old;
	int			 rc;

	memset(&sa, 0, sizeof(sa));
	sa.sun_family = AF_UNIX;
	if (strlen(p->o->socket) >= sizeof(sa.sun_path))
		return diag_set(d, ERR_TOOBIG, NULL, "%s: a socket's path "
		    "must be shorter than %zu bytes; choose a shorter one "
		    "with --%s-socket", p->o->socket, sizeof(sa.sun_path),
		    p->o->name);
	memcpy(sa.sun_path, p->o->socket, strlen(p->o->socket));
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd == -1)
		return diag_errno(d, "socket");
	old = umask(~p->o->mode & 0777);
	rc = bind(p->fd, (struct sockaddr *)&sa, sizeof(sa));
	if (rc == -1 && errno == EADDRINUSE && is_stale(&sa) &&
	    unlink(p->o->socket) == 0)
		rc = bind(p->fd, (struct sockaddr *)&sa, sizeof(sa));
	umask(old);
	if (rc == -1 && errno == EADDRINUSE)
		return diag_set(d, ERR_BUSY, NULL, "%s: another server "
		    "answers there", p->o->socket);
	if (rc == -1 || listen(p->fd, BACKLOG) == -1)
		return diag_errno(d, "%s", p->o->socket);
	return ERR_OK;
}

/* --- children ---------------------------------------------------------------*/

/*
 * In the new child.  SIGTERM stays blocked and is seen through a descriptor
 * only, so it never cuts through a request; SIGINT of a terminal is the
 * master's business.
 */
static void
child_main(struct master *m, const struct pool *p)
{
	sigset_t	 stop, mask = m->old_mask;
	int		 stop_fd;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (getppid() != m->pid)
		_exit(0);
	for (int i = 0; i < m->npools; i++)
		if (&m->pool[i] != p)
			close(m->pool[i].fd);
	close(m->sig_fd);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	stop_fd = signalfd(-1, &stop, SFD_CLOEXEC);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (stop_fd == -1)
		_exit(1);
	exit(m->run(m->arg, p->o->wait, p->fd, stop_fd));
}

static void
child_start(struct master *m, const struct pool *p, struct child *c)
{
	pid_t	 pid = fork();

	if (pid == 0)
		child_main(m, p);
	c->started = time_mono_ms();
	if (pid == -1) {
		log_event(LOG_ERROR, "fcgi.fork_failed",
		    LOG_S("error", strerror(errno)));
		c->due = c->started + QUICK_DEATH_MS;
		return;
	}
	c->pid = pid;
}

static void
child_died(const struct pool *p, struct child *c, int status)
{
	int64_t	 now = time_mono_ms();

	log_event(LOG_WARN, "fcgi.child_died", LOG_S("pool", p->o->name),
	    LOG_I("child", c->pid), LOG_I("wait_status", status));
	if (now - c->started >= QUICK_DEATH_MS)
		c->delay = 0;
	else if (c->delay == 0)
		c->delay = 100;
	else if ((c->delay *= 2) > DELAY_MAX_MS)
		c->delay = DELAY_MAX_MS;
	c->pid = 0;
	c->due = now + c->delay;
}

/* Reaps; "stopping": what dies was told to. */
static void
reap(struct master *m, bool stopping)
{
	int	 status;
	pid_t	 pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < m->npools; i++) {
			struct pool	*p = &m->pool[i];

			for (int k = 0; k < p->o->children; k++) {
				if (p->child[k].pid != pid)
					continue;
				if (stopping)
					p->child[k].pid = 0;
				else
					child_died(p, &p->child[k], status);
			}
		}
}

/* Starts whoever is due; returns ms until the next is, or -1. */
static int
start_due(struct master *m)
{
	int64_t	 now = time_mono_ms(), next = -1;

	for (int i = 0; i < m->npools; i++) {
		struct pool	*p = &m->pool[i];

		for (int k = 0; k < p->o->children; k++) {
			struct child	*c = &p->child[k];

			if (c->pid == 0 && c->due <= now)
				child_start(m, p, c);
			if (c->pid == 0 && (next == -1 || c->due < next))
				next = c->due;
		}
	}
	return next == -1 ? -1 : (int)(next > now ? next - now : 0);
}

static int
signal_all(struct master *m, int sig)
{
	int	 n = 0;

	for (int i = 0; i < m->npools; i++)
		for (int k = 0; k < m->pool[i].o->children; k++)
			if (m->pool[i].child[k].pid != 0) {
				kill(m->pool[i].child[k].pid, sig);
				n++;
			}
	return n;
}

/* A pending signal, or 0 after "ms". */
static int
next_signal(struct master *m, int ms)
{
	struct signalfd_siginfo	 si;
	struct pollfd		 pfd = { .fd = m->sig_fd, .events = POLLIN };

	if (poll(&pfd, 1, ms) <= 0 ||
	    read(m->sig_fd, &si, sizeof(si)) != sizeof(si))
		return 0;
	return (int)si.ssi_signo;
}

static void
stop_all(struct master *m)
{
	int64_t	 deadline = time_mono_ms() + PREFORK_STOP_MS;

	signal_all(m, SIGTERM);
	for (;;) {
		reap(m, true);
		if (signal_all(m, 0) == 0)
			return;
		if (time_left_ms(deadline) == 0)
			break;
		next_signal(m, time_left_ms(deadline));
	}
	log_event(LOG_WARN, "fcgi.stop_forced",
	    LOG_I("children", signal_all(m, SIGKILL)));
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}

static void
master_loop(struct master *m)
{
	for (;;) {
		switch (next_signal(m, start_due(m))) {
		case SIGCHLD:
			reap(m, false);
			break;
		case SIGTERM:
		case SIGINT:
			return;
		}
	}
}

static enum err
master_open(struct master *m, const struct pool_opts *o, int n,
    struct diag *d)
{
	sigset_t	 mask;
	enum err	 e;

	for (m->npools = 0; m->npools < n; m->npools++) {
		struct pool	*p = &m->pool[m->npools];

		p->o = &o[m->npools];
		p->fd = -1;
		p->child = calloc((size_t)p->o->children, sizeof(*p->child));
		if (p->child == NULL)
			return ERR_NOMEM;
		if ((e = pool_listen(p, d)) != ERR_OK) {
			if (p->fd != -1)
				close(p->fd);
			free(p->child);
			return e;
		}
	}
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, &m->old_mask);
	if ((m->sig_fd = signalfd(-1, &mask, SFD_CLOEXEC)) == -1)
		return diag_errno(d, "signalfd");
	return ERR_OK;
}

enum err
prefork_run(const struct pool_opts *o, int n, prefork_main run, void *arg,
    struct diag *d)
{
	struct master	 m = { .run = run, .arg = arg, .pid = getpid(),
			    .sig_fd = -1 };
	enum err	 e;

	if (n > PREFORK_POOLS_MAX)
		return ERR_INVAL;
	if ((e = master_open(&m, o, n, d)) == ERR_OK) {
		log_event(LOG_INFO, "fcgi.ready", LOG_I("pools", n));
		master_loop(&m);
		log_event(LOG_INFO, "fcgi.stopping");
		stop_all(&m);
	}
	for (int i = 0; i < m.npools; i++) {
		close(m.pool[i].fd);
		unlink(o[i].socket);
		free(m.pool[i].child);
	}
	if (m.sig_fd != -1) {
		close(m.sig_fd);
		sigprocmask(SIG_SETMASK, &m.old_mask, NULL);
	}
	return e;
}
