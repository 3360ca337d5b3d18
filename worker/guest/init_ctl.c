/*
 * The control port (wire.h): a guest that continues from a saved one gets
 * random numbers, the time and keys of its own before the first SSH
 * connection.
 *
 * The SSH server reads its host key at its start, so a clone needs a new
 * server.  Loading one takes long under emulation.  A guest that is to be
 * saved (bpfcompat.warm=1) therefore has a second server waiting, started
 * but for its key, which it reads from a FIFO.
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/random.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "wire.h"

#define KEYS_FILE	"/root/.ssh/authorized_keys"
#define NS		1000000000LL

struct	clone {
	struct {
		int		 entropy_count;
		int		 buf_size;
		unsigned char	 buf[WIRE_CTL_ENTROPY];
	}		 rnd;	/* struct rand_pool_info with its bytes */
	long long	 time_ns;
	unsigned char	 host_key[WIRE_CTL_MAX];
	size_t		 host_key_len;
	unsigned char	 keys[WIRE_CTL_MAX];
	size_t		 keys_len;
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_hex(const char *s, unsigned char *out, size_t len)
{
	size_t	 i;

	if (strlen(s) != 2 * len)
		return false;
	for (i = 0; i < len; i++) {
		int	 hi = hex_digit(s[2 * i]);
		int	 lo = hex_digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

static int
base64_digit(char c)
{
	static const char	 digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789+/";
	const char		*p = c == '\0' ? NULL : strchr(digits, c);

	return p == NULL ? -1 : (int)(p - digits);
}

/* Decodes into as many bytes as the text is long, at most; 0: wrong. */
static size_t
read_base64(const char *s, unsigned char *out)
{
	unsigned int	 bits = 0;
	size_t		 n = 0;
	int		 have = 0, d;

	for (; *s != '\0' && *s != '='; s++) {
		if ((d = base64_digit(*s)) < 0)
			return 0;
		bits = bits << 6 | (unsigned int)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have);
		}
	}
	return s[strspn(s, "=")] == '\0' ? n : 0;
}

/* "line" is cut up. */
static const char *
clone_parse(char *line, struct clone *c)
{
	char	*word[5], *end;
	size_t	 i;

	for (i = 0; i < 5; i++)
		if ((word[i] = strsep(&line, " ")) == NULL)
			return "five words are wanted";
	if (line != NULL || strcmp(word[0], "clone") != 0)
		return "unknown command";
	errno = 0;
	c->time_ns = strtoll(word[1], &end, 10);
	if (errno != 0 || *end != '\0' || c->time_ns <= 0)
		return "the time is wrong";
	if (!read_hex(word[2], c->rnd.buf, sizeof(c->rnd.buf)))
		return "the entropy is wrong";
	c->host_key_len = read_base64(word[3], c->host_key);
	c->keys_len = read_base64(word[4], c->keys);
	if (c->host_key_len == 0 || c->keys_len == 0)
		return "a key is wrong";
	return NULL;
}

static bool
add_entropy(struct clone *c)
{
	int	 fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);
	bool	 ok;

	c->rnd.entropy_count = (int)sizeof(c->rnd.buf) * 8;
	c->rnd.buf_size = (int)sizeof(c->rnd.buf);
	ok = fd != -1 && ioctl(fd, RNDADDENTROPY, &c->rnd) == 0 &&
	    ioctl(fd, RNDRESEEDCRNG) == 0;
	if (fd != -1)
		close(fd);
	return ok;
}

static bool
put_file(const char *path, const unsigned char *p, size_t len)
{
	char	 tmp[128];
	int	 fd;
	bool	 ok;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	ok = write(fd, p, len) == (ssize_t)len;
	return close(fd) == 0 && ok && rename(tmp, path) == 0;
}

/* Kills and waits: its port is free then. */
static void
end_process(pid_t pid)
{
	struct pollfd	 p = { -1, POLLIN, 0 };

	if (pid <= 1)
		return;
	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	kill(pid, SIGKILL);
	if (p.fd != -1) {
		poll(&p, 1, -1);
		close(p.fd);
	}
}

/*
 * Has a server with the new key listen in the place of the old one, which
 * process 1 then does not start again.
 */
