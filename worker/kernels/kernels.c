/*
 * Several fetches at a time.  Each runs in a child of its own: unpacking
 * uses every core, a crash or a full disk hits one kernel, and cancelling
 * is killing.  A child talks through a pipe in messages of fixed size.
 */
#include "worker/kernels/kernels.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "base/proc.h"
#include "worker/kernels/fetch.h"
#include "worker/kernels/record.h"

/* Downloads and xz keep more than this busy without gain. */
#define JOBS_MAX	4

/* One write of it is atomic on a pipe. */
struct	message {
	int32_t		 stage;
	int32_t		 err;
	uint64_t	 done;
	uint64_t	 total;
	char		 text[1024];
};
_Static_assert(sizeof(struct message) <= PIPE_BUF, "one write, one message");

struct	child {
	pid_t		 pid;
	int		 fd;		/* -1: not running */
	size_t		 n;		/* which profile */
	bool		 ended;		/* its last message came */
};

struct	pool {
	const struct conf		*c;
	const struct kernels_fetch_opts	*o;
	const struct profile *const	*p;
	struct fetch			 f;
	struct child			 child[64];
	int				 nchild;
	enum err			 first;
	struct diag			*d;	/* of the first error */
};

const char *
kernels_stage_word(enum kernels_stage s)
{
	static const char *const words[] = { "waiting", "index", "download",
		"unpack", "check", "done", "failed" };

	return words[s];
}

static void
send_message(int fd, int stage, enum err e, uint64_t done, uint64_t total,
    const char *text)
{
	struct message	 m;

	memset(&m, 0, sizeof(m));
	m.stage = stage;
	m.err = (int32_t)e;
	m.done = done;
	m.total = total;
	snprintf(m.text, sizeof(m.text), "%s", text);
	/* A parent that is gone has killed us already. */
	(void)fsio_write_all(fd, &m, sizeof(m));
}

static void
child_say(void *arg, enum kernels_stage stage, uint64_t done, uint64_t total,
    const char *text)
{
	send_message(*(int *)arg, (int)stage, ERR_OK, done, total, text);
}

