/*
 * Runs one behaviour command.  It gets its own session, so that a deadline
 * or its end takes everything it started along; what escapes into another
 * session becomes our child (we are its subreaper) and is killed too.
 */
#include "functional.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/timefmt.h"

#define TAIL_MAX	4096	/* of each stream, as command mode wants it */
#define EXIT_TIMEOUT	124
#define EXIT_UNKNOWN	125
#define EXIT_NOSTART	127

struct	tail {
	int	 fd; /* -1 once closed */
	size_t	 len;
	char	 text[TAIL_MAX + 1];
};

struct	job {
	pid_t	 pid;
	int	 pidfd;
	bool	 reaped;
	int	 wstatus;
	struct tail out, err;
};

static void
tail_add(struct tail *t, const char *p, size_t n)
{
	size_t	 drop;

	if (n >= TAIL_MAX) {
		p += n - TAIL_MAX;
		n = TAIL_MAX;
	}
	drop = t->len + n > TAIL_MAX ? t->len + n - TAIL_MAX : 0;
	memmove(t->text, t->text + drop, t->len - drop);
	t->len -= drop;
	memcpy(t->text + t->len, p, n);
	t->len += n;
	t->text[t->len] = '\0';
}

/* Takes what is there; closes at the end of the stream. */
static void
tail_read(struct tail *t)
{
	char	 chunk[8192];
	ssize_t	 n;

	while (t->fd != -1) {
		n = read(t->fd, chunk, sizeof(chunk));
		if (n > 0) {
			tail_add(t, chunk, (size_t)n);
		} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
			close(t->fd);
			t->fd = -1;
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

static void
exec_command(const char *command, int out, int err)
{
	struct sigaction	 dfl = { .sa_handler = SIG_DFL };
	int			 null = open("/dev/null", O_RDONLY);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGPIPE, &dfl, NULL);
	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    dup2(out, STDOUT_FILENO) == -1 || dup2(err, STDERR_FILENO) == -1)
		_exit(EXIT_NOSTART);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(EXIT_NOSTART);
}

static bool
job_start(struct job *j, const char *command)
{
	int	 out[2], err[2];

	memset(j, 0, sizeof(*j));
	j->pid = j->pidfd = j->out.fd = j->err.fd = -1;
	if (pipe2(out, O_CLOEXEC) == -1)
		return false;
	if (pipe2(err, O_CLOEXEC) == -1) {
		close(out[0]);
		close(out[1]);
		return false;
	}
	if ((j->pid = fork()) == 0)
		exec_command(command, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	j->out.fd = out[0];
	j->err.fd = err[0];
	fcntl(j->out.fd, F_SETFL, O_NONBLOCK);
	fcntl(j->err.fd, F_SETFL, O_NONBLOCK);
	if (j->pid != -1) {
		/* The child does it too; whoever is first. */
		setpgid(j->pid, j->pid);
		j->pidfd = (int)syscall(SYS_pidfd_open, j->pid, 0);
	}
	return j->pid != -1 && j->pidfd != -1;
}

/* Until the command's shell has ended or the deadline; true: it ended. */
static bool
job_wait(struct job *j, int64_t deadline)
{
	struct pollfd	 p[3];
	int		 n;

	while (!j->reaped) {
		p[0] = (struct pollfd){ j->pidfd, POLLIN, 0 };
		p[1] = (struct pollfd){ j->out.fd, POLLIN, 0 };
		p[2] = (struct pollfd){ j->err.fd, POLLIN, 0 };
		n = poll(p, 3, time_left_ms(deadline));
		if (n == -1 && errno != EINTR)
			return false;
		tail_read(&j->out);
		tail_read(&j->err);
		if (n > 0 && p[0].revents != 0)
			j->reaped = waitpid(j->pid, &j->wstatus, 0) == j->pid;
		else if (n == 0)
			return false;
	}
	return true;
}

/* Kills what the command left, also what moved to another session. */
static void
kill_children(void)
{
	char	 path[64], line[4096], *p, *end;
	FILE	*f;
	long	 pid;
	bool	 any = true;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
	    (int)getpid());
	while (any && (f = fopen(path, "re")) != NULL) {
		any = false;
		if (fgets(line, sizeof(line), f) == NULL)
			line[0] = '\0';
		fclose(f);
		for (p = line; (pid = strtol(p, &end, 10)) > 0; p = end) {
			any = true;
			kill((pid_t)pid, SIGKILL);
			waitpid((pid_t)pid, NULL, 0);
		}
	}
}

static void
job_end(struct job *j)
{
	if (j->pid > 0)
		kill(-j->pid, SIGKILL);
	if (j->pid > 0 && !j->reaped) {
		while (waitpid(j->pid, &j->wstatus, 0) == -1 &&
		    errno == EINTR)
			continue;
		j->reaped = true;
	}
	kill_children();
	tail_read(&j->out);
	tail_read(&j->err);
	if (j->out.fd != -1)
		close(j->out.fd);
	if (j->err.fd != -1)
		close(j->err.fd);
	if (j->pidfd != -1)
		close(j->pidfd);
}

static int
exit_code(int wstatus)
{
	if (WIFEXITED(wstatus))
		return WEXITSTATUS(wstatus);
	if (WIFSIGNALED(wstatus))
		return 128 + WTERMSIG(wstatus);
	return EXIT_UNKNOWN;
}

static bool
lacks(const char *text, const char *want)
{
	return want != NULL && *want != '\0' && strstr(text, want) == NULL;
}

static void
judge(struct func_test *t, const struct job *j)
{
	int	 n = 0;

	if (t->timed_out)
		n = asprintf(&t->error, "timed out after %d seconds",
		    t->timeout_s);
	else if (t->exit_code != t->expect_exit)
		n = asprintf(&t->error, "exit code %d, expected %d",
		    t->exit_code, t->expect_exit);
	else if (lacks(j->out.text, t->expect_stdout))
		n = asprintf(&t->error, "stdout does not contain \"%s\"",
		    t->expect_stdout);
	else if (lacks(j->err.text, t->expect_stderr))
		n = asprintf(&t->error, "stderr does not contain \"%s\"",
		    t->expect_stderr);
	if (n == -1)
		t->error = NULL;
	t->status = n == 0 ? FUNC_PASS : FUNC_FAIL;
}

/* The caller has no more time: that says nothing about the test. */
static void
cut(struct func_test *t, const char *how)
{
	t->status = FUNC_CUT;
	t->timed_out = false;
	free(t->error);
	if (asprintf(&t->error, "%s: the time of the target was used up",
	    how) == -1)
		t->error = NULL;
}

void
functional_run_one(struct func_test *t, int64_t until)
{
	struct job	 j;
	int64_t		 now = time_mono_ms();
	int64_t		 deadline = now + t->timeout_s * 1000;

	if (now >= until) {
		cut(t, "not run");
		return;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!job_start(&j, t->command == NULL ? "" : t->command)) {
		job_end(&j);
		t->status = FUNC_FAIL;
		t->exit_code = EXIT_NOSTART;
		t->error = strdup("the command could not be started");
		return;
	}
	t->timed_out = !job_wait(&j, deadline < until ? deadline : until);
	job_end(&j);
	t->exit_code = t->timed_out ? EXIT_TIMEOUT : exit_code(j.wstatus);
	t->stdout_tail = strdup(j.out.text);
	t->stderr_tail = strdup(j.err.text);
	if (t->timed_out && until < deadline)
		cut(t, "stopped");
	else
		judge(t, &j);
}
