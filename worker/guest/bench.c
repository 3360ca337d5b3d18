#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <bpf/libbpf.h>

#include "base/timefmt.h"
#include "steps.h"

/* Older kernels refuse more than UINT_MAX >> 2, the oldest >> 8. */
/* One program's loader goes first when memory runs out: only it is lost. */
#define OOM_ONE		600
#define LOG_MAX		(512UL * 1024 * 1024)
#define LOG_MIN		(16UL * 1024 * 1024 - 4096)

/* Half of what the guest has, so that a log does not kill it. */
static size_t
log_size_for_guest(void)
{
	long	 pages = sysconf(_SC_AVPHYS_PAGES);
	long	 page = sysconf(_SC_PAGESIZE);
	size_t	 n = LOG_MAX;

	if (pages > 0 && page > 0 && (size_t)pages * (size_t)page / 2 < n)
		n = (size_t)pages * (size_t)page / 2;
	return n < LOG_MIN ? LOG_MIN : n;
}

void *
bench_share(size_t size)
{
	void	*p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

bool
bench_open(struct bench *b, struct run *r)
{
	memset(b, 0, sizeof(*b));
	b->run = r;
	b->log_size = log_size_for_guest();
	b->log = bench_share(b->log_size);
	if (b->log != NULL)
		b->rep = bench_share(sizeof(*b->rep));
	return b->rep != NULL;
}

void
bench_close(struct bench *b)
{
	bpf_object__close(b->aux);
	if (b->rep != NULL)
		munmap(b->rep, sizeof(*b->rep));
	if (b->log != NULL)
		munmap(b->log, b->log_size);
}

void
bench_finish(struct bench *b, struct capture *c, int err)
{
	size_t	 n = c->text.len, skip = 0;

	if (n > BENCH_MESSAGES) {
		skip = n - BENCH_MESSAGES;
		n = BENCH_MESSAGES;
	}
	if (n > 0)
		memcpy(b->rep->messages, c->text.data + skip, n);
	b->rep->messages_len = n;
	b->rep->error = err;
	b->rep->done = 1;
	_exit(0);
}

pid_t
bench_fork(struct bench *b)
{
	pid_t	 pid;

	memset(b->rep, 0, offsetof(struct report, messages));
	b->log[0] = '\0';
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		oom_score(OOM_ONE);
	}
	return pid;
}

bool
bench_in_time(pid_t pid, int ms)
{
	struct pollfd	 p = { -1, POLLIN, 0 };
	int64_t		 deadline = time_mono_ms() + ms;
	int		 n;

	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p.fd == -1)
		return true;
	do
		n = poll(&p, 1, time_left_ms(deadline));
	while (n == -1 && errno == EINTR);
	close(p.fd);
	if (n == 0)
		kill(pid, SIGKILL);
	return n != 0;
}

void
bench_wait(struct bench *b, pid_t pid)
{
	int	 status = 0;

	while (pid != -1 && waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (b->rep->done)
		return;
	b->rep->error = pid == -1 ? -EAGAIN : -ECHILD;
	b->rep->messages_len = (size_t)snprintf(b->rep->messages,
	    BENCH_MESSAGES, "validator: the loading process %s%s\n",
	    pid == -1 ? "could not be started" : "died: ",
	    pid == -1 ? "" : WIFSIGNALED(status) ?
	    strsignal(WTERMSIG(status)) : "it exited");
}

/* The next attempt starts with an empty buffer. */
void
bench_log_reset(struct bench *b, size_t used)
{
	if (used > 0)
		madvise(b->log, b->log_size, MADV_REMOVE);
}

struct bpf_object *
bench_aux(struct bench *b, bool prepare)
{
	struct run		*r = b->run;
	struct bpf_object	*obj;
	struct bpf_program	*p;
	struct bpf_map		*m;
	size_t			 i = 0;
	int			 err;

	if ((obj = object_open(r, &err)) == NULL)
		return NULL;
	setup_apply(r, obj, false);
	bpf_object__for_each_map(m, obj) {
		if (r->maps[i].tried && !r->maps[i].created)
			bpf_map__set_autocreate(m, false);
		i++;
	}
	if (!prepare)
		return obj;
	bpf_object__for_each_program(p, obj)
		bpf_program__set_autoload(p, true);
	if (bpf_object__prepare(obj) != 0) {
		bpf_object__close(obj);
		return NULL;
	}
	return obj;
}

struct bpf_object *
bench_template(struct bench *b, const struct prog *p)
{
	struct capture	 mine, *old;

	if (p->autoload && b->run->prepared)
		return b->run->obj;
	if (!b->aux_tried) {
		b->aux_tried = true;
		capture_init(&mine);
		old = capture_use(&mine);
		b->aux = bench_aux(b, true);
		if (b->aux != NULL)
			insns_note(b->run, b->aux, true);
		else
			b->aux = bench_aux(b, false);
		capture_use(old);
		relocs_parse(&b->run->relocs, buf_str(&mine.relocs),
		    mine.relocs.len);
		capture_free(&mine);
	}
	return b->aux;
}
