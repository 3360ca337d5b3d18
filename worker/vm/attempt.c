#include "worker/vm/attempt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "worker/vm/kevent.h"

#define ARTIFACT_MAX	((size_t)512 * 1024 * 1024)
#define PLAN_MAX	((size_t)1024 * 1024)
#define CMDLINE_MAX	2000

/* How long a connection that broke may take to turn into a dead guest. */
#define DYING_MS	3000

void
attempt_stage(struct attempt *a, enum stage s)
{
	int64_t	 now = time_mono_ms();

	a->stage_ms[a->stage] += now - a->stage_start;
	a->stage = s;
	a->stage_start = now;
	attempt_say_stage(a);
}

void
attempt_note(struct attempt *a, const char *fmt, ...)
{
	va_list	 ap;
	char	*s = NULL;

	if (a->nnotes == ATTEMPT_NOTES_MAX)
		return;
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) != -1)
		a->notes[a->nnotes++] = s;
	va_end(ap);
}

enum err
attempt_fail(struct attempt *a, enum err e, const char *code)
{
	a->code = code;
	return e;
}

/* Codes that follow from the error alone; NULL: none does. */
static const char *
code_of(enum err e)
{
	switch (e) {
	case ERR_CANCELED:
		return "canceled";
	case ERR_NOSPACE:
		return "no_space";
	case ERR_NOMEM:
	case ERR_INTERNAL:
		return "internal";
	default:
		return NULL;
	}
}

/* The last line QEMU wrote, for a person. */
static void
qemu_words(struct attempt *a, char *out, size_t size)
{
	char	 text[2048];
	off_t	 end = lseek(a->qemu_log, 0, SEEK_END);
	off_t	 from = end > (off_t)sizeof(text) - 1 ?
		    end - (off_t)sizeof(text) + 1 : 0;
	ssize_t	 n = pread(a->qemu_log, text, sizeof(text) - 1, from);
	char	*line;

	out[0] = '\0';
	if (n <= 0)
		return;
	text[n] = '\0';
	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	line = strrchr(text, '\n');
	snprintf(out, size, ": %.400s", line == NULL ? text : line + 1);
}

static void
guest_gone(struct attempt *a)
{
	char	 how[256], words[512] = "";

	vm_end_text(a->vm, how, sizeof(how));
	if (vm_ended(a->vm) == VM_END_QEMU) {
		qemu_words(a, words, sizeof(words));
		a->code = "qemu_failed";
		diag_set(&a->diag, ERR_CHILD, NULL, "%s%s", how, words);
	} else if (a->stage == STAGE_VALIDATE) {
		a->outcome = OUTCOME_DIED;
		a->code = "guest_died";
		diag_set(&a->diag, ERR_CHILD, NULL,
		    "%s while the validator worked", how);
	} else {
		a->code = "boot_panic";
		diag_set(&a->diag, ERR_CHILD, NULL,
		    "%s before the validator began; the serial log tells "
		    "why", how);
	}
}

static void
too_late(struct attempt *a)
{
	if (a->stage < STAGE_SEND) {
		a->code = "boot_timeout";
		diag_set(&a->diag, ERR_TIMEOUT, NULL, "the guest did not "
		    "answer over SSH within %lld ms; raise "
		    "BPFCOMPAT_BOOT_TIMEOUT or the target's timeout",
		    (long long)(time_mono_ms() - a->start));
	} else if (a->stage == STAGE_SEND) {
		a->code = "ssh_failed";
	} else if (a->outcome != OUTCOME_HUNG) {
		a->code = "timeout";
		diag_set(&a->diag, ERR_TIMEOUT, NULL, "the validator was "
		    "still working after %lld ms; raise the target's timeout",
		    (long long)(time_mono_ms() - a->start));
	} else {
		a->code = "guest_hung";
		diag_set(&a->diag, ERR_TIMEOUT, NULL,
		    "the guest hung while the validator worked");
	}
}

/* Were programs of the object attached when the validator last spoke? */
static bool
programs_at_work(const struct attempt *a)
{
	const char	*step = a->collect == NULL ? "" :
			    collect_last_step(a->collect);

	return a->stage == STAGE_VALIDATE &&
	    (strstr(step, "\"phase\":\"attach\"") != NULL ||
	    strstr(step, "\"phase\":\"functional\"") != NULL ||
	    strstr(step, "\"phase\":\"finish\"") != NULL);
}

