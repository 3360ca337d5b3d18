#include "worker/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/json_out.h"
#include "base/proc.h"
#include "base/timefmt.h"

/* A spec is paths and numbers; it must fit a pipe that nobody reads yet. */
#define SPEC_MAX	(60 * 1024)
#define STDERR_KEPT	(8 * 1024)
#define ERROR_MAX	1024
/* Time from the end event to the end of the process. */
#define EXIT_MS		5000

enum	stop_reason { STOP_NONE, STOP_CANCEL, STOP_DEADLINE, STOP_PROTOCOL };

struct	runner {
	pid_t			 pid;
	int			 pidfd;
	int			 out;
	int			 err;
	struct buf		 line;
	struct buf		 errtail;
	int64_t			 deadline;	/* monotonic */
	int64_t			 kill_at;	/* after SIGTERM; -1: none */
	enum stop_reason	 stop;
	bool			 ended;
	size_t			 events;
	struct jval		*end;
	char			 error[ERROR_MAX];
	const struct runner_ops	*ops;
	void			*arg;
};

static const char *const outcome_names[RUNNER__MAX] = {
	[RUNNER_DONE]		= "done",
	[RUNNER_GUEST_DIED]	= "guest_died",
	[RUNNER_GUEST_HUNG]	= "guest_hung",
	[RUNNER_INFRA]		= "infra_error",
	[RUNNER_CANCELED]	= "canceled",
};

const char *
runner_outcome_name(enum runner_outcome o)
{
	return o < RUNNER__MAX ? outcome_names[o] : "infra_error";
}

