/*
 * Virtio-serial ports by name.  While the host is not connected a port is
 * always "hung up" for poll(2); then only its signal (SIGIO, on every change
 * of the other side) can be waited for.
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#define PORTS_DIR	"/sys/class/virtio-ports"

/* The device of the port with this name, or false. */
static bool
find_port(const char *want, char *dev, size_t size)
{
	DIR		*d = opendir(PORTS_DIR);
	struct dirent	*de;
	char		 path[512], name[64];
	FILE		*f;
	bool		 found = false;

	while (d != NULL && !found && (de = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), PORTS_DIR "/%s/name",
		    de->d_name);
		if (de->d_name[0] == '.' || (f = fopen(path, "re")) == NULL)
			continue;
		if (fgets(name, sizeof(name), f) != NULL) {
			name[strcspn(name, "\n")] = '\0';
			found = strcmp(name, want) == 0;
		}
		fclose(f);
		if (found)
			snprintf(dev, size, "/dev/%s", de->d_name);
	}
	if (d != NULL)
		closedir(d);
	return found;
}

/* The open port, once the kernel has announced it; -1: it never can. */
static int
await_port(const char *name)
{
	struct sockaddr_nl	 sa = { .nl_family = AF_NETLINK,
				    .nl_groups = 1 };
	char			 dev[280], buf[8192];
	int			 s, fd = -1;

	s = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
	    NETLINK_KOBJECT_UEVENT);
	if (s == -1 || bind(s, (void *)&sa, sizeof(sa)) == -1) {
		init_say("no device events: %s", strerror(errno));
		return -1;
	}
	/* Looked at after the socket listens: no announcement is missed. */
	while (!find_port(name, dev, sizeof(dev)) ||
	    (fd = open(dev, O_RDWR | O_NONBLOCK | O_CLOEXEC)) == -1)
		if (recv(s, buf, sizeof(buf), 0) == -1 && errno != EINTR &&
		    errno != ENOBUFS)
			break;
	close(s);
	return fd;
}

bool
port_open(const char *name, struct port *p)
{
	sigset_t	 set;

	if ((p->fd = await_port(name)) == -1)
		return false;
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p->sig = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return p->sig != -1 && fcntl(p->fd, F_SETOWN, getpid()) != -1;
}

static bool
host_connected(const struct port *p)
{
	struct pollfd	 pfd = { p->fd, POLLIN, 0 };

	return poll(&pfd, 1, 0) >= 0 && (pfd.revents & POLLHUP) == 0;
}

void
port_wait_host(const struct port *p)
{
	struct signalfd_siginfo	 si[16];
	struct pollfd		 pfd = { p->sig, POLLIN, 0 };

	/* Only now: the signal comes with every buffer of data too. */
	fcntl(p->fd, F_SETFL, O_NONBLOCK | O_ASYNC);
	while (!host_connected(p)) {
		poll(&pfd, 1, -1);
		while (read(p->sig, si, sizeof(si)) > 0)
			continue;
	}
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
}
