#include "worker/vm/vm.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/guest/wire.h"
#include "worker/vm/qemu.h"
#include "worker/vm/qmp.h"
#include "worker/vm/splat.h"

/* How far a guest's clock may run ahead of ours. */
#define CLOCK_FACTOR	4
#define CLOCK_SLACK_MS	5000
#define COMMAND_MAX	(64 * 1024)
#define CHUNK		(64 * 1024)
#define KERNEL_MAX	((size_t)256 * 1024 * 1024)
/*
 * A guest that continues needs no kernel image, but QEMU has to make the
 * same devices, and for that it looks at the image's header.
 */
#define KERNEL_HEAD	((size_t)64 * 1024)

struct	vm {
	pid_t		 pid;
	int		 pidfd;
	int		 qmp_fd;
	int		 serial_fd;
	int		 ssh_fd;	/* until vm_ssh_connect() hands it on */
	int		 ssh_end;	/* then our own hold on it */
	int		 ctl_fd;
	int		 cancel_fd;
	int		 serial_log;
	size_t		 serial_bytes;
	bool		 serial_cut;
	bool		 network;
	bool		 control;
	bool		 ready;
	bool		 ended;
	int		 status;
	int		 port;
	struct qmp	 qmp;
	struct splat	 splat;
	unsigned	 ticks;		/* seen in "splat" */
	int64_t		 tick_us[2];	/* first and last, guest's clock */
	int64_t		 tick_ms[2];	/* the same, ours */
	struct buf	 ctl_in;
	struct buf	 command;
};

/* --- start --------------------------------------------------------------- */

/* Ours in *host; the other end for QEMU in *guest, below /dev/null's. */
static enum err
channel(int *host, int *guest)
{
	int	 sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
		return err_from_errno(errno);
	if (fcntl(sv[0], F_SETFL, O_NONBLOCK) == -1) {
		close(sv[0]);
		close(sv[1]);
		return err_from_errno(errno);
	}
	*host = sv[0];
	*guest = sv[1];
	return ERR_OK;
}

/*
 * A copy in memory: QEMU opens it by /proc/self/fd, and the user it runs as
 * may not be allowed to read the file itself.
 */
static enum err
copy_in(const char *path, size_t max, int *out, struct diag *d)
{
	int	 from = open(path, O_RDONLY | O_CLOEXEC), to;
	ssize_t	 n;

	if (from == -1)
		return diag_errno(d, "cannot open the kernel %s", path);
	if ((to = memfd_create("kernel", MFD_CLOEXEC)) == -1) {
		close(from);
		return diag_errno(d, "cannot make an anonymous file");
	}
	do {
		n = sendfile(to, from, NULL, max);
		if (n > 0)
			max -= (size_t)n;
	} while ((n > 0 && max > 0) || (n == -1 && errno == EINTR));
	close(from);
	if (n == -1) {
		enum err e = diag_errno(d, "cannot read the kernel %s", path);

		close(to);
		return e;
	}
	*out = to;
	return ERR_OK;
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static enum err
open_channels(struct vm *v, struct qemu_fds *f)
{
	enum err	 e;

	if ((e = channel(&v->qmp_fd, &f->qmp)) != ERR_OK ||
	    (e = channel(&v->serial_fd, &f->serial)) != ERR_OK ||
	    (v->control && (e = channel(&v->ctl_fd, &f->ctl)) != ERR_OK))
		return e;
	return v->network ? ERR_OK : channel(&v->ssh_fd, &f->ssh);
}

static enum err
spawn(struct vm *v, const struct vm_opts *o, const struct qemu_fds *f,
    struct diag *d)
{
	struct proc_opts p = PROC_OPTS_INIT;
	struct qemu_args a;
	const int	 all[] = { f->kernel, f->initrd, f->ram, f->state,
			    f->qmp, f->serial, f->ssh, f->ctl };
	int		 keep[sizeof(all) / sizeof(all[0])];
	enum err	 e = qemu_args_build(o, f, &a);

	if (e != ERR_OK)
		goto out;
	for (size_t i = 0; i < a.n; i++)
		buf_addf(&v->command, "%s%s", i > 0 ? " " : "", a.v[i]);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] != -1)
			keep[p.nkeep++] = all[i];
	p.argv = (const char *const *)a.v;
	p.keep = keep;
	p.out = o->qemu_log;
	p.err = o->qemu_log;
	p.uid = o->uid;
	p.gid = o->gid;
	if ((e = proc_spawn(&p, &v->pid, d)) != ERR_OK)
		goto out;
	if ((v->pidfd = proc_pidfd(v->pid)) == -1)
		e = diag_errno(d, "cannot watch QEMU");
