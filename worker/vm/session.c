/*
 * The talk with a guest that is up: what kernel are you, here is the
 * artifact, what do you say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "worker/guest/wire.h"
#include "worker/vm/attempt.h"
#include "worker/vm/look.h"

#define VALIDATOR	"/bin/bpfcompat-validator"
/*
 * One command, as two at a time trip over each other in the SSH server: two
 * lines of facts, then the validator's frames.
 */
#define FACTS		"uname -rvm && cat /proc/version && exec "
#define FACTS_LINES	2
#define LOAD		"cat /proc/loadavg; grep -hF '(bpfcompat-valid)' "	\
			"/proc/[0-9]*/stat"
#define ANSWER_MAX	8192
/* Longest file that is shipped, and the time a result needs to get back. */
#define FILE_MAX	((size_t)512 * 1024 * 1024)
#define RESULT_MS	3000
/*
 * How long a guest gets to show that it still runs after the deadline, and
 * how many times longer on a busy machine; the parent waits for 15 s.
 */
#define ALIVE_MS	3000
#define ALIVE_FACTOR	4
/* A step that began so lately says nothing yet. */
#define QUIET_MS	3000
/* What a shell makes of a program that a signal ended. */
#define SIGNALLED	128

static enum err
keep_text(void *arg, const void *p, size_t len)
{
	return buf_add(arg, p, len);
}

static enum err
drop_text(void *arg, const void *p, size_t len)
{
	(void)arg;
	(void)p;
	(void)len;
	return ERR_OK;
}

/* The validator's output and what comes before it. */
struct	stream {
	struct attempt	*a;
	struct buf	 facts;
	int		 lines;
};

static enum err
take_out(void *arg, const void *p, size_t len)
{
	struct stream	*s = arg;
	const char	*c = p;
	enum err	 e = ERR_OK;

	for (; len > 0 && s->lines < FACTS_LINES && e == ERR_OK; c++, len--) {
		e = buf_addc(&s->facts, *c);
		s->lines += *c == '\n';
	}
	if (e != ERR_OK)
		return ERR_PROTO;
	return len == 0 ? ERR_OK : collect_out(s->a->collect, c, len);
}

static enum err
take_err(void *arg, const void *p, size_t len)
{
	struct stream	*s = arg;

	return collect_err(s->a->collect, p, len);
}

/*
 * "6.1.0-56-cloud-amd64 #1 SMP ... x86_64" and /proc/version.  False when
 * the guest does not say so.
 */
static bool
take_facts(struct attempt *a, char *text)
{
	char	*line = strsep(&text, "\n"), *version, *machine;

	if (text == NULL || (version = strchr(line, ' ')) == NULL ||
	    (machine = strrchr(line, ' ')) == version)
		return false;
	*version++ = '\0';
	*machine++ = '\0';
	snprintf(a->release, sizeof(a->release), "%s", line);
	snprintf(a->version, sizeof(a->version), "%s", version);
	snprintf(a->machine, sizeof(a->machine), "%s", machine);
	return true;
}

/* Is it the kernel that was asked for?  A mix-up must not give a verdict. */
static enum err
check_kernel(struct attempt *a, struct stream *s)
{
	const char	*want = a->kernel.version_string;
	char		*second = strchr(buf_str(&s->facts), '\n');

	if (s->lines < FACTS_LINES || !take_facts(a, s->facts.data))
		return diag_set(&a->diag, ERR_PROTO, NULL,
		    "the guest does not say which kernel it runs");
	if (strcmp(a->release, a->kernel.release) == 0 &&
	    strcmp(a->machine, a->kernel.arch) == 0 &&
	    strncmp(second + 1, want, strlen(want)) == 0)
		return ERR_OK;
	diag_set(&a->diag, ERR_CORRUPT, NULL, "the guest runs %.100s (%.20s), "
	    "not %.100s; fetch the kernel again", a->release, a->machine,
	    a->kernel.release);
	return attempt_fail(a, ERR_CORRUPT, "wrong_kernel");
}

static void
frame_head(char out[static WIRE_HEADER_LEN], char type, size_t len)
{
	out[0] = type;
	out[1] = (char)(len >> 24);
	out[2] = (char)(len >> 16);
	out[3] = (char)(len >> 8);
	out[4] = (char)len;
}