static void
write_files(const struct runner_spec *s, struct jsonw *w)
{
	if (s->nfiles == 0)
		return;
	jsonw_arr(w, "files");
	for (size_t i = 0; i < s->nfiles; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "path", s->files[i].path);
		jsonw_str(w, "name", s->files[i].name);
		jsonw_str_opt(w, "link", s->files[i].link);
		jsonw_bool(w, "exec", s->files[i].exec);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_spec(const struct runner_spec *s, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", "runner.v1");
	jsonw_str(&w, "run_id", s->run_id);
	jsonw_str(&w, "job_id", s->job_id);
	jsonw_str(&w, "profile_id", s->profile_id);
	jsonw_int(&w, "attempt", s->attempt);
	jsonw_str(&w, "target_dir", s->target_dir);
	jsonw_str(&w, "kernel_dir", s->kernel_dir);
	jsonw_str(&w, "cache_dir", s->cache_dir);
	jsonw_str(&w, "artifact", s->artifact);
	jsonw_str(&w, "attach_mode", s->attach_mode);
	jsonw_int(&w, "memory_mb", s->memory_mb);
	jsonw_int(&w, "cpus", s->cpus);
	jsonw_int(&w, "timeout_ms", s->timeout_ms);
	jsonw_int(&w, "boot_timeout_ms", s->boot_timeout_ms);
	jsonw_str(&w, "accel", s->accel);
	jsonw_bool(&w, "fresh_boot", s->fresh_boot);
	jsonw_str(&w, "cmdline", s->cmdline);
	jsonw_str_opt(&w, "plan", s->plan);
	if (s->command)
		jsonw_bool(&w, "command", true);
	jsonw_str_opt(&w, "task", s->task);
	jsonw_str_opt(&w, "against", s->against);
	write_files(s, &w);
	jsonw_end(&w);
	buf_addc(b, '\n');
}

static void
close_fd(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* The child's side of the pipes is closed in every case. */
static enum err
spawn(struct runner *r, const char *program, int in, struct diag *d)
{
	const char	*argv[] = { program, NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	int		 out[2] = { -1, -1 }, err[2] = { -1, -1 };
	enum err	 e;

	if (pipe2(out, O_CLOEXEC) == -1 || pipe2(err, O_CLOEXEC) == -1) {
		e = diag_errno(d, "cannot start %s", program);
		goto done;
	}
	o.argv = argv;
	o.in = in;
	o.out = out[1];
	o.err = err[1];
	/* The runner reads the same variables as we do. */
	o.inherit_env = true;
	if ((e = proc_spawn(&o, &r->pid, d)) != ERR_OK)
		goto done;
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r->out = out[0];
	r->err = err[0];
	out[0] = err[0] = -1;
	if ((r->pidfd = proc_pidfd(r->pid)) == -1)
		e = diag_errno(d, "cannot watch %s", program);
done:
	for (int i = 0; i < 2; i++) {
		close_fd(&out[i]);
		close_fd(&err[i]);
	}
	return e;
}

enum err
runner_start(const char *program, const struct runner_spec *spec,
    int64_t grace_ms, const struct runner_ops *ops, void *arg,
    struct runner **out, struct diag *d)
{
	struct buf	 text = BUF_INIT(SPEC_MAX);
	struct runner	*r;
	int		 in[2] = { -1, -1 };
	enum err	 e;

	if ((r = calloc(1, sizeof(*r))) == NULL)
		return ERR_NOMEM;
	r->pid = -1;
	r->pidfd = r->out = r->err = -1;
	r->kill_at = -1;
	r->ops = ops;
	r->arg = arg;
	buf_init(&r->line, RUNNER_LINE_MAX);
	buf_init(&r->errtail, STDERR_KEPT);
	write_spec(spec, &text);
	if ((e = buf_err(&text)) != ERR_OK)
		goto done;
	if (pipe2(in, O_CLOEXEC) == -1) {
		e = diag_errno(d, "cannot start %s", program);
		goto done;
	}
	if ((e = spawn(r, program, in[0], d)) != ERR_OK)
		goto done;
	/*
	 * An empty pipe takes the whole spec, so this does not block; a child
	 * that is dead already shows through its pidfd.
	 */
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	if (fsio_write_all(in[1], text.data, text.len) != ERR_OK &&
	    errno != EPIPE) {
		e = diag_errno(d, "cannot hand the spec to %s", program);
		goto done;
	}
	r->deadline = time_mono_ms() + spec->timeout_ms + grace_ms;
	*out = r;
	r = NULL;
done:
	close_fd(&in[0]);
	close_fd(&in[1]);
	buf_clear(&text);
	runner_free(r);
	return e;
}

void
runner_pollfds(const struct runner *r, struct pollfd p[static RUNNER_NFDS])
{
	p[0] = (struct pollfd){ r->out, POLLIN, 0 };
	p[1] = (struct pollfd){ r->err, POLLIN, 0 };
	p[2] = (struct pollfd){ r->pidfd, POLLIN, 0 };
}

static void
terminate(struct runner *r, enum stop_reason why, int64_t now)
{
	if (r->ended || r->stop != STOP_NONE)
		return;
	r->stop = why;
	r->kill_at = now + RUNNER_TERM_MS;
	if (kill(r->pid, SIGTERM) == -1 && errno != ESRCH)
		r->kill_at = now;
}

void
runner_stop(struct runner *r, int64_t now)
{
	terminate(r, STOP_CANCEL, now);
}

static void
protocol_error(struct runner *r, const char *what)
{
	if (r->stop != STOP_NONE || r->end != NULL)
		return;
	snprintf(r->error, sizeof(r->error),
	    "the VM runner broke its protocol (%s); see the worker's log", what);
	terminate(r, STOP_PROTOCOL, time_mono_ms());
}

/* Takes over "doc" when it is the end event. */
static void
event(struct runner *r, struct jval *doc)
{
	const char	*name = jval_get_str(doc, "event", "");

	if (strcmp(name, "end") == 0 && r->stop == STOP_NONE) {
		r->end = doc;
		/* It has nothing left to do but exit. */
		r->deadline = time_mono_ms() + EXIT_MS;
		return;
	}
	if (strcmp(name, "stage") == 0 && r->stop == STOP_NONE &&
	    r->ops->stage != NULL)
		r->ops->stage(r->arg, jval_get_str(doc, "stage", ""));
	else if (strcmp(name, "progress") == 0 && r->stop == STOP_NONE &&
	    r->ops->progress != NULL)
		r->ops->progress(r->arg, doc);
	jval_free(doc);
}

static void
take_line(struct runner *r, const char *line, size_t len)
{
	struct jval	*doc = NULL;
	struct diag	 d = DIAG_INIT;

	/* What follows "end" means nothing. */
	if (len == 0 || r->end != NULL || r->stop != STOP_NONE)
		return;
	if (++r->events > RUNNER_EVENTS_MAX) {
		protocol_error(r, "too many events");
		return;
	}
	if (jval_parse(line, len, &doc, &d) != ERR_OK) {
		protocol_error(r, diag_text(&d));
		return;
	}
	if (jval_type(doc) != JVAL_OBJ) {
		protocol_error(r, "an event that is no object");
		jval_free(doc);
		return;
	}
	event(r, doc);
}

/* Whole lines out of the buffer; the rest stays for the next read. */
static void
take_lines(struct runner *r)
{
	char	*nl;
	size_t	 from = 0;

	while (from < r->line.len && (nl = memchr(r->line.data + from, '\n',
	    r->line.len - from)) != NULL) {
		take_line(r, r->line.data + from,
		    (size_t)(nl - r->line.data) - from);
		from = (size_t)(nl - r->line.data) + 1;
	}
	if (from > 0)
		buf_consume(&r->line, from);
}

/* Reads until there is nothing more for now; closes at the end. */
static void
read_out(struct runner *r)
{
	char	 chunk[16 * 1024];
	ssize_t	 n;

	while (r->out != -1) {
		n = read(r->out, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(&r->out);
			return;
		}
		if (buf_add(&r->line, chunk, (size_t)n) != ERR_OK) {
			protocol_error(r, "a line is too long");
			buf_reset(&r->line);
			continue;
		}
		take_lines(r);
	}
}

static void
read_err(struct runner *r)
{
	char	 chunk[STDERR_KEPT / 2];
	ssize_t	 n;

	while (r->err != -1) {
		n = read(r->err, chunk, sizeof(chunk));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(&r->err);
			return;
		}
		if (r->errtail.len + (size_t)n > STDERR_KEPT)
			buf_consume(&r->errtail,
			    r->errtail.len + (size_t)n - STDERR_KEPT);
		buf_add(&r->errtail, chunk, (size_t)n);
	}
}

static void
reap(struct runner *r)
{
	char	 how[64];
	pid_t	 got;
	int	 status = 0;

	do {
		got = waitpid(r->pid, &status, WNOHANG);
	} while (got == -1 && errno == EINTR);
	if (got == 0)
		return;
	/*
	 * A grandchild may hold the pipes open: what is in them now is all
	 * that counts.
	 */
	read_out(r);
	read_err(r);
	close_fd(&r->out);
	close_fd(&r->err);
	close_fd(&r->pidfd);
	kill(-r->pid, SIGKILL);
	r->pid = -1;
	r->kill_at = -1;
	r->ended = true;
	if (r->error[0] == '\0') {
		proc_status_text(status, how, sizeof(how));
		snprintf(r->error, sizeof(r->error), "the VM runner died (%s) "
		    "before it gave a result", how);
	}
}

void
runner_ready(struct runner *r, const struct pollfd p[static RUNNER_NFDS])
{
	if (p[0].revents != 0)
		read_out(r);
	if (p[1].revents != 0)
		read_err(r);
	if (p[2].revents != 0 && !r->ended)
		reap(r);
}

int64_t
runner_deadline(const struct runner *r)
{
	if (r->ended)
		return -1;
	return r->kill_at != -1 ? r->kill_at : r->deadline;
}

void
runner_tick(struct runner *r, int64_t now)
{
	if (r->ended)
		return;
	if (r->kill_at != -1) {
		if (now < r->kill_at)
			return;
		kill(-r->pid, SIGKILL);
		kill(r->pid, SIGKILL);
		/* Its pidfd tells when it is gone. */
		r->kill_at = now + RUNNER_TERM_MS;
	} else if (now >= r->deadline) {
		terminate(r, STOP_DEADLINE, now);
	}
}

void
runner_wait(struct runner *r, struct runner_end *end)
{
	struct pollfd	 p[RUNNER_NFDS];

	while (!runner_ended(r, end)) {
		runner_pollfds(r, p);
		if (poll(p, RUNNER_NFDS,
		    time_left_ms(runner_deadline(r))) > 0)
			runner_ready(r, p);
		runner_tick(r, time_mono_ms());
	}
}

static enum runner_outcome
outcome_of(const struct jval *end)
{
	const char	*word = jval_get_str(end, "outcome", "");

	for (int i = 0; i < RUNNER_CANCELED; i++)
		if (strcmp(word, outcome_names[i]) == 0)
			return (enum runner_outcome)i;
	return RUNNER__MAX;
}

static void
infra(struct runner_end *end, const char *code, const char *error)
{
	end->outcome = RUNNER_INFRA;
	end->error_code = code;
	end->error = error;
}

bool
runner_ended(const struct runner *r, struct runner_end *end)
{
	if (!r->ended)
		return false;
	*end = (struct runner_end){ RUNNER_DONE, "", "", r->end };
	if (r->end != NULL) {
		end->outcome = outcome_of(r->end);
		end->error_code = jval_get_str(r->end, "error_code", "");
		end->error = jval_get_str(r->end, "error", "");
		if (end->outcome == RUNNER__MAX)
			infra(end, "protocol", "the VM runner ended with an "
			    "outcome this version does not know; install "
			    "worker and runner of one version");
		else if (end->outcome == RUNNER_INFRA &&
		    end->error[0] == '\0')
			end->error = "the VM runner gave no reason; see "
			    "runner.json and serial.log";
	} else if (r->stop == STOP_CANCEL) {
		end->outcome = RUNNER_CANCELED;
		end->error_code = "canceled";
		end->error = "stopped by the worker";
	} else if (r->stop == STOP_DEADLINE) {
		infra(end, "runner_hung", "the VM runner did not end within "
		    "its time and was killed; the machine may be overloaded");
	} else if (r->stop == STOP_PROTOCOL) {
		infra(end, "protocol", r->error);
	} else {
		infra(end, "runner_died", r->error);
	}
	return true;
}

const char *
runner_stderr(const struct runner *r)
{
	return buf_str(&r->errtail);
}

void
runner_free(struct runner *r)
{
	if (r == NULL)
		return;
	if (r->pid > 1)
		proc_stop(r->pid, 0);
	close_fd(&r->out);
	close_fd(&r->err);
	close_fd(&r->pidfd);
	jval_free(r->end);
	buf_clear(&r->line);
	buf_clear(&r->errtail);
	free(r);
}