out:
	qemu_args_clear(&a);
	return e;
}

static void
on_line(void *arg, const char *line)
{
	struct vm	*v = arg;

	if (strstr(line, WIRE_READY) != NULL)
		v->ready = true;
}

enum err
vm_start(const struct vm_opts *o, struct vm **out, struct diag *d)
{
	struct qemu_fds	 f = { -1, o->initrd_fd, o->ram_fd, o->state_fd, -1,
			    -1, -1, -1 };
	struct vm	*v = calloc(1, sizeof(*v));
	enum err	 e;

	if (v == NULL)
		return ERR_NOMEM;
	v->pid = v->pidfd = v->qmp_fd = v->serial_fd = -1;
	v->ssh_fd = v->ssh_end = -1;
	v->ctl_fd = -1;
	v->cancel_fd = o->cancel_fd;
	v->serial_log = o->serial_log;
	v->network = o->network;
	v->control = o->control;
	qmp_init(&v->qmp);
	splat_init(&v->splat);
	v->splat.on_line = on_line;
	v->splat.arg = v;
	buf_init(&v->ctl_in, WIRE_CTL_MAX);
	buf_init(&v->command, COMMAND_MAX);
	if (o->kernel != NULL &&
	    (e = copy_in(o->kernel, o->state_fd == -1 ? KERNEL_MAX :
	    KERNEL_HEAD, &f.kernel, d)) != ERR_OK)
		goto out;
	if ((e = open_channels(v, &f)) != ERR_OK) {
		diag_set(d, e, NULL, "cannot make a socket pair for QEMU");
		goto out;
	}
	e = spawn(v, o, &f, d);
out:
	close_fd(&f.kernel);
	close_fd(&f.qmp);
	close_fd(&f.serial);
	close_fd(&f.ssh);
	close_fd(&f.ctl);
	if (e != ERR_OK)
		vm_free(v);
	else
		*out = v;
	return e;
}

void
vm_kill(struct vm *v)
{
	if (v->pid != -1 && !v->ended)
		kill(-v->pid, SIGKILL);
}

void
vm_free(struct vm *v)
{
	if (v == NULL)
		return;
	if (v->pid != -1 && !v->ended)
		proc_stop(v->pid, 0);
	close_fd(&v->pidfd);
	close_fd(&v->qmp_fd);
	close_fd(&v->serial_fd);
	close_fd(&v->ssh_fd);
	close_fd(&v->ssh_end);
	close_fd(&v->ctl_fd);
	qmp_clear(&v->qmp);
	splat_clear(&v->splat);
	buf_clear(&v->ctl_in);
	buf_clear(&v->command);
	free(v);
}

/* --- what QEMU says ------------------------------------------------------ */

static void
note_tick(struct vm *v)
{
	const struct kevents	*k = &v->splat.events;
	int			 last = v->ticks > 0;

	if (k->ticks == v->ticks)
		return;
	v->ticks = k->ticks;
	v->tick_us[last] = k->tick_us;
	v->tick_ms[last] = time_mono_ms();
}

static void
take_serial(struct vm *v, const char *p, size_t n)
{
	size_t	 room = VM_SERIAL_MAX - v->serial_bytes;

	splat_feed(&v->splat, p, n);
	note_tick(v);
	if (n > room) {
		v->serial_cut = true;
		n = room;
	}
	v->serial_bytes += n;
	if (n > 0 && v->serial_log != -1 &&
	    fsio_write_all(v->serial_log, p, n) != ERR_OK)
		v->serial_cut = true;
}