/* A frame at least, also for nothing. */
static enum err
send_frames(struct attempt *a, struct sshc_cmd *cmd, char type,
    const struct buf *b)
{
	char		 head[WIRE_HEADER_LEN];
	size_t		 at = 0, n;
	enum err	 e;

	do {
		n = b == NULL ? 0 : b->len - at;
		if (n > WIRE_CHUNK_MAX)
			n = WIRE_CHUNK_MAX;
		frame_head(head, type, n);
		if ((e = sshc_send(cmd, head, sizeof(head), a->deadline,
		    &a->diag)) != ERR_OK ||
		    (n > 0 && (e = sshc_send(cmd, b->data + at, n,
		    a->deadline, &a->diag)) != ERR_OK))
			return e;
		at += n;
	} while (b != NULL && at < b->len);
	return ERR_OK;
}

static enum err
send_file(struct attempt *a, struct sshc_cmd *cmd, const struct spec_file *f)
{
	struct buf	 head = BUF_INIT(WIRE_FILE_HEAD_MAX);
	struct buf	 b = BUF_INIT(FILE_MAX);
	enum err	 e;

	buf_addf(&head, "%s %s%s%s", f->exec ? "755" : "644", f->name,
	    f->link[0] != '\0' ? " " : "", f->link);
	if ((e = fsio_read(f->path, &b, &a->diag)) != ERR_OK)
		e = attempt_fail(a, e, "internal");
	else if ((e = buf_err(&head)) == ERR_OK &&
	    (e = send_frames(a, cmd, WIRE_FILE, &head)) == ERR_OK)
		e = send_frames(a, cmd, WIRE_BYTES, &b);
	buf_clear(&b);
	buf_clear(&head);
	return e;
}

/* Everything the validator works with. */
static enum err
send_inputs(struct attempt *a, struct sshc_cmd *cmd)
{
	enum err	 e = send_frames(a, cmd, WIRE_ARTIFACT, &a->artifact);

	if (e == ERR_OK && a->plan.len > 0)
		e = send_frames(a, cmd, WIRE_PLAN, &a->plan);
	for (size_t i = 0; i < a->spec->nfiles && e == ERR_OK; i++)
		e = send_file(a, cmd, &a->spec->file[i]);
	return e;
}

/*
 * What the validator may use for commands: its result has to come back
 * before the end of the attempt, also from a slow guest.
 */
static int64_t
time_for_commands(const struct attempt *a)
{
	int64_t	 left = time_left_ms(a->deadline);
	int64_t	 margin = RESULT_MS + left / 20;

	return left > 2 * margin ? left - margin : left / 2 + 1;
}

/*
 * CPU time of the validator's processes in seconds, in user mode and in the
 * kernel, from lines of /proc/PID/stat: "12 (name) R 1 ..." where the 14th
 * and 15th word count clock ticks (100 a second on every kernel we boot).
 */
static void
cpu_times(const char *text, long long *user, long long *system)
{
	const char	*p;
	long long	 u, s;

	*user = *system = 0;
	while ((p = strstr(text, ") ")) != NULL) {
		text = p + 2;
		if (sscanf(text, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
		    "%*u %lld %lld", &u, &s) == 2) {
			*user += u / 100;
			*system += s / 100;
		}
	}
}

/* What a guest that answers looks like; false: nothing in it runs. */
static bool
looks_alive(struct attempt *a, const char *text)
{
	const char	*p = strchr(text, '/');
	long long	 user, system;
	long		 running;

	/* 0.80 0.20 0.07 2/71 123: the one that asks is one of the two. */
	while (p != NULL && p > text && p[-1] != ' ')
		p--;
	running = p == NULL ? 0 : strtol(p, NULL, 10);
	cpu_times(text, &user, &system);
	snprintf(a->alive, sizeof(a->alive), "the guest answers, %s runs in "
	    "it, the validator used %lld s of CPU time by itself and %lld s "
	    "in the kernel", running >= 2 ? "a task" : "no task", user,
	    system);
	return running >= 2;
}

/*
 * The deadline has passed while the validator worked.  A guest that took a
 * step just now, or still answers and has a task running, is slow, not hung:
 * that is no verdict.  How long it may take goes by how busy this machine is.
 */
