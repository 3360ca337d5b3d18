/* What the runner tells its parent: one JSON object a line. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/timefmt.h"
#include "worker/vm/attempt.h"
#include "worker/vm/kevent.h"

#define EVENT_MAX	(1024 * 1024)

static const char	*const stage_names[STAGE__MAX] = {
	"prepare", "boot", "connect", "send", "validate", "collect",
	"teardown",
};

static const char	*const outcome_names[] = {
	[OUTCOME_INFRA] = "infra_error",
	[OUTCOME_DONE] = "done",
	[OUTCOME_DIED] = "guest_died",
	[OUTCOME_HUNG] = "guest_hung",
};

static void
say(const struct attempt *a, struct buf *b)
{
	buf_addc(b, '\n');
	/* A parent that is gone takes this process along. */
	if (buf_err(b) == ERR_OK)
		fsio_write_all(a->events_fd, b->data, b->len);
}

void
attempt_say_stage(const struct attempt *a)
{
	struct buf	 b = BUF_INIT(EVENT_MAX);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "event", "stage");
	jsonw_str(&w, "stage", stage_names[a->stage]);
	if (a->stage == STAGE_BOOT && a->cloned)
		jsonw_bool(&w, "template", true);
	jsonw_end(&w);
	say(a, &b);
	buf_clear(&b);
}

void
attempt_say_progress(void *arg, const char *json, size_t len)
{
	const struct attempt	*a = arg;
	struct buf		 b = BUF_INIT(EVENT_MAX);

	/* "json" is one object, written by our own writer. */
	buf_adds(&b, "{\"event\":\"progress\"");
	if (len > 2) {
		buf_addc(&b, ',');
		buf_add(&b, json + 1, len - 1);
	} else
		buf_addc(&b, '}');
	say(a, &b);
	buf_clear(&b);
}

static void
put_ms(struct jsonw *w, const struct attempt *a)
{
	jsonw_obj(w, "ms");
	for (int i = STAGE_PREPARE; i < STAGE_TEARDOWN; i++)
		jsonw_int(w, stage_names[i], a->stage_ms[i]);
	jsonw_int(w, "total", time_mono_ms() - a->start);
	jsonw_end(w);
}

/* Where in the validator's work a phase stands; -1: not known. */
static int
phase_rank(const char *word, size_t len)
{
	static const char *const phases[] = { "receive", "facts", "open",
		"isolated", "load", "attach", "functional", "finish" };

	for (int i = 0; i < (int)(sizeof(phases) / sizeof(phases[0])); i++)
		if (strlen(phases[i]) == len &&
		    memcmp(phases[i], word, len) == 0)
			return i;
	return -1;
}

/*
 * The console tells more (maps, and programs in a batch), but a kernel may
 * print with a delay, and one that stands still prints nothing any more.
 */
static bool
console_is_behind(const struct kstep *logged, const char *said)
{
	const char	*phase = strstr(said, "\"phase\":\"");

	if (phase == NULL)
		return false;
	phase += strlen("\"phase\":\"");
	return phase_rank(logged->phase, strlen(logged->phase)) <
	    phase_rank(phase, strcspn(phase, "\""));
}

static void
put_error(struct jsonw *w, const struct attempt *a)
{
	const struct kstep	*logged;
	const char		*step = "";

	jsonw_str(w, "error_code", a->code);
	jsonw_str(w, "error", diag_text(&a->diag));
	if (a->outcome == OUTCOME_INFRA)
		return;
	if (a->collect != NULL)
		step = collect_last_step(a->collect);
	logged = a->vm == NULL ? NULL : &vm_events(a->vm)->step;
	if (logged != NULL && logged->phase[0] != '\0' &&
	    !console_is_behind(logged, step))
		kstep_write(logged, w, "last_step");
	else if (step[0] != '\0')
		jsonw_raw(w, "last_step", step, strlen(step));
}

static void
put_guest(struct jsonw *w, const struct attempt *a)
{
	jsonw_str_opt(w, "uname_release", a->release);
	jsonw_str_opt(w, "uname_version", a->version);
	jsonw_str_opt(w, "machine", a->machine);
	jsonw_str(w, "accel", a->accel.kvm ? "kvm" : "tcg");
	jsonw_bool(w, "template", a->cloned);
	if (a->vm != NULL) {
		jsonw_str_opt(w, "splat", vm_splat(a->vm));
		kevents_write(vm_events(a->vm), w);
		jsonw_str(w, "qemu_command", vm_command(a->vm));
	}
}

/* What was asked for besides a verdict. */
static void
put_task(struct jsonw *w, const struct attempt *a)
{
	if (a->spec->task >= SPEC_WARM)
		template_look_write(&a->look, w, "template_state");
	if (a->spec->task != SPEC_CHECK || a->outcome != OUTCOME_DONE)
		return;
	jsonw_obj(w, "check");
	jsonw_int(w, "differences", (int64_t)a->ndiffer);
	jsonw_str(w, "text", a->differ);
	jsonw_end(w);
}

void
attempt_say_end(struct attempt *a)
{
	struct buf	 b = BUF_INIT(EVENT_MAX);
	struct jsonw	 w;
	char		 path[PATH_MAX];

	if (a->vm != NULL && vm_serial_cut(a->vm))
		attempt_note(a, "the serial log was cut");
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "event", "end");
	jsonw_str(&w, "outcome", outcome_names[a->outcome]);
	if (a->outcome != OUTCOME_DONE)
		put_error(&w, a);
	put_guest(&w, a);
	put_task(&w, a);
	put_ms(&w, a);
	jsonw_arr(&w, "notes");
	for (size_t i = 0; i < a->nnotes; i++)
		jsonw_str(&w, NULL, a->notes[i]);
	jsonw_end(&w);
	jsonw_end(&w);
	if (a->spec->task < SPEC_WARM && path_join(path, sizeof(path),
	    a->spec->target_dir, "runner.json", NULL) == ERR_OK)
		fsio_write_atomic(path, b.data, b.len, FSIO_FILE_MODE, NULL);
	say(a, &b);
	buf_clear(&b);
}
