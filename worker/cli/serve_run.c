/*
 * Supervision: three children, one poll(2).  A child that dies is started
 * again, ever more slowly when it keeps dying; a signal stops all.
 *
 * The children die with us (PR_SET_PDEATHSIG), but nginx's own workers are
 * grandchildren and would go on listening after a kill -9.  So the process
 * group of nginx is noted in run/nginx.group, and the next start, once it
 * holds the lock, ends what is left of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/cli/serve.h"
#include "worker/cli/serve_probe.h"
#include "worker/identity.h"

/* From the first child to a page that answers. */
#define START_MS	30000
/* Pause before a dead child is started again; doubles up to the maximum. */
#define BACKOFF_MS	250
#define BACKOFF_MAX_MS	10000
/* A child that lived so long is well again. */
#define WELL_MS		30000
/* Beyond what a child says it needs to stop. */
#define STOP_SLACK_MS	5000
#define TAIL_SIZE	2048
/* One Ctrl-C may reach us twice, from the terminal and from a wrapper. */
#define REPEAT_MS	500

enum	{ CHILD_FCGI, CHILD_WORKER, CHILD_NGINX, CHILDREN };

struct	child {
	const char	*name;
	const char	*argv[12];
	const char	*log;		/* file in log_dir */
	pid_t		 pid;		/* -1: not running */
	int		 pidfd;
	int64_t		 started;
	int64_t		 start_at;	/* -1: running or given up */
	int64_t		 backoff;
};

struct	super {
	const struct serve *s;
	struct child	 child[CHILDREN];
	int		 sigfd;
	int		 watch;		/* inotify on run_dir */
	struct probe	 probe;
	char		 error_log[PATH_MAX + 32];
	int64_t		 ready_by;
	bool		 ready;
	bool		 stopping;
	int64_t		 stop_since;
	int64_t		 stop_by;
};

static void
set_up(struct super *u, const struct serve *s)
{
	const struct child	 fcgi = { "bpfcompat-fcgi", { s->fcgi,
	    "--workdir", s->workdir, "--api-socket", s->api_socket,
	    "--wait-socket", s->wait_socket, NULL }, "fcgi.log", -1, -1, 0,
	    0, 0 };
	const struct child	 worker = { "bpfcompat-worker", { s->worker,
	    "--workdir", s->workdir, NULL }, "worker.log", -1, -1, 0, 0, 0 };
	const struct child	 nginx = { "nginx", { s->nginx, "-e",
	    u->error_log, "-c", s->nginx_conf, NULL }, "nginx.log", -1, -1,
	    0, 0, 0 };

	snprintf(u->error_log, sizeof(u->error_log), "%s/nginx-error.log",
	    s->log_dir);
	u->s = s;
	u->child[CHILD_FCGI] = fcgi;
	u->child[CHILD_WORKER] = worker;
	u->child[CHILD_NGINX] = nginx;
}

/* --- nginx's group over our own death ---------------------------------------*/

static void
group_path(const struct serve *s, char out[static PATH_MAX])
{
	if (path_join(out, PATH_MAX, s->run_dir, "nginx.group", NULL) !=
	    ERR_OK)
		out[0] = '\0';
}

static void
note_group(const struct super *u, pid_t pid)
{
	char	 path[PATH_MAX], text[64];

	group_path(u->s, path);
	snprintf(text, sizeof(text), "%ld %lld\n", (long)pid,
	    identity_start_time(pid));
	(void)fsio_write_atomic(path, text, strlen(text), FSIO_FILE_MODE,
	    NULL);
}

/*
 * A group id is not given out again while the group has members.  So either
 * the leader lives and is the one that was noted, or it is dead and whoever
 * has this group id belongs to it.
 */
void
serve_end_leftovers(const struct serve *s)
{
	struct buf	 b = BUF_INIT(256);
	char		 path[PATH_MAX], *end;
	long		 pid;
	long long	 start, now;

	group_path(s, path);
	if (fsio_read(path, &b, NULL) == ERR_OK) {
		pid = strtol(buf_str(&b), &end, 10);
		start = strtoll(end, NULL, 10);
		now = pid > 1 ? identity_start_time(pid) : 0;
		if (pid > 1 && (now == -1 || now == start))
			kill((pid_t)-pid, SIGKILL);
		unlink(path);
	}
	buf_clear(&b);
}

/* --- starting and reaping -----------------------------------------------------*/

static int
open_log(const struct super *u, const struct child *c)
{
	char	 path[PATH_MAX];

	if (!u->s->log_files)
		return STDERR_FILENO;
	if (path_join(path, sizeof(path), u->s->log_dir, c->log, NULL) !=
	    ERR_OK)
		return -1;
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    FSIO_FILE_MODE);
}

