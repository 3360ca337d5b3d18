#include "worker/vm/attempt.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"

#define ARTIFACT_MAX	((size_t)512 * 1024 * 1024)
#define PLAN_MAX	((size_t)1024 * 1024)
#define CMDLINE_MAX	2000

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

static enum err
carry_out(struct attempt *a)
{
	enum err	 e = attempt_prepare(a);

	if (e != ERR_OK)
		return e;
	if (a->spec->task >= SPEC_WARM)
		return attempt_template(a);
	if ((e = attempt_boot(a)) == ERR_OK &&
	    (e = attempt_session(a)) == ERR_OK &&
	    a->spec->task == SPEC_CHECK)
		e = attempt_check(a);
	return e;
}

void
attempt_run(struct attempt *a, const struct conf *conf,
    const struct spec *spec, int events_fd, int cancel_fd)
{
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

	attempt_conclude(a, carry_out(a));
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
