#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/timefmt.h"

extern char	**environ;

/* Highest descriptor number a child may be asked to keep. */
#define KEEP_FD_MAX	1024

static void
close_others(const struct proc_opts *o, int status_fd)
{
	int	 from = 3, next, i;

	for (;;) {
		next = KEEP_FD_MAX;
		for (i = 0; i < o->nkeep; i++)
			if (o->keep[i] >= from && o->keep[i] < next)
				next = o->keep[i];
		if (status_fd >= from && status_fd < next)
			next = status_fd;
		if (next == KEEP_FD_MAX)
			break;
		if (next > from)
			close_range((unsigned)from, (unsigned)next - 1, 0);
		from = next + 1;
	}
	close_range((unsigned)from, ~0U, 0);
}

static int
put_fd(int fd, int as)
{
	if (fd == -1) {
		fd = open("/dev/null", as == 0 ? O_RDONLY : O_WRONLY);
		if (fd == -1)
			return -1;
	}
	if (fd == as)
		return fcntl(fd, F_SETFD, 0);
	return dup2(fd, as);
}

static char **
child_env(const struct proc_opts *o, char *store, size_t size)
{
	static char	*env[4];
	const char	*path = getenv("PATH"), *home = getenv("HOME");
	int		 n = 0;

	if (o->inherit_env)
		return environ;
	if (o->env != NULL)
		return (char **)(uintptr_t)o->env;
	snprintf(store, size, "PATH=%s", path != NULL ? path :
	    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	env[n++] = store;
	store += strlen(store) + 1;
	size -= strlen(env[0]) + 1;
	snprintf(store, size, "HOME=%s", home != NULL ? home : "/");
	env[n++] = store;
	env[n++] = (char *)(uintptr_t)"LANG=C.UTF-8";
	env[n] = NULL;
	return env;
}

/* In the child: never returns; reports errno through "status_fd". */
static void
child_exec(const struct proc_opts *o, int status_fd, pid_t parent)
{
	char		 store[8192];
	sigset_t	 none;
	char		**env;
	int		 no;

	if (!o->same_group && setpgid(0, 0) == -1)
		goto fail;
	/* First, as changing the user clears the parent-death signal. */
	if (o->uid != 0 && (setgroups(0, NULL) == -1 ||
	    setresgid(o->gid, o->gid, o->gid) == -1 ||
	    setresuid(o->uid, o->uid, o->uid) == -1))
		goto fail;
	if (!o->outlive) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
			goto fail;
		if (getppid() != parent)
			_exit(127);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	if (put_fd(o->in, 0) == -1 || put_fd(o->out, 1) == -1 ||
	    put_fd(o->err, 2) == -1)
		goto fail;
	close_others(o, status_fd);
	for (int i = 0; i < o->nkeep; i++)
		fcntl(o->keep[i], F_SETFD, 0);
	if (o->cwd != NULL && chdir(o->cwd) == -1)
		goto fail;
	env = child_env(o, store, sizeof(store));
	execvpe(o->argv[0], (char *const *)(uintptr_t)o->argv, env);
fail:
	no = errno;
	if (write(status_fd, &no, sizeof(no)) == -1)
		_exit(126);
	_exit(127);
}

enum err
proc_spawn(const struct proc_opts *o, pid_t *out, struct diag *d)
{
	int	 status[2], no = 0;
	pid_t	 pid, parent = getpid();
	ssize_t	 n;

	if (pipe2(status, O_CLOEXEC) == -1)
		return diag_errno(d, "cannot start %s", o->argv[0]);
	/* Above the standard descriptors, which the child overwrites. */
	if (status[1] < 3) {
		int	 up = fcntl(status[1], F_DUPFD_CLOEXEC, 3);

		close(status[1]);
		status[1] = up;
	}
	pid = fork();
	if (pid == -1) {
		enum err e = diag_errno(d, "cannot fork for %s", o->argv[0]);

		close(status[0]);
		close(status[1]);
		return e;
	}
	if (pid == 0)
		child_exec(o, status[1], parent);
	close(status[1]);
	do {
		n = read(status[0], &no, sizeof(no));
	} while (n == -1 && errno == EINTR);
	close(status[0]);
	if (n == (ssize_t)sizeof(no)) {
		waitpid(pid, NULL, 0);
		if (no == ENOENT)
			return diag_set(d, ERR_NOTFOUND, NULL,
			    "program not found: %s", o->argv[0]);
		return diag_set(d, ERR_CHILD, NULL, "cannot start %s: %s",
		    o->argv[0], strerror(no));
	}
	*out = pid;
	return ERR_OK;
}

int
proc_pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

enum err
proc_wait(pid_t pid, int64_t deadline, int *status)
{
	struct pollfd	 pfd = { .events = POLLIN };
	pid_t		 got;
	int		 r = 0, wait;

	got = waitpid(pid, status, WNOHANG);
	if (got == pid)
		return ERR_OK;
	if (got == -1)
		return ERR_NOTFOUND;
	if ((pfd.fd = proc_pidfd(pid)) == -1)
		return err_from_errno(errno);
	do {
		wait = deadline < 0 ? -1 : time_left_ms(deadline);
		r = poll(&pfd, 1, wait);
	} while (r == -1 && errno == EINTR);
	close(pfd.fd);
	if (r == 0)
		return ERR_TIMEOUT;
	do {
		got = waitpid(pid, status, 0);
	} while (got == -1 && errno == EINTR);
	return got == pid ? ERR_OK : ERR_NOTFOUND;
}

void
proc_stop(pid_t pid, int grace_ms)
{
	int	 status;

	if (pid <= 1)
		return;
	if (grace_ms > 0) {
		if (kill(-pid, SIGTERM) == -1)
			kill(pid, SIGTERM);
		proc_wait(pid, time_mono_ms() + grace_ms, &status);
	}
	/* The group may have outlived its leader. */
	kill(-pid, SIGKILL);
	if (waitpid(pid, &status, WNOHANG) == 0) {
		kill(pid, SIGKILL);
		proc_wait(pid, -1, &status);
	}
}

void
proc_status_text(int status, char *out, size_t size)
{
	if (WIFEXITED(status))
		snprintf(out, size, "exit code %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		snprintf(out, size, "killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(out, size, "status 0x%x", (unsigned int)status);
}

/* Reads what is there; false at the end of the stream. */
static bool
drain(int fd, struct buf *b)
{
	char	 chunk[16 * 1024];
	ssize_t	 n = read(fd, chunk, sizeof(chunk));

	if (n == -1)
		return errno == EINTR || errno == EAGAIN;
	if (n == 0)
		return false;
	if (b != NULL && b->err == ERR_OK) {
		size_t	 room = b->max - b->len, take = (size_t)n;

		buf_add(b, chunk, take < room ? take : room);
	}
	return true;
}

/* Moves bytes until both outputs end; ERR_TIMEOUT at the deadline. */
static enum err
pump(int fds[3], const char *in, size_t len, struct buf *out, struct buf *err,
    int64_t deadline)
{
	struct pollfd	 p[3];
	ssize_t		 n;
	int		 r;

	while (fds[1] != -1 || fds[2] != -1) {
		p[0] = (struct pollfd){ fds[0], POLLOUT, 0 };
		p[1] = (struct pollfd){ fds[1], POLLIN, 0 };
		p[2] = (struct pollfd){ fds[2], POLLIN, 0 };
		r = poll(p, 3, deadline < 0 ? -1 : time_left_ms(deadline));
		if (r == -1 && errno == EINTR)
			continue;
		if (r <= 0)
			return r == 0 ? ERR_TIMEOUT : ERR_IO;
		if (p[0].revents != 0) {
			n = len > 0 ? write(fds[0], in, len) : 0;
			if (n > 0) {
				in += n;
				len -= (size_t)n;
			}
			if (len == 0 || (n == -1 && errno != EAGAIN &&
			    errno != EINTR)) {
				close(fds[0]);
				fds[0] = -1;
			}
		}
		for (int i = 1; i < 3; i++)
			if (p[i].revents != 0 &&
			    !drain(fds[i], i == 1 ? out : err)) {
				close(fds[i]);
				fds[i] = -1;
			}
	}
	return ERR_OK;
}

enum err
proc_run(const struct proc_opts *o, const void *input, size_t len, struct buf *out,
    struct buf *err, int64_t deadline, int *code, struct diag *d)
{
	int	 in_p[2] = { -1, -1 }, out_p[2] = { -1, -1 };
	int	 err_p[2] = { -1, -1 }, fds[3], status = 0;
	struct proc_opts own = *o;
	pid_t	 pid = -1;
	enum err e;
	void	(*old_pipe)(int);

	if (pipe2(in_p, O_CLOEXEC) == -1 || pipe2(out_p, O_CLOEXEC) == -1 ||
	    pipe2(err_p, O_CLOEXEC) == -1) {
		e = diag_errno(d, "cannot start %s", o->argv[0]);
		goto fail;
	}
	if (input != NULL || own.in == -1)
		own.in = in_p[0];
	own.out = out_p[1];
	own.err = err_p[1];
	if ((e = proc_spawn(&own, &pid, d)) != ERR_OK)
		goto fail;
	close(in_p[0]);
	close(out_p[1]);
	close(err_p[1]);
	fcntl(in_p[1], F_SETFL, O_NONBLOCK);
	fds[0] = in_p[1];
	fds[1] = out_p[0];
	fds[2] = err_p[0];
	old_pipe = signal(SIGPIPE, SIG_IGN);
	e = pump(fds, input, input == NULL ? 0 : len, out, err, deadline);
	signal(SIGPIPE, old_pipe);
	for (int i = 0; i < 3; i++)
		if (fds[i] != -1)
			close(fds[i]);
	if (e == ERR_OK)
		e = proc_wait(pid, deadline, &status);
	if (e != ERR_OK) {
		proc_stop(pid, 0);
		return diag_set(d, e, NULL, "%s: %s", o->argv[0], err_text(e));
	}
	*code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
	return ERR_OK;
fail:
	for (int i = 0; i < 2; i++) {
		if (in_p[i] != -1)
			close(in_p[i]);
		if (out_p[i] != -1)
			close(out_p[i]);
		if (err_p[i] != -1)
			close(err_p[i]);
	}
	return e;
}

enum err
proc_limit(const struct proc_limit *all, size_t n, struct diag *d)
{
	struct rlimit	 r;

	for (size_t i = 0; i < n; i++) {
#ifdef __SANITIZE_ADDRESS__
		/* Its shadow memory is larger than any machine. */
		if (all[i].what == RLIMIT_AS)
			continue;
#endif
		if (getrlimit(all[i].what, &r) == -1)
			return diag_errno(d, "cannot read a limit");
		if (r.rlim_max > all[i].most)
			r.rlim_max = all[i].most;
		r.rlim_cur = r.rlim_max;
		if (setrlimit(all[i].what, &r) == -1)
			return diag_errno(d, "cannot set a limit");
	}
	return ERR_OK;
}
