/* The SSH server of the guest: keys only, no forwarding of any kind. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/inotify.h>
#include <sys/wait.h>

/*
 * What carries the result out, and what is started by it, is not what the
 * kernel shall kill when the object uses up the memory; the validator says
 * what is.
 */
static void
protect(void)
{
	int	 fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, "-1000", 5) != 5)
		init_say("the SSH server is not protected from the OOM "
		    "killer: %s", strerror(errno));
	if (fd != -1)
		close(fd);
}

void
server_exec(const char *key)
{
	protect();
	/* Its log goes to the console. */
	execl("/usr/sbin/dropbear", "dropbear", "-F", "-E", "-s", "-j", "-k",
	    "-m", "-p", "22", "-r", key, "-P", SERVER_PID_FILE, (char *)NULL);
	init_say("cannot start /usr/sbin/dropbear: %s", strerror(errno));
	_exit(127);
}

int
server_watch(void)
{
	int	 watch = inotify_init1(IN_CLOEXEC);

	inotify_add_watch(watch, "/run", IN_CLOSE_WRITE);
	return watch;
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

/* The server writes its pid file right after it has begun to listen. */
bool
server_wait(int watch, const sigset_t *sigs, pid_t pid)
{
	char		 buf[4096]
			    __attribute__((aligned(__alignof__(
			    struct inotify_event))));
	struct signalfd_siginfo si;
	struct pollfd	 p[2];
	int		 sig = sigs == NULL ? -1 :
			    signalfd(-1, sigs, SFD_CLOEXEC);
	ssize_t		 n;
	bool		 there = false, dead = false;

	p[0] = (struct pollfd){ watch, POLLIN, 0 };
	p[1] = (struct pollfd){ sig, POLLIN, 0 };
	while (!there && !dead) {
		poll(p, 2, -1);
		if ((p[0].revents & POLLIN) != 0) {
			n = read(watch, buf, sizeof(buf));
			there = n > 0 && named(buf, n,
			    strrchr(SERVER_PID_FILE, '/') + 1);
		}
		if ((p[1].revents & POLLIN) != 0 &&
		    read(sig, &si, sizeof(si)) > 0)
			dead = waitpid(pid, NULL, WNOHANG) == pid;
	}
	if (sig != -1)
		close(sig);
	return there;
}

pid_t
server_pid(void)
{
	FILE	*f = fopen(SERVER_PID_FILE, "re");
	char	 line[32];
	long	 pid = -1;

	if (f == NULL)
		return -1;
	if (fgets(line, sizeof(line), f) != NULL)
		pid = strtol(line, NULL, 10);
	fclose(f);
	return pid > 1 ? (pid_t)pid : -1;
}