static enum err
start(struct super *u, struct child *c, struct diag *d)
{
	struct proc_opts o = PROC_OPTS_INIT;
	enum err	 e;
	int		 log = open_log(u, c);

	o.argv = c->argv;
	o.inherit_env = true;
	o.out = o.err = log;
	e = proc_spawn(&o, &c->pid, d);
	if (log > STDERR_FILENO)
		close(log);
	if (e != ERR_OK) {
		c->pid = -1;
		return e;
	}
	c->pidfd = proc_pidfd(c->pid);
	c->started = time_mono_ms();
	c->start_at = -1;
	if (c == &u->child[CHILD_NGINX])
		note_group(u, c->pid);
	log_event(LOG_INFO, "serve.started", LOG_S("child", c->name),
	    LOG_I("child_pid", c->pid));
	return ERR_OK;
}

/* The end of what it logged, for the message. */
static void
log_tail(const struct super *u, const struct child *c, char *out,
    size_t size)
{
	char	 path[PATH_MAX];
	struct stat st;
	ssize_t	 n = 0;
	int	 fd;

	out[0] = '\0';
	if (!u->s->log_files || path_join(path, sizeof(path), u->s->log_dir,
	    c == &u->child[CHILD_NGINX] ? "nginx-error.log" : c->log,
	    NULL) != ERR_OK ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	if (fstat(fd, &st) == 0)
		n = pread(fd, out, size - 1, st.st_size > (off_t)size - 1 ?
		    st.st_size - (off_t)size + 1 : 0);
	close(fd);
	out[n > 0 ? n : 0] = '\0';
}

static enum err
died(struct super *u, struct child *c, struct diag *d)
{
	int64_t	 now = time_mono_ms();
	char	 how[64], tail[TAIL_SIZE];
	int	 status = 0;

	if (proc_wait(c->pid, now, &status) != ERR_OK)
		return ERR_OK;
	/* nginx's workers, when its master was killed. */
	kill(-c->pid, SIGKILL);
	proc_status_text(status, how, sizeof(how));
	close(c->pidfd);
	c->pid = c->pidfd = -1;
	if (u->stopping)
		return ERR_OK;
	if (!u->ready) {
		log_tail(u, c, tail, sizeof(tail));
		return diag_set(d, ERR_CHILD, NULL, "%s ended at once (%s)"
		    "%s%s", c->name, how, tail[0] != '\0' ? "; its log "
		    "ends:\n" : "", tail);
	}
	c->backoff = c->backoff == 0 || now - c->started > WELL_MS ?
	    BACKOFF_MS : c->backoff * 2;
	if (c->backoff > BACKOFF_MAX_MS)
		c->backoff = BACKOFF_MAX_MS;
	c->start_at = now + c->backoff;
	log_event(LOG_ERROR, "serve.child_died", LOG_S("child", c->name),
	    LOG_S("how", how), LOG_I("restart_ms", c->backoff));
	if (u->s->log_files)
		fprintf(stderr, "bpfcompat serve: %s ended (%s) and is "
		    "started again\n", c->name, how);
	return ERR_OK;
}

/* --- stopping -------------------------------------------------------------------*/

static void
signal_child(struct child *c, int sig)
{
	if (c->pid != -1)
		kill(c->pid, sig);
}

/*
 * SIGINT (somebody at the keyboard): the worker hands its jobs back at once.
 * SIGTERM (a service manager): running targets get their drain time.
 */
static void
stop(struct super *u, int sig)
{
	int64_t	 now = time_mono_ms();

	if (u->stopping) {
		if (now < u->stop_since + REPEAT_MS && sig != SIGKILL)
			return;
		for (int i = 0; i < CHILDREN; i++)
			if (u->child[i].pid != -1)
				kill(-u->child[i].pid, SIGKILL);
		return;
	}
	u->stopping = true;
	u->stop_since = now;
	u->stop_by = now + STOP_SLACK_MS;
	if (sig != SIGINT)
		u->stop_by += u->s->conf->drain_timeout;
	signal_child(&u->child[CHILD_NGINX], SIGTERM);
	signal_child(&u->child[CHILD_FCGI], SIGTERM);
	signal_child(&u->child[CHILD_WORKER], sig == SIGINT ? SIGINT :
	    SIGTERM);
	log_event(LOG_INFO, "serve.stopping");
}

static void
on_signals(struct super *u)
{
	struct signalfd_siginfo	 si;

	while (read(u->sigfd, &si, sizeof(si)) == (ssize_t)sizeof(si))
		stop(u, (int)si.ssi_signo);
}

static bool
all_gone(const struct super *u)
{
	for (int i = 0; i < CHILDREN; i++)
		if (u->child[i].pid != -1)
			return false;
	return true;
}

/* --- the loop --------------------------------------------------------------------*/

static bool
files_are_there(const struct super *u)
{
	char	 pidfile[PATH_MAX];

	return path_join(pidfile, sizeof(pidfile), u->s->run_dir,
	    "nginx.pid", NULL) == ERR_OK && fsio_exists(pidfile) &&
	    fsio_exists(u->s->api_socket) && fsio_exists(u->s->wait_socket);
}

static void
say_ready(struct super *u)
{
	char	 url[256];

	u->ready = true;
	serve_url(u->s, url, sizeof(url));
	/* The one line on standard output; programs wait for it. */
	printf("%s\n", url);
	fflush(stdout);
	log_event(LOG_INFO, "serve.ready", LOG_S("url", url));
}

static enum err
get_ready(struct super *u, struct diag *d)
{
	int64_t	 now = time_mono_ms();

	if (u->ready || u->stopping)
		return ERR_OK;
	if (files_are_there(u)) {
		if (u->s->tls_cert[0] != '\0' || u->probe.ok) {
			say_ready(u);
			return ERR_OK;
		}
		probe_start(&u->probe, u->s->host, u->s->port, now);
	}
	if (now < u->ready_by)
		return ERR_OK;
	return diag_set(d, ERR_TIMEOUT, NULL, "the page does not answer "
	    "after %d s; see the logs in %s", START_MS / 1000,
	    u->s->log_dir);
}

static int
wait_ms(const struct super *u)
{
	int64_t	 at = -1, now = time_mono_ms();

	if (u->stopping)
		at = u->stop_by;
	else if (!u->ready) {
		at = u->ready_by;
		if (u->probe.again_at > 0 && u->probe.again_at < at)
			at = u->probe.again_at;
	}
	for (int i = 0; i < CHILDREN; i++)
		if (!u->stopping && u->child[i].pid == -1 &&
		    (at == -1 || u->child[i].start_at < at))
			at = u->child[i].start_at;
	return at == -1 ? -1 : at <= now ? 0 : (int)(at - now);
}

static void
restart_due(struct super *u)
{
	struct diag	 d = DIAG_INIT;
	int64_t		 now = time_mono_ms();

	for (int i = 0; i < CHILDREN; i++) {
		struct child	*c = &u->child[i];

		if (u->stopping || c->pid != -1 || now < c->start_at)
			continue;
		if (start(u, c, &d) != ERR_OK) {
			log_event(LOG_ERROR, "serve.cannot_start",
			    LOG_S("child", c->name),
			    LOG_S("error", diag_text(&d)));
			c->start_at = now + BACKOFF_MAX_MS;
		}
	}
}

static enum err
turn(struct super *u, struct diag *d)
{
	struct pollfd	 p[3 + CHILDREN];
	char		 events[4096];
	enum err	 e;

	p[0] = (struct pollfd){ u->sigfd, POLLIN, 0 };
	p[1] = (struct pollfd){ u->watch, POLLIN, 0 };
	p[2] = (struct pollfd){ u->probe.fd, u->probe.events, 0 };
	for (int i = 0; i < CHILDREN; i++)
		p[3 + i] = (struct pollfd){ u->child[i].pidfd, POLLIN, 0 };
	if (poll(p, 3 + CHILDREN, wait_ms(u)) == -1 && errno != EINTR)
		return diag_errno(d, "cannot wait for the children");
	if (p[0].revents != 0)
		on_signals(u);
	if (p[1].revents != 0)
		while (read(u->watch, events, sizeof(events)) > 0)
			;
	if (p[2].revents != 0)
		probe_ready(&u->probe, time_mono_ms());
	for (int i = 0; i < CHILDREN; i++)
		if (u->child[i].pidfd != -1 && p[3 + i].revents != 0 &&
		    (e = died(u, &u->child[i], d)) != ERR_OK)
			return e;
	if (u->stopping && time_mono_ms() >= u->stop_by)
		stop(u, SIGKILL);
	restart_due(u);
	return get_ready(u, d);
}

static enum err
open_watch(struct super *u, struct diag *d)
{
	char	 pidfile[PATH_MAX];

	/* What an earlier run left must not look like the new one's. */
	if (path_join(pidfile, sizeof(pidfile), u->s->run_dir, "nginx.pid",
	    NULL) == ERR_OK)
		unlink(pidfile);
	unlink(u->s->api_socket);
	unlink(u->s->wait_socket);
	u->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (u->watch == -1 || inotify_add_watch(u->watch, u->s->run_dir,
	    IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE) == -1)
		return diag_errno(d, "cannot watch %s", u->s->run_dir);
	return ERR_OK;
}

enum err
serve_supervise(const struct serve *s, int sigfd, struct diag *d)
{
	struct super	 u = { .sigfd = sigfd, .watch = -1 };
	char		 path[PATH_MAX];
	enum err	 e;

	set_up(&u, s);
	probe_init(&u.probe);
	u.ready_by = time_mono_ms() + START_MS;
	if ((e = open_watch(&u, d)) == ERR_OK)
		for (int i = 0; i < CHILDREN && e == ERR_OK; i++)
			e = start(&u, &u.child[i], d);
	while (e == ERR_OK && !(u.stopping && all_gone(&u)))
		e = turn(&u, d);
	for (int i = 0; i < CHILDREN; i++)
		if (u.child[i].pid != -1) {
			proc_stop(u.child[i].pid, 0);
			close(u.child[i].pidfd);
		}
	probe_clear(&u.probe);
	group_path(s, path);
	unlink(path);
	if (u.watch != -1)
		close(u.watch);
	return e;
}
