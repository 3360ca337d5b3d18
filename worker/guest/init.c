/*
 * bpfcompat-init: process 1 of a guest booted directly.  It brings the guest
 * to the point where the host can come in by SSH, says so in one line, and
 * then only reaps.  Nothing here waits for a fixed time: the SSH server is
 * known to listen when its pid file appears, which it writes right after.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#define PID_DIR		"/run"
#define PID_FILE	"dropbear.pid"

/* A server that dies at once is not started for ever. */
#define RESTARTS_MAX	20

struct	service {
	const char	*name;
	void		 (*start)(void); /* in the child; does not return */
	pid_t		 pid;
	int		 restarts;
};

void
init_say(const char *fmt, ...)
{
	char	 line[512];
	int	 n, m;
	va_list	 ap;

	n = snprintf(line, sizeof(line), "bpfcompat-init: ");
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	n += m;
	if ((size_t)n > sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	/* One write, so that kernel messages do not tear the line. */
	while (write(STDERR_FILENO, line, (size_t)n) == -1 && errno == EINTR)
		continue;
}

/* Keys only, no forwarding of any kind; log to the console. */
static void
ssh_exec(void)
{
	execl("/usr/sbin/dropbear", "dropbear", "-F", "-E", "-s", "-j", "-k",
	    "-m", "-p", "22", "-r", "/etc/dropbear/dropbear_ed25519_host_key",
	    "-P", PID_DIR "/" PID_FILE, (char *)NULL);
	init_say("cannot start /usr/sbin/dropbear: %s", strerror(errno));
	_exit(127);
}

static void
service_start(struct service *s)
{
	sigset_t	 none;

	if ((s->pid = fork()) != 0)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	s->start();
	_exit(127);
}

static void
open_console(void)
{
	int	 fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd == -1)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static bool
named(const char *events, ssize_t len, const char *name)
{
	const struct inotify_event	*ev;
	const char			*p = events;

	while (p < events + len) {
		ev = (const void *)p;
		if (ev->len > 0 && strcmp(ev->name, name) == 0)
			return true;
		p += sizeof(*ev) + ev->len;
	}
	return false;
}

/*
 * Until the server has written its pid file, or has died.  The watch was
 * set before it was started, and SIGCHLD is blocked.
 */
static bool
ssh_wait(int watch, const sigset_t *set, pid_t pid)
{
	char		 buf[4096]
			    __attribute__((aligned(__alignof__(
			    struct inotify_event))));
	struct signalfd_siginfo si;
	struct pollfd	 p[2];
	int		 sig = signalfd(-1, set, SFD_CLOEXEC);
	ssize_t		 n;
	bool		 there = false, dead = false;

	p[0] = (struct pollfd){ watch, POLLIN, 0 };
	p[1] = (struct pollfd){ sig, POLLIN, 0 };
	while (!there && !dead) {
		poll(p, 2, -1);
		if ((p[0].revents & POLLIN) != 0) {
			n = read(watch, buf, sizeof(buf));
			there = n > 0 && named(buf, n, PID_FILE);
		}
		if ((p[1].revents & POLLIN) != 0 &&
		    read(sig, &si, sizeof(si)) > 0)
			dead = waitpid(pid, NULL, WNOHANG) == pid;
	}
	close(sig);
	return there;
}

/* Has the caches and the kernel's own BTF ready before a snapshot. */
static void
warm_up(void)
{
	pid_t	 pid = fork();

	if (pid == 0) {
		execl("/bin/bpfcompat-validator", "bpfcompat-validator",
		    "--warm", (char *)NULL);
		_exit(127);
	}
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
}

static void
limits(void)
{
	static const struct rlimit	 all = { RLIM_INFINITY, RLIM_INFINITY };
	static const struct rlimit	 files = { 65536, 65536 };

	setrlimit(RLIMIT_MEMLOCK, &all);
	setrlimit(RLIMIT_NOFILE, &files);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	if (sethostname("bpfcompat", 9) == -1)
		init_say("no host name: %s", strerror(errno));
}

static void
restart(struct service *s)
{
	if (s->restarts++ >= RESTARTS_MAX) {
		init_say("%s keeps dying and is left dead", s->name);
		s->pid = -1;
		return;
	}
	init_say("%s ended and is started again", s->name);
	service_start(s);
}

static void
reap_for_ever(struct service *v, size_t n, const sigset_t *set)
{
	pid_t	 pid;
	size_t	 i;

	for (;;) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			for (i = 0; i < n; i++)
				if (v[i].pid == pid)
					restart(&v[i]);
		sigwaitinfo(set, NULL);
	}
}

int
main(void)
{
	struct service	 v[2] = {
		{ "the SSH server", ssh_exec, -1, 0 },
		{ "the serial carrier", serial_run, -1, 0 },
	};
	sigset_t	 set;
	size_t		 n = 1;
	int		 watch;

	if (getpid() != 1) {
		fprintf(stderr, "bpfcompat-init: only runs as process 1 of a "
		    "guest\n");
		return 2;
	}
	setup_mounts();
	open_console();
	limits();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);

	watch = inotify_init1(IN_CLOEXEC);
	inotify_add_watch(watch, PID_DIR, IN_CLOSE_WRITE);
	setup_modules();
	/* The server listens on all addresses, also on those to come. */
	service_start(&v[0]);
	if (!setup_network() || setup_param("bpfcompat.serial=1"))
		service_start(&v[n++]);
	if (setup_param("bpfcompat.warm=1"))
		warm_up();
	if (ssh_wait(watch, &set, v[0].pid))
		init_say("ready");
	else
		init_say("the SSH server did not start");
	close(watch);
	reap_for_ever(v, n, &set);
}