static bool
replace_server(const struct clone *c, struct standby *sb)
{
	pid_t	 old = server_pid();
	int	 watch = server_watch();
	bool	 ok;

	unlink(SERVER_PID_FILE);
	if (sb->pid <= 0) {
		/* Process 1 starts it anew, with the key that is there now. */
		end_process(old);
		ok = server_wait(watch, NULL, -1);
	} else {
		close(open(SERVER_REPLACED, O_WRONLY | O_CREAT | O_CLOEXEC,
		    0600));
		end_process(old);
		ok = write(sb->key_fd, c->host_key, c->host_key_len) ==
		    (ssize_t)c->host_key_len;
		close(sb->key_fd);
		ok = ok && server_wait(watch, NULL, -1);
		sb->pid = -1;
	}
	close(watch);
	return ok;
}

static const char *
clone_apply(struct clone *c, struct standby *sb)
{
	struct timespec	 ts;

	if (!add_entropy(c))
		return "the entropy is not taken";
	ts.tv_sec = (time_t)(c->time_ns / NS);
	ts.tv_nsec = (long)(c->time_ns % NS);
	if (clock_settime(CLOCK_REALTIME, &ts) == -1)
		return "the clock is not set";
	if (!put_file(SERVER_KEY, c->host_key, c->host_key_len) ||
	    !put_file(KEYS_FILE, c->keys, c->keys_len))
		return "a key file cannot be written";
	if (!replace_server(c, sb))
		return "the SSH server does not come up";
	return NULL;
}

static void
answer(const struct port *p, const char *why)
{
	char		 line[256];
	struct pollfd	 pfd = { p->fd, POLLOUT, 0 };
	int		 n;

	n = why == NULL ? snprintf(line, sizeof(line), "ok\n") :
	    snprintf(line, sizeof(line), "error %s\n", why);
	while (write(p->fd, line, (size_t)n) == -1 &&
	    (errno == EAGAIN || errno == EINTR))
		if (poll(&pfd, 1, -1) > 0 && (pfd.revents & POLLHUP) != 0)
			return;
}

static void
command(const struct port *p, char *line, struct standby *sb)
{
	struct clone	 c;
	const char	*why;

	memset(&c, 0, sizeof(c));
	why = clone_parse(line, &c);
	if (why == NULL)
		why = clone_apply(&c, sb);
	if (why != NULL)
		init_say("control port: %s", why);
	answer(p, why);
	explicit_bzero(&c, sizeof(c));
}

/* Lines of one connection of the host, until it leaves. */
static void
serve(const struct port *p, struct standby *sb)
{
	char		 line[WIRE_CTL_MAX + 1], *nl;
	size_t		 len = 0;
	ssize_t		 n;
	bool		 skip = false; /* the rest of an overlong line */
	struct pollfd	 pfd = { p->fd, POLLIN, 0 };

	for (;;) {
		poll(&pfd, 1, -1);
		n = read(p->fd, line + len, sizeof(line) - 1 - len);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		len += (size_t)n;
		line[len] = '\0';
		if ((nl = strchr(line, '\n')) != NULL) {
			*nl = '\0';
			if (skip)
				answer(p, "the line is too long");
			else
				command(p, line, sb);
			skip = false;
			len = 0;
		} else if (len == sizeof(line) - 1) {
			skip = true;
			len = 0;
		}
	}
}

/* A second server, waiting for its key. */
static void
standby_start(struct standby *sb)
{
	sb->pid = -1;
	if (mkfifo(STANDBY_KEY, 0600) == -1 && errno != EEXIST)
		return;
	if ((sb->pid = fork()) == 0)
		server_exec(STANDBY_KEY);
	if (sb->pid == -1)
		return;
	/* Returns when the server has opened its side: it is loaded then. */
	sb->key_fd = open(STANDBY_KEY, O_WRONLY | O_CLOEXEC);
	if (sb->key_fd == -1) {
		kill(sb->pid, SIGKILL);
		sb->pid = -1;
	}
}

void
ctl_run(int ready_fd, bool warm)
{
	struct standby	 sb = { -1, -1 };
	struct port	 p;

	if (!port_open(WIRE_PORT_CTL, &p)) {
		init_say("the control port cannot be used: %s",
		    strerror(errno));
		_exit(1);
	}
	if (warm)
		standby_start(&sb);
	if (ready_fd != -1) {
		while (write(ready_fd, "", 1) == -1 && errno == EINTR)
			continue;
		close(ready_fd);
	}
	for (;;) {
		port_wait_host(&p);
		serve(&p, &sb);
	}
}
