/*
 * bpfcompat-runner: one VM, one target, one attempt (doc/architecture.md).
 * It is a process of its own so that whatever a guest says is parsed far
 * from the database, and so that killing it ends all that belongs to it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "config.h"

#include "base/log.h"
#include "worker/vm/attempt.h"

static enum err
read_input(struct buf *b)
{
	char	 chunk[4096];
	ssize_t	 n;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) != 0) {
		if (n == -1 && errno != EINTR)
			return err_from_errno(errno);
		if (n > 0)
			buf_add(b, chunk, (size_t)n);
	}
	return buf_err(b);
}

/* SIGTERM and SIGINT become readable instead of interrupting. */
static int
signals(void)
{
	const struct sigaction	 ignore = { .sa_handler = SIG_IGN };
	sigset_t		 set;

	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
refuse(enum err e, const struct diag *d)
{
	log_event(LOG_ERROR, "runner.input", LOG_S("code", err_code(e)),
	    LOG_S("field", d->field), LOG_S("error", diag_text(d)));
	return 1;
}

int
main(int argc, char **argv)
{
	static struct attempt	 attempt;
	struct diag		 d = DIAG_INIT;
	struct conf		 conf;
	struct spec		 spec;
	struct buf		 in = BUF_INIT(SPEC_MAX);
	enum err		 e;
	int			 cancel;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bpfcompat-runner %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: bpfcompat-runner < SPEC\n");
		return 1;
	}
	log_open("runner", LOG_INFO);
	/* The keys are in this memory. */
	prctl(PR_SET_DUMPABLE, 0);
	cancel = signals();
	if ((e = conf_load(&conf, &d)) != ERR_OK)
		return refuse(e, &d);
	if ((e = read_input(&in)) == ERR_OK)
		e = spec_parse(in.data, in.len, &spec, &d);
	buf_clear(&in);
	if (e != ERR_OK)
		return refuse(e, &d);
	attempt_run(&attempt, &conf, &spec, STDOUT_FILENO, cancel);
	attempt_clear(&attempt);
	spec_clear(&spec);
	close(cancel);
	return 0;
}
