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

#include <sys/resource.h>
#include <sys/wait.h>

#include "config.h"

#include "wire.h"

/* A server that dies at once is not started for ever. */
#define RESTARTS_MAX	20

/* The control port is announced at once or not at all. */
#define CTL_WAIT_MS	2000

enum	{ SERVER, CARRIER, CONTROL, SERVICES };

struct	service {
	const char	*name;
	pid_t		 pid;	/* -1: does not run */
	int		 restarts;
};

struct	init {
	struct service	 v[SERVICES];
	int		 ctl_ready[2]; /* pipe; -1 where closed */
	bool		 warm;	/* the guest is going to be saved */
	sigset_t	 sigchld;
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

static void
tick(void)
{
	static const char	 line[] = WIRE_STEP_PRIORITY WIRE_TICK "\n";
	int			 fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, line, sizeof(line) - 1) == -1)
		init_say("no tick: %s", strerror(errno));
	if (fd != -1)
		close(fd);
}

static void
service_start(struct init *in, int which)
{
	struct service	*s = &in->v[which];
	sigset_t	 none;

	if ((s->pid = fork()) != 0)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	switch (which) {
	case SERVER:
		server_exec(SERVER_KEY);
	case CARRIER:
		serial_run();
	default:
		ctl_run(in->ctl_ready[1], in->warm);
	}
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
restart(struct init *in, int which)
{
	struct service	*s = &in->v[which];

	s->pid = -1;
	if (which == SERVER && access(SERVER_REPLACED, F_OK) == 0)
		return;
	/* The host takes its closed port for the end of the connection. */
	if (which == CARRIER) {
		init_say("%s ended", s->name);
		return;
	}
	if (s->restarts++ >= RESTARTS_MAX) {
		init_say("%s keeps dying and is left dead", s->name);
		return;
	}
	if (which != SERVER)
		init_say("%s ended and is started again", s->name);
	service_start(in, which);
}

static void
reap_for_ever(struct init *in)
{
	pid_t	 pid;
	int	 i;

	for (;;) {
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			for (i = 0; i < SERVICES; i++)
				if (in->v[i].pid == pid)
					restart(in, i);
		sigwaitinfo(&in->sigchld, NULL);
	}
}

/* Starts the process that obeys the control port, if there can be one. */
static void
ctl_start(struct init *in)
{
	if (!setup_has_ports() || pipe2(in->ctl_ready, O_CLOEXEC) == -1)
		return;
	service_start(in, CONTROL);
	close(in->ctl_ready[1]);
	in->ctl_ready[1] = -1;
}

static void
ctl_wait(struct init *in)
{
	struct pollfd	 p = { in->ctl_ready[0], POLLIN, 0 };

	if (in->ctl_ready[0] == -1)
		return;
	poll(&p, 1, CTL_WAIT_MS);
	close(in->ctl_ready[0]);
	in->ctl_ready[0] = -1;
}

static void
run(struct init *in)
{
	int	 watch = server_watch();

	setup_modules();
	setup_environment();
	/* The server listens on all addresses, also on those to come. */
	service_start(in, SERVER);
	ctl_start(in);
	if (!setup_network() || setup_param(WIRE_PARAM_SERIAL))
		service_start(in, CARRIER);
	if (in->warm)
		warm_up();
	if (server_wait(watch, &in->sigchld, in->v[SERVER].pid)) {
		ctl_wait(in);
		tick();
		init_say("ready");
	} else {
		init_say("the SSH server did not start");
	}
	close(watch);
	reap_for_ever(in);
}

int
main(int argc, char **argv)
{
	struct init	 in = {
		.v = {
			[SERVER] = { "the SSH server", -1, 0 },
			[CARRIER] = { "the serial carrier", -1, 0 },
			[CONTROL] = { "the control port", -1, 0 },
		},
		.ctl_ready = { -1, -1 },
	};

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bpfcompat-init %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (getpid() != 1) {
		fprintf(stderr, "bpfcompat-init: only runs as process 1 of a "
		    "guest\n");
		return 2;
	}
	setup_mounts();
	open_console();
	tick();
	limits();
	sigemptyset(&in.sigchld);
	sigaddset(&in.sigchld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &in.sigchld, NULL);
	in.warm = setup_param(WIRE_PARAM_WARM);
	run(&in);
	return 1;
}
