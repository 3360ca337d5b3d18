/*
 * How an attempt ended, from the error of the stage and from what is known
 * of the guest: did QEMU end, what did its kernel say, was the object at
 * work, whose fault can it be.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/timefmt.h"
#include "worker/vm/attempt.h"
#include "worker/vm/kevent.h"

/* How long a connection that broke may take to turn into a dead guest. */
#define DYING_MS	3000

/* What the kernel calls our processes in the guest. */
#define VALIDATOR_COMM	"bpfcompat-valid"
#define SERVER_COMM	"dropbear"

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

/* The step before which all is said, and whether it is one of these. */
static bool
last_step_is(const struct attempt *a, const char *const *phases)
{
	const char	*said = a->collect == NULL ? "" :
			    collect_last_step(a->collect);
	const char	*phase = vm_events(a->vm)->step.phase;
	char		 needle[48];

	for (; *phases != NULL; phases++) {
		snprintf(needle, sizeof(needle), "\"phase\":\"%s\"",
		    *phases);
		/* Either may be behind the other. */
		if (strcmp(phase, *phases) == 0 ||
		    strstr(said, needle) != NULL)
			return true;
	}
	return false;
}

/* Were programs of the object attached when the validator last spoke? */
static bool
programs_at_work(const struct attempt *a)
{
	static const char *const phases[] = { "attach", "functional",
		"finish", NULL };

	return a->vm != NULL && a->stage == STAGE_VALIDATE &&
	    last_step_is(a, phases);
}

/*
 * The kernel's word for a guest that is stuck: a complaint about the very
 * step that did not end.  One that was followed by another step was only
 * late, as it happens on a busy host.
 */
static const struct kevent *
stuck(const struct attempt *a)
{
	static const char *const kinds[] = { "soft_lockup", "hard_lockup",
		"rcu_stall", "hung_task", "workqueue_lockup" };
	const struct kevents	*k;

	if (a->vm == NULL || a->stage != STAGE_VALIDATE ||
	    !programs_at_work(a))
		return NULL;
	k = vm_events(a->vm);
	for (size_t i = k->n; i-- > 0;)
		for (size_t j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++)
			if (strcmp(k->v[i].kind, kinds[j]) == 0 &&
			    memcmp(&k->v[i].step, &k->step,
			    sizeof(k->step)) == 0)
				return &k->v[i];
	return NULL;
}

/* Did the kernel kill one of ours because memory ran out? */
static bool
out_of_memory(struct attempt *a, enum err e)
{
	const struct kevent	*ev;

	if (a->vm == NULL || a->stage != STAGE_VALIDATE)
		return false;
	ev = kevents_find(vm_events(a->vm), "oom_kill", VALIDATOR_COMM);
	if (ev == NULL)
		ev = kevents_find(vm_events(a->vm), "oom_kill", SERVER_COMM);
	if (ev == NULL)
		return false;
	a->outcome = OUTCOME_DIED;
	a->code = "out_of_memory";
	diag_set(&a->diag, e, NULL, "the guest's memory ran out: %s",
	    ev->title);
	return true;
}

static void
too_late(struct attempt *a)
{
	const struct kevent	*ev = stuck(a);
	long long		 ms = time_mono_ms() - a->start;

	if (a->stage < STAGE_SEND) {
		a->code = "boot_timeout";
		diag_set(&a->diag, ERR_TIMEOUT, NULL, "the guest did not "
		    "answer over SSH within %lld ms; raise "
		    "BPFCOMPAT_BOOT_TIMEOUT or the target's timeout", ms);
	} else if (a->stage == STAGE_SEND) {
		a->code = "ssh_failed";
	} else if (ev != NULL) {
		a->outcome = OUTCOME_HUNG;
		a->code = "guest_hung";
		diag_set(&a->diag, ERR_TIMEOUT, NULL, "the guest's kernel "
		    "says that it is stuck: %s", ev->title);
	} else if (a->outcome != OUTCOME_HUNG) {
		a->code = "timeout";
		diag_set(&a->diag, ERR_TIMEOUT, NULL, "the validator was "
		    "still working after %lld ms%s%s; raise the target's "
		    "timeout", ms, a->alive[0] != '\0' ? ": " : "", a->alive);
	} else {
		a->code = "guest_hung";
		diag_set(&a->diag, ERR_TIMEOUT, NULL, "the guest hung while "
		    "the validator worked: %s", a->alive);
	}
}

/* The guest goes on, but nobody in it speaks to us any more. */
static bool
cut_off(struct attempt *a, enum err e)
{
	if (e != ERR_IO && (e != ERR_PROTO || !a->validator_killed))
		return false;
	if (out_of_memory(a, e))
		return true;
	if (!programs_at_work(a))
		return false;
	/* A program may signal every process but init. */
	a->outcome = OUTCOME_DIED;
	a->code = "validator_killed";
	diag_set(&a->diag, e, NULL, "the guest runs, but its SSH server or "
	    "the validator was ended while programs of the object were "
	    "attached");
	return true;
}

/* Nothing that such a guest says about time can be believed. */
static bool
clock_ran_away(struct attempt *a)
{
	int64_t	 n = a->vm == NULL ? 0 : vm_clock_ahead(a->vm);

	if (n == 0)
		return false;
	a->outcome = OUTCOME_INFRA;
	a->code = "guest_clock";
	diag_set(&a->diag, ERR_CORRUPT, NULL, "the guest's clock ran %lld "
	    "times too fast: its kernel misjudged the CPU while this machine "
	    "was busy; a fresh one is started", (long long)n);
	if (a->cloned)
		template_discard(&a->tmpl, false, diag_text(&a->diag));
	return true;
}

/* Something wrote to the saved memory this guest started from. */
static bool
template_changed(struct attempt *a)
{
	if (!a->cloned || template_intact(&a->tmpl))
		return false;
	a->outcome = OUTCOME_INFRA;
	a->code = "template_changed";
	diag_set(&a->diag, ERR_CORRUPT, NULL, "the saved guest was changed "
	    "while this one ran on it; it is removed, a fresh one is started");
	template_discard(&a->tmpl, false, "the saved memory was changed while "
	    "a guest ran on it");
	return true;
}

/* A lost connection or an oops: the guest is probably dying. */
static enum err
wait_death(struct attempt *a, enum err e)
{
	int64_t	 until = time_mono_ms() + DYING_MS;
	enum err w = ERR_OK;

	if (a->vm == NULL || a->stage < STAGE_CONNECT || (e != ERR_IO &&
	    (e != ERR_PROTO || !vm_events(a->vm)->fatal)))
		return e;
	while (w == ERR_OK)
		w = vm_wait(a->vm, -1, 0, until, NULL);
	return w == ERR_CHILD ? w : e;
}

void
attempt_conclude(struct attempt *a, enum err e)
{
	if (e != ERR_CANCELED && (clock_ran_away(a) || template_changed(a)))
		return;
	if (e == ERR_OK) {
		a->outcome = OUTCOME_DONE;
		a->code = "";
		return;
	}
	e = wait_death(a, e);
	if (a->code[0] != '\0')
		return;
	if (e == ERR_CHILD && a->vm != NULL &&
	    vm_ended(a->vm) != VM_RUNNING) {
		guest_gone(a);
		return;
	}
	if (cut_off(a, e))
		return;
	if (e == ERR_TIMEOUT) {
		if (!out_of_memory(a, e))
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