static void
take_ctl(struct vm *v, const char *p, size_t n)
{
	size_t	 room = v->ctl_in.max - v->ctl_in.len;

	buf_add(&v->ctl_in, p, n < room ? n : room);
}

/* A guest's port has no end of file: that it was closed is one. */
static void
take_qmp(struct vm *v, const char *p, size_t n)
{
	qmp_feed(&v->qmp, p, n);
	if (v->qmp.ssh_closed && v->ssh_end != -1) {
		shutdown(v->ssh_end, SHUT_RD);
		close_fd(&v->ssh_end);
	}
}

/* Reads what is there; closes the descriptor at its end. */
static void
drain(struct vm *v, int *fd)
{
	char	 chunk[CHUNK];
	ssize_t	 n;

	while (*fd != -1) {
		n = read(*fd, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(fd);
			return;
		}
		if (fd == &v->qmp_fd)
			take_qmp(v, chunk, (size_t)n);
		else if (fd == &v->serial_fd)
			take_serial(v, chunk, (size_t)n);
		else
			take_ctl(v, chunk, (size_t)n);
		if ((size_t)n < sizeof(chunk))
			return;
	}
}

/* QEMU is gone: everything it left in the sockets, then its status. */
static void
reap(struct vm *v)
{
	int	*fds[] = { &v->qmp_fd, &v->serial_fd, &v->ctl_fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		drain(v, fds[i]);
	splat_finish(&v->splat);
	if (proc_wait(v->pid, -1, &v->status) == ERR_OK) {
		/* Nothing of its group may stay behind. */
		kill(-v->pid, SIGKILL);
		v->ended = true;
	}
}

void
vm_listen(struct vm *v)
{
	drain(v, &v->qmp_fd);
	drain(v, &v->serial_fd);
}

enum err
vm_wait(struct vm *v, int fd, short events, int64_t deadline, short *revents)
{
	struct pollfd	 p[] = {
		{ fd, events, 0 },
		{ v->pidfd, POLLIN, 0 },
		{ v->qmp_fd, POLLIN, 0 },
		{ v->serial_fd, POLLIN, 0 },
		{ v->ctl_fd, POLLIN, 0 },
		{ v->cancel_fd, POLLIN, 0 },
	};
	int		 r;

	if (revents != NULL)
		*revents = 0;
	if (v->ended)
		return ERR_CHILD;
	do {
		r = poll(p, sizeof(p) / sizeof(p[0]), time_left_ms(deadline));
	} while (r == -1 && errno == EINTR);
	if (r == -1)
		return err_from_errno(errno);
	if (p[2].revents != 0)
		drain(v, &v->qmp_fd);
	if (p[3].revents != 0)
		drain(v, &v->serial_fd);
	if (p[4].revents != 0)
		drain(v, &v->ctl_fd);
	if (p[5].revents != 0)
		return ERR_CANCELED;
	if (p[1].revents != 0) {
		reap(v);
		return ERR_CHILD;
	}
	if (revents != NULL)
		*revents = p[0].revents;
	/* Also when there always is something to do. */
	return time_mono_ms() >= deadline ? ERR_TIMEOUT : ERR_OK;
}

/* --- monitor and control port -------------------------------------------- */

static enum err
send_with_fd(int sock, const char *text, int fd)
{
	char		 ctl[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec	 iov = { (void *)(uintptr_t)text, strlen(text) };
	struct msghdr	 m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr	*c;
	ssize_t		 n;

	if (fd != -1) {
		m.msg_control = ctl;
		m.msg_controllen = sizeof(ctl);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	do {
		n = sendmsg(sock, &m, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	/* Commands are shorter than any socket buffer. */
	return n == (ssize_t)iov.iov_len ? ERR_OK : ERR_IO;
}

enum err
vm_monitor(struct vm *v, const char *json, int fd, int64_t deadline,
    struct diag *d)
{
	enum err	 e = ERR_OK;

	v->qmp.replied = false;
	if (v->qmp_fd != -1)
		send_with_fd(v->qmp_fd, json, fd);
	while (!v->qmp.replied && e == ERR_OK)
		e = v->qmp.broken ? ERR_PROTO :
		    vm_wait(v, -1, 0, deadline, NULL);
	if (v->qmp.replied && v->qmp.failed)
		return diag_set(d, ERR_CHILD, NULL, "QEMU refuses %.80s: %s",
		    json, buf_str(&v->qmp.reply));
	if (v->qmp.replied)
		return ERR_OK;
	return diag_set(d, e, NULL, "QEMU's monitor does not answer: %s",
	    err_text(e));
}

const char *
vm_reply(const struct vm *v)
{
	return buf_str(&v->qmp.reply);
}

enum err
vm_handshake(struct vm *v, int64_t deadline, struct diag *d)
{
	enum err	 e = ERR_OK;

	while (!v->qmp.greeted && e == ERR_OK)
		e = v->qmp.broken ? ERR_PROTO :
		    vm_wait(v, -1, 0, deadline, NULL);
	if (!v->qmp.greeted)
		return diag_set(d, e, NULL, "QEMU did not start: %s",
		    err_text(e));
	e = vm_monitor(v, "{\"execute\":\"qmp_capabilities\"}\n", -1,
	    deadline, d);
	if (e != ERR_OK || !v->network)
		return e;
	e = vm_monitor(v, "{\"execute\":\"human-monitor-command\","
	    "\"arguments\":{\"command-line\":\"info usernet\"}}\n", -1,
	    deadline, d);
	if (e == ERR_OK && (v->port = qmp_usernet_port(vm_reply(v))) == 0)
		e = diag_set(d, ERR_PROTO, NULL,
		    "QEMU does not tell the port of its network forward");
	return e;
}

enum err
vm_wait_ready(struct vm *v, int64_t deadline)
{
	enum err	 e = ERR_OK;

	while (!v->ready && e == ERR_OK)
		e = vm_wait(v, -1, 0, deadline, NULL);
	return v->ready ? ERR_OK : e;
}

enum err
vm_wait_migration(struct vm *v, int64_t deadline, struct diag *d)
{
	const char	*state = v->qmp.migration;
	enum err	 e = ERR_OK;

	/* With migration events on, each change is told: no asking. */
	while (strcmp(state, "completed") != 0 && strcmp(state, "failed") !=
	    0 && strcmp(state, "cancelled") != 0 && e == ERR_OK)
		e = vm_wait(v, -1, 0, deadline, NULL);
	if (strcmp(state, "completed") == 0)
		return ERR_OK;
	if (e == ERR_OK)
		return diag_set(d, ERR_CHILD, NULL, "QEMU's migration %s",
		    state);
	return diag_set(d, e, NULL, "QEMU's migration did not end: %s",
	    err_text(e));
}

static enum err
control_line(struct vm *v, const char *line, size_t len, int64_t deadline,
    struct diag *d)
{
	enum err	 e = ERR_OK;
	short		 re;
	ssize_t		 n;

	buf_reset(&v->ctl_in);
	while (len > 0 && e == ERR_OK && v->ctl_fd != -1) {
		n = write(v->ctl_fd, line, len);
		if (n > 0) {
			line += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN)
			e = vm_wait(v, v->ctl_fd, POLLOUT, deadline, &re);
		else if (errno != EINTR)
			e = err_from_errno(errno);
	}
	while (e == ERR_OK && v->ctl_fd != -1 &&
	    strchr(buf_str(&v->ctl_in), '\n') == NULL)
		e = vm_wait(v, -1, 0, deadline, NULL);
	if (e == ERR_OK && v->ctl_fd == -1)
		e = ERR_PROTO;
	return e == ERR_OK ? ERR_OK : diag_set(d, e, NULL, "init's control "
	    "port does not answer: %s", err_text(e));
}

enum err
vm_control(struct vm *v, const char *line, size_t len, int64_t deadline,
    struct diag *d)
{
	enum err	 e = control_line(v, line, len, deadline, d);

	if (e == ERR_OK && strcmp(buf_str(&v->ctl_in), "ok\n") != 0)
		e = diag_set(d, ERR_PROTO, NULL, "init's control port "
		    "answers: %.200s", buf_str(&v->ctl_in));
	return e;
}

enum err
vm_control_probe(struct vm *v, int64_t deadline, struct diag *d)
{
	static const char	 line[] = "probe\n";

	/* Unknown to init, which says so: all that is asked for. */
	return control_line(v, line, strlen(line), deadline, d);
}

/* --- SSH ----------------------------------------------------------------- */

enum err
vm_ssh_connect(struct vm *v, int *out, struct diag *d)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
			    .sin_port = htons((uint16_t)v->port) };
	int		 fd, one = 1;

	if (!v->network) {
		if (v->ssh_fd == -1)
			return diag_set(d, ERR_WRONGSTATE, NULL,
			    "the guest's SSH channel is in use");
		if ((v->ssh_end = fcntl(v->ssh_fd, F_DUPFD_CLOEXEC, 0)) == -1)
			return diag_errno(d, "cannot copy a descriptor");
		*out = v->ssh_fd;
		v->ssh_fd = -1;
		return ERR_OK;
	}
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return diag_errno(d, "cannot make a socket");
	/* To loopback, so this does not block. */
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1) {
		enum err e = diag_errno(d, "cannot reach the guest's port");

		close(fd);
		return e;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	*out = fd;
	return ERR_OK;
}

/* --- state --------------------------------------------------------------- */

bool
vm_ready(const struct vm *v)
{
	return v->ready;
}

enum vm_end
vm_ended(const struct vm *v)
{
	if (!v->ended)
		return VM_RUNNING;
	if (v->qmp.panicked || v->splat.events.panicked)
		return VM_END_GUEST;
	return v->qmp.shutdown && v->qmp.by_guest && WIFEXITED(v->status) &&
	    WEXITSTATUS(v->status) == 0 ? VM_END_GUEST : VM_END_QEMU;
}

void
vm_end_text(const struct vm *v, char *out, size_t size)
{
	char	 how[96];

	switch (vm_ended(v)) {
	case VM_RUNNING:
		snprintf(out, size, "the guest is running");
		break;
	case VM_END_GUEST:
		if (v->qmp.panicked || v->splat.events.panicked)
			snprintf(out, size, "the guest's kernel panicked");
		else
			snprintf(out, size, "the guest ended by itself (%s)",
			    v->qmp.reason);
		break;
	case VM_END_QEMU:
		proc_status_text(v->status, how, sizeof(how));
		snprintf(out, size, "QEMU ended: %s%s%s", how,
		    v->qmp.shutdown ? ", reason " : "", v->qmp.reason);
		break;
	}
}

const char *
vm_splat(struct vm *v)
{
	return splat_text(&v->splat);
}

const struct kevents *
vm_events(const struct vm *v)
{
	return &v->splat.events;
}

bool
vm_serial_cut(const struct vm *v)
{
	return v->serial_cut;
}

/*
 * The console may come late to us, so only what no delay explains counts:
 * an honest clock is never this far ahead.
 */
int64_t
vm_clock_ahead(const struct vm *v)
{
	int64_t	 guest = (v->tick_us[1] - v->tick_us[0]) / 1000;
	int64_t	 host = v->tick_ms[1] - v->tick_ms[0];

	return v->ticks > 1 && guest > CLOCK_FACTOR * host + CLOCK_SLACK_MS ?
	    guest / (host > 0 ? host : 1) : 0;
}

int64_t
vm_quiet_ms(const struct vm *v)
{
	return v->ticks == 0 ? INT64_MAX :
	    time_mono_ms() - v->tick_ms[v->ticks > 1];
}

int
vm_slowdown(const struct vm *v)
{
	long long	 run = 0, wait = 0, r, w;
	char		 path[PATH_MAX];
	struct dirent	*de;
	DIR		*d;
	FILE		*f;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)v->pid);
	if ((d = opendir(path)) == NULL)
		return 1;
	while ((de = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat",
		    (int)v->pid, de->d_name);
		if ((f = fopen(path, "re")) == NULL)
			continue;
		if (fscanf(f, "%lld %lld", &r, &w) == 2) {
			run += r;
			wait += w;
		}
		fclose(f);
	}
	closedir(d);
	return run <= 0 ? 1 : (int)((run + wait) / run);
}

const char *
vm_command(const struct vm *v)
{
	return buf_str(&v->command);
}