void
attempt_conclude(struct attempt *a, enum err e)
{
	int64_t	 until;
	enum err w = ERR_OK;

	if (e == ERR_OK) {
		a->outcome = OUTCOME_DONE;
		a->code = "";
		return;
	}
	/* A lost connection or an oops: the guest is probably dying. */
	if (a->vm != NULL && a->stage >= STAGE_CONNECT && (e == ERR_IO ||
	    (e == ERR_PROTO && vm_events(a->vm)->fatal))) {
		until = time_mono_ms() + DYING_MS;
		while (w == ERR_OK)
			w = vm_wait(a->vm, -1, 0, until, NULL);
		if (w == ERR_CHILD)
			e = ERR_CHILD;
	}
	if (a->code[0] != '\0')
		return;
	if (e == ERR_CHILD && a->vm != NULL &&
	    vm_ended(a->vm) != VM_RUNNING) {
		guest_gone(a);
		return;
	}
	/* A program may signal every process but init. */
	if (e == ERR_IO && programs_at_work(a)) {
		a->outcome = OUTCOME_DIED;
		a->code = "guest_cut_off";
		diag_set(&a->diag, e, NULL, "the guest runs, but its SSH "
		    "server or the validator went away while programs of the "
		    "object were attached");
		return;
	}
	if (e == ERR_TIMEOUT) {
		too_late(a);
		return;
	}
	if ((a->code = code_of(e)) == NULL)
		a->code = a->stage <= STAGE_BOOT ? "qemu_failed" :
		    e == ERR_PROTO && a->stage > STAGE_CONNECT ?
		    "protocol" : "ssh_failed";
	if (a->diag.msg[0] == '\0')
		diag_set(&a->diag, e, NULL, "%s", err_text(e));
}

void
attempt_run(struct attempt *a, const struct conf *conf,
    const struct spec *spec, int events_fd, int cancel_fd)
{
	enum err	 e;

	memset(a, 0, sizeof(*a));
	a->conf = conf;
	a->spec = spec;
	a->events_fd = events_fd;
	a->cancel_fd = cancel_fd;
	a->serial_log = a->qemu_log = -1;
	a->code = "";
	buf_init(&a->artifact, ARTIFACT_MAX);
	buf_init(&a->plan, PLAN_MAX);
	buf_init(&a->cmdline, CMDLINE_MAX);
	buf_init(&a->tmpl_cmdline, CMDLINE_MAX);
	a->tmpl.ram_fd = a->tmpl.state_fd = -1;
	a->start = a->stage_start = time_mono_ms();
	a->deadline = a->start + spec->timeout_ms;
	a->boot_deadline = a->start + spec->boot_timeout_ms;
	if (a->boot_deadline > a->deadline)
		a->boot_deadline = a->deadline;
	attempt_say_stage(a);

	if ((e = attempt_prepare(a)) == ERR_OK &&
	    (e = attempt_boot(a)) == ERR_OK)
		e = attempt_session(a);
	attempt_conclude(a, e);
	if (a->vm != NULL)
		vm_listen(a->vm);
	/*
	 * The process is killed here and reaped after the end was told:
	 * giving back its memory is nothing anybody has to wait for.
	 */
	if (a->vm != NULL)
		vm_kill(a->vm);
	attempt_stage(a, STAGE_TEARDOWN);
	attempt_say_end(a);
}

void
attempt_clear(struct attempt *a)
{
	collect_free(a->collect);
	sshc_free(a->ssh);
	vm_free(a->vm);
	sshkeys_clear(&a->keys);
	initramfs_clear(&a->initramfs);
	kernel_clear(&a->kernel);
	buf_clear(&a->artifact);
	buf_clear(&a->plan);
	buf_clear(&a->cmdline);
	buf_clear(&a->tmpl_cmdline);
	template_clear(&a->tmpl);
	if (a->serial_log != -1)
		close(a->serial_log);
	if (a->qemu_log != -1)
		close(a->qemu_log);
	for (size_t i = 0; i < a->nnotes; i++)
		free(a->notes[i]);
}