/* Never returns. */
static void
child_main(struct pool *pl, const struct profile *p, int fd, pid_t parent)
{
	struct fetch	 f = pl->f;
	struct diag	 d = DIAG_INIT;
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	char		 text[512] = "";
	sigset_t	 none;
	enum err	 e;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* Ctrl-C is the parent's to answer; it kills us. */
	setpgid(0, 0);
	for (int s = 1; s < NSIG; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	f.say = child_say;
	f.arg = &fd;
	e = fetch_kernel(&f, p, text, sizeof(text), &d);
	d.code = e;
	send_message(fd, e == ERR_OK ? KSTAGE_DONE : KSTAGE_FAILED, e, 0, 0,
	    e == ERR_OK ? text : diag_text(&d));
	_exit(0);
}

static void
tell(const struct pool *pl, size_t n, enum kernels_stage stage,
    const struct message *m)
{
	struct kernels_event	 ev = { pl->p[n]->id, stage, m->done,
		m->total, m->text };

	if (pl->o->fn != NULL)
		pl->o->fn(pl->o->arg, &ev);
}

/* Keeps the first failure and tells everyone. */
static void
failed(struct pool *pl, size_t n, enum err e, const char *text)
{
	struct message	 m;

	memset(&m, 0, sizeof(m));
	snprintf(m.text, sizeof(m.text), "%s", text);
	if (pl->first == ERR_OK)
		pl->first = diag_set(pl->d, e, NULL, "%s: %s", pl->p[n]->id,
		    text);
	tell(pl, n, KSTAGE_FAILED, &m);
}

static void
start(struct pool *pl, struct child *ch, size_t n)
{
	pid_t	 parent = getpid();
	int	 fds[2];

	if (pipe2(fds, O_CLOEXEC) == -1) {
		failed(pl, n, ERR_IO, "no descriptor is left for a child");
		return;
	}
	fflush(NULL);
	ch->pid = fork();
	if (ch->pid == 0) {
		close(fds[0]);
		child_main(pl, pl->p[n], fds[1], parent);
	}
	close(fds[1]);
	if (ch->pid == -1) {
		close(fds[0]);
		failed(pl, n, ERR_IO, "no process is left for a child");
		return;
	}
	ch->fd = fds[0];
	ch->n = n;
	ch->ended = false;
}

static void
reap(struct pool *pl, struct child *ch)
{
	char	 how[64], text[128];
	int	 status = 0;

	close(ch->fd);
	ch->fd = -1;
	proc_wait(ch->pid, -1, &status);
	if (ch->ended)
		return;
	proc_status_text(status, how, sizeof(how));
	snprintf(text, sizeof(text), "the fetch ended unexpectedly (%s)", how);
	failed(pl, ch->n, ERR_CHILD, text);
}

/* One message, or the child's end. */
static void
hear(struct pool *pl, struct child *ch)
{
	struct message	 m;
	ssize_t		 n = read(ch->fd, &m, sizeof(m));

	if (n == -1 && errno == EINTR)
		return;
	if (n != (ssize_t)sizeof(m)) {
		reap(pl, ch);
		return;
	}
	m.text[sizeof(m.text) - 1] = '\0';
	if (m.stage == KSTAGE_FAILED) {
		ch->ended = true;
		failed(pl, ch->n, m.err > 0 && m.err < ERR__MAX ?
		    (enum err)m.err : ERR_INTERNAL, m.text);
	} else if (m.stage >= 0 && m.stage < KSTAGE_FAILED) {
		ch->ended |= m.stage == KSTAGE_DONE;
		tell(pl, ch->n, (enum kernels_stage)m.stage, &m);
	}
}

static void
kill_all(struct pool *pl)
{
	int	 status;

	for (int i = 0; i < pl->nchild; i++) {
		if (pl->child[i].fd == -1)
			continue;
		kill(pl->child[i].pid, SIGKILL);
		close(pl->child[i].fd);
		pl->child[i].fd = -1;
		proc_wait(pl->child[i].pid, -1, &status);
	}
}

static enum err
run(struct pool *pl, size_t n)
{
	struct pollfd	 p[65];
	size_t		 next = 0;
	int		 busy;

	for (;;) {
		busy = 0;
		for (int i = 0; i < pl->nchild; i++) {
			if (pl->child[i].fd == -1 && next < n)
				start(pl, &pl->child[i], next++);
			p[i] = (struct pollfd){ pl->child[i].fd, POLLIN, 0 };
			busy += pl->child[i].fd != -1;
		}
		if (busy == 0 && next == n)
			return ERR_OK;
		p[pl->nchild] = (struct pollfd){ pl->o->cancel_fd, POLLIN,
			0 };
		if (busy == 0 || (poll(p, (nfds_t)pl->nchild + 1, -1) == -1 &&
		    errno == EINTR))
			continue;
		if (p[pl->nchild].revents != 0) {
			kill_all(pl);
			return diag_set(pl->d, ERR_CANCELED, NULL,
			    "canceled; the next fetch goes on from here");
		}
		for (int i = 0; i < pl->nchild; i++)
			if (p[i].fd != -1 && p[i].revents != 0)
				hear(pl, &pl->child[i]);
	}
}

static int
jobs(const struct conf *c, size_t n)
{
	long	 cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t	 k = (size_t)c->fetch_jobs;

	if (k == 0)
		k = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX :
		    (size_t)cores;
	return (int)(k < n ? k : n);
}

/* The folder, made and made absolute: apt needs it so. */
static enum err
kernel_dir(const struct conf *c, char out[PATH_MAX], struct diag *d)
{
	char		 dir[PATH_MAX];
	enum err	 e;

	if (paths_kernels(c, dir, sizeof(dir)) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	if ((e = fsio_mkdirs(dir, d)) != ERR_OK)
		return e;
	if (realpath(dir, out) == NULL)
		return diag_errno(d, "cannot use the kernel folder %s", dir);
	return ERR_OK;
}

static bool
have_it(const struct conf *c, const struct profile *p)
{
	struct kernel	 k;
	struct diag	 d = DIAG_INIT;

	if (kernel_find(c, p->id, &k, &d) != ERR_OK)
		return false;
	kernel_clear(&k);
	return true;
}

/* The profiles that need work; what is enough as it is is told as done. */
static size_t
choose(struct pool *pl, size_t n, const struct profile **todo)
{
	struct message	 m;
	size_t		 k = 0;

	memset(&m, 0, sizeof(m));
	snprintf(m.text, sizeof(m.text), "already here");
	for (size_t i = 0; i < n; i++) {
		if (pl->o->missing_only && have_it(pl->c, pl->p[i]))
			tell(pl, i, KSTAGE_DONE, &m);
		else
			todo[k++] = pl->p[i];
	}
	return k;
}

size_t
kernels_of(const struct profile *const *p, size_t n,
    const struct profile **out)
{
	const struct profile	*of;
	size_t			 k = 0, j;

	for (size_t i = 0; i < n; i++) {
		of = profile_kernel(p[i]);
		for (j = 0; j < k && out[j] != of; j++)
			continue;
		if (j == k)
			out[k++] = of;
	}
	return k;
}

enum err
kernels_fetch(const struct conf *c, const struct profile *const *p, size_t n,
    const struct kernels_fetch_opts *o, struct diag *d)
{
	char			 dir[PATH_MAX];
	struct apt_source	 src;
	struct pool		*pl = NULL;
	const struct profile	**todo = NULL, **own = NULL;
	size_t			 k = 0;
	enum err		 e = ERR_NOMEM;

	if ((pl = calloc(1, sizeof(*pl))) == NULL ||
	    (own = calloc(n + 1, sizeof(*own))) == NULL ||
	    (todo = calloc(n + 1, sizeof(*todo))) == NULL)
		goto out;
	e = ERR_OK;
	pl->c = c;
	pl->o = o;
	pl->p = own;
	pl->d = d;
	k = choose(pl, kernels_of(p, n, own), todo);
	pl->p = todo;
	if (k == 0 || (e = kernel_dir(c, dir, d)) != ERR_OK)
		goto out;
	if ((e = apt_source_find(c, &src, d)) == ERR_OK) {
		pl->f = (struct fetch){ &src, dir, c->index_ttl, o->refresh,
			NULL, NULL };
		pl->nchild = jobs(c, k);
		for (int i = 0; i < pl->nchild; i++)
			pl->child[i].fd = -1;
		e = run(pl, k);
	}
	apt_source_clear(&src);
	if (e == ERR_OK)
		e = pl->first;
	record_all(c, todo, k, NULL);
out:
	free(own);
	free(todo);
	free(pl);
	return e;
}

enum err
kernels_fetch_ids(const struct conf *c, const char *const *ids, size_t n,
    const struct kernels_fetch_opts *o, struct diag *d)
{
	struct profile_set	 set;
	const struct profile	**p;
	enum err		 e;

	if ((e = profile_set_load_default(c, &set, d)) != ERR_OK)
		return e;
	if ((p = calloc(n + 1, sizeof(*p))) == NULL)
		e = ERR_NOMEM;
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if ((p[i] = profile_set_find(&set, ids[i])) == NULL)
			e = diag_set(d, ERR_INVAL, "profile", "unknown "
			    "profile \"%s\"; \"bpfcompat kernels list\" "
			    "shows the known ones", ids[i]);
	if (e == ERR_OK)
		e = kernels_fetch(c, p, n, o, d);
	free(p);
	profile_set_clear(&set);
	return e;
}