static bool
still_works(struct attempt *a)
{
	struct buf	 out = BUF_INIT(ANSWER_MAX);
	const struct sshc_sink sink = { keep_text, drop_text, &out };
	struct sshc_cmd	*cmd = NULL;
	int		 slow = vm_slowdown(a->vm);
	int64_t		 until, ms, quiet = vm_quiet_ms(a->vm);
	char		 cpu[128];
	bool		 works = false;

	if (slow > ALIVE_FACTOR)
		slow = ALIVE_FACTOR;
	if (quiet < QUIET_MS * slow) {
		snprintf(a->alive, sizeof(a->alive), "its last step began "
		    "%lld ms ago", (long long)quiet);
		return true;
	}
	ms = ALIVE_MS * slow;
	until = time_mono_ms() + ms;
	/* The server may close a channel too early; see ssh.c. */
	while (sshc_exec(a->ssh, LOAD, &sink, until, &cmd, NULL) ==
	    ERR_PROTO && time_left_ms(until) > 0)
		continue;
	if (cmd != NULL && sshc_finish(cmd, until, NULL) == ERR_OK)
		works = looks_alive(a, buf_str(&out));
	else {
		look_at_cpu(a->vm, cpu, sizeof(cpu));
		snprintf(a->alive, sizeof(a->alive), "the guest does not "
		    "answer within %lld ms%s", (long long)ms, cpu);
	}
	sshc_cmd_free(cmd);
	buf_clear(&out);
	return works;
}

static enum err
validator_gone(struct attempt *a, const struct sshc_cmd *cmd)
{
	const char	*err = collect_stderr(a->collect);
	size_t		 n = strcspn(err, "\n");

	a->validator_killed = sshc_exit_code(cmd) > SIGNALLED;
	return diag_set(&a->diag, ERR_PROTO, NULL, "the validator ended with "
	    "code %d before its last message%s%.*s", sshc_exit_code(cmd),
	    n > 0 ? ": " : "", (int)(n < 300 ? n : 300), err);
}

static enum err
run_validator(struct attempt *a, struct sshc_cmd *cmd)
{
	enum err	 e = ERR_OK;
	bool		 done = false;

	while (!done && !collect_ended(a->collect) && e == ERR_OK)
		e = sshc_step(cmd, a->deadline, &done, &a->diag);
	/* The last step it announced may still be in the socket. */
	if (e == ERR_CHILD)
		sshc_drain(cmd);
	if (e == ERR_TIMEOUT) {
		if (!still_works(a))
			a->outcome = OUTCOME_HUNG;
		/* It may also have died at the last moment. */
		return vm_ended(a->vm) != VM_RUNNING ? ERR_CHILD : e;
	}
	if (e == ERR_PROTO && collect_problem(a->collect)[0] != '\0')
		diag_set(&a->diag, e, NULL, "the validator breaks the "
		    "protocol: %s", collect_problem(a->collect));
	if (e == ERR_OK && !collect_ended(a->collect))
		e = validator_gone(a, cmd);
	return e;
}

static enum err
talk(struct attempt *a, struct stream *s, struct sshc_cmd **val)
{
	const struct sshc_sink sink = { take_out, take_err, s };
	char		 command[256];
	enum err	 e;
	bool		 done = false;

	snprintf(command, sizeof(command), FACTS VALIDATOR " --wire "
	    "--log-steps --attach-mode %s --time-left %lld",
	    a->spec->attach_mode, (long long)time_for_commands(a));
	if ((e = sshc_exec(a->ssh, command, &sink, a->deadline, val,
	    &a->diag)) != ERR_OK)
		return e;
	attempt_stage(a, STAGE_SEND);
	e = send_inputs(a, *val);
	while (e == ERR_OK && s->lines < FACTS_LINES && !done)
		e = sshc_step(*val, a->deadline, &done, &a->diag);
	if (e != ERR_OK || (e = check_kernel(a, s)) != ERR_OK)
		return e;
	attempt_stage(a, STAGE_VALIDATE);
	if ((e = send_frames(a, *val, WIRE_GO, NULL)) != ERR_OK ||
	    (e = sshc_send_eof(*val, a->deadline, &a->diag)) != ERR_OK)
		return e;
	return run_validator(a, *val);
}

enum err
attempt_session(struct attempt *a)
{
	struct stream	 s = { a, BUF_INIT(ANSWER_MAX), 0 };
	struct sshc_cmd	*val = NULL;
	enum err	 e;

	attempt_stage(a, STAGE_CONNECT);
	if ((e = collect_new(a->spec->target_dir, attempt_say_progress, a,
	    &a->collect)) != ERR_OK)
		return e;
	if ((e = sshc_open(a->vm, &a->keys, a->boot_deadline, &a->ssh,
	    &a->diag)) != ERR_OK)
		return e;
	e = talk(a, &s, &val);
	if (e == ERR_OK) {
		attempt_stage(a, STAGE_COLLECT);
		e = collect_finish(a->collect, &a->diag);
	} else
		collect_salvage(a->collect);
	if (collect_logs_cut(a->collect))
		attempt_note(a, "logs over the limit were left out");
	sshc_cmd_free(val);
	buf_clear(&s.facts);
	return e;
}
