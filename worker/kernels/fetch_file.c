/*
 * One file by apt's own transport: its proxies, its resume, its check of
 * the digest.  The digest is checked once more here, because what is
 * recorded must be what lies on the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/kernels/fetch.h"

#define HELPER		"/usr/lib/apt/apt-helper"
#define SAID_MAX	(16 * 1024)
/* A download that moves nothing for so long is given up; it resumes. */
#define STALL_MS	(2 * 60 * 1000)

struct	transfer {
	const struct fetch_item	*item;
	struct buf		*text;	/* what the helper says */
	int	 status;	/* lines "dlstatus:N:PERCENT:text" */
	int	 said;		/* standard error */
	double	 part;		/* 0 to 1 */
	char	 line[512];
	size_t	 len;
};

/* True when the part grew. */
static bool
status_line(struct transfer *t)
{
	char	*number, *end;
	double	 percent;

	t->line[t->len] = '\0';
	t->len = 0;
	if (strncmp(t->line, "dlstatus:", 9) != 0 ||
	    (number = strchr(t->line + 9, ':')) == NULL)
		return false;
	percent = strtod(++number, &end);
	if (end == number || *end != ':' || percent / 100 <= t->part ||
	    percent > 100)
		return false;
	t->part = percent / 100;
	return true;
}

/* Reads what is there; false at the end of the stream. */
static bool
read_status(struct transfer *t, bool *grew)
{
	char	 c[256];
	ssize_t	 n = read(t->status, c, sizeof(c));

	if (n == -1)
		return errno == EINTR;
	for (ssize_t i = 0; i < n; i++) {
		if (c[i] == '\n')
			*grew |= status_line(t);
		else if (t->len < sizeof(t->line) - 1)
			t->line[t->len++] = c[i];
	}
	return n > 0;
}

static bool
read_said(struct transfer *t)
{
	char	 c[1024];
	ssize_t	 n = read(t->said, c, sizeof(c));

	if (n == -1)
		return errno == EINTR;
	if (n > 0 && t->text->len + (size_t)n <= t->text->max)
		buf_add(t->text, c, (size_t)n);
	return n > 0;
}

static enum err
follow(struct transfer *t)
{
	int64_t	 deadline = time_mono_ms() + STALL_MS;
	bool	 grew;
	int	 r;

	while (t->status != -1 || t->said != -1) {
		struct pollfd	 p[2] = { { t->status, POLLIN, 0 },
			{ t->said, POLLIN, 0 } };

		r = poll(p, 2, time_left_ms(deadline));
		if (r == -1 && errno == EINTR)
			continue;
		if (r <= 0)
			return r == 0 ? ERR_TIMEOUT : ERR_IO;
		grew = false;
		if (p[0].revents != 0 && !read_status(t, &grew)) {
			close(t->status);
			t->status = -1;
		}
		if (p[1].revents != 0 && !read_said(t)) {
			close(t->said);
			t->said = -1;
		}
		if (!grew)
			continue;
		deadline = time_mono_ms() + STALL_MS;
		t->item->progress(t->item->arg, t->part);
	}
	return ERR_OK;
}

/* Starts the helper; its two streams are in *t afterwards. */
static enum err
start(const struct apt_suite *s, const char *const *argv, int status_w,
    int said_w, pid_t *pid, struct diag *d)
{
	struct proc_opts	 o = PROC_OPTS_INIT;
	char			**env;
	enum err		 e;

	if ((env = apt_env(s)) == NULL)
		return ERR_NOMEM;
	o.argv = argv;
	o.env = (const char *const *)(uintptr_t)env;
	o.err = said_w;
	o.keep = &status_w;
	o.nkeep = 1;
	e = proc_spawn(&o, pid, d);
	apt_env_free(env);
	if (e == ERR_NOTFOUND)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "%s is missing; it "
		    "comes with apt", HELPER);
	return e;
}

static enum err
run(struct transfer *t, const char *uri, const char *hash, int *code,
    struct diag *d)
{
	int		 sp[2] = { -1, -1 }, ep[2] = { -1, -1 }, status = 0;
	char		 opt[64];
	const char	*argv[] = { HELPER, "-q", "-o", opt,
		"download-file", uri, t->item->path, hash, NULL };
	pid_t		 pid = -1;
	enum err	 e;

	if (pipe2(sp, O_CLOEXEC) == -1 || pipe2(ep, O_CLOEXEC) == -1) {
		e = diag_errno(d, "cannot start a download");
	} else {
		snprintf(opt, sizeof(opt), "APT::Status-Fd=%d", sp[1]);
		e = start(t->item->suite, argv, sp[1], ep[1], &pid, d);
	}
	if (sp[1] != -1)
		close(sp[1]);
	if (ep[1] != -1)
		close(ep[1]);
	t->status = sp[0];
	t->said = ep[0];
	if (e == ERR_OK)
		e = follow(t);
	if (e == ERR_OK)
		e = proc_wait(pid, time_mono_ms() + STALL_MS, &status);
	if (e != ERR_OK && pid != -1)
		proc_stop(pid, 2000);
	if (t->status != -1)
		close(t->status);
	if (t->said != -1)
		close(t->said);
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	return e;
}

static bool
is_right(const char *path, const char *sha256)
{
	char	 have[SHA256_HEX_SIZE];

	return sha256_file(path, have) == ERR_OK && strcmp(have, sha256) == 0;
}

/* "file:" would leave a link to the archive instead of a file. */
static void
copy_uri(const char *uri, char *out, size_t size)
{
	bool	 file = strncmp(uri, "file:", 5) == 0;

	snprintf(out, size, "%s%s", file ? "copy:" : "", uri + (file ? 5 : 0));
}

enum err
fetch_file(const struct fetch_item *it, struct diag *d)
{
	struct buf	 said = BUF_INIT(SAID_MAX);
	struct transfer	 t = { it, &said, -1, -1, 0, "", 0 };
	char		 hash[80], from[APT_URI_MAX + 8], public[APT_URI_MAX];
	char		 failed[PATH_MAX], what[APT_URI_MAX + 32];
	int		 code = 0;
	enum err	 e;

	if (is_right(it->path, it->sha256))
		return ERR_OK;
	snprintf(hash, sizeof(hash), "SHA256:%s", it->sha256);
	copy_uri(it->uri, from, sizeof(from));
	apt_uri_public(it->uri, public, sizeof(public));
	snprintf(what, sizeof(what), "cannot download %s", public);
	e = run(&t, from, hash, &code, d);
	if (e == ERR_TIMEOUT)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "%s: nothing came for "
		    "%d s; run the command again, it goes on where it "
		    "stopped", what, STALL_MS / 1000);
	else if (e == ERR_OK && code != 0)
		e = apt_error(what, buf_str(&said), d);
	else if (e == ERR_OK && !is_right(it->path, it->sha256)) {
		unlink(it->path);
		e = diag_set(d, ERR_DENIED, NULL, "%s: it is not what the "
		    "signed index says", what);
	}
	/* apt keeps what it refused beside the target. */
	if (snprintf(failed, sizeof(failed), "%s.FAILED", it->path) <
	    (int)sizeof(failed))
		unlink(failed);
	buf_clear(&said);
	return e;
}
