#include "worker/lost.h"

#include <stdio.h>
#include <string.h>

/* As a kernel cuts it: 15 bytes. */
#define VALIDATOR_COMM	"bpfcompat-valid"
#define SERVER_COMM	"dropbear"

static bool
among(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* Programs of the object run from here on. */
static const char *const at_work[] = { "attach", "functional", "finish",
	NULL };

/* Before libbpf sees the object nothing in the guest is its doing. */
static const char *const touched[] = { "open", "map", "isolated", "load",
	"experiments", "attach", "functional", "finish", NULL };

static const struct jval *
oom_event(const struct jval *end, const char *program)
{
	const struct jval	*all = jval_get(end, "kernel_events"), *ev;
	const char		*victim;

	for (size_t i = 0; i < jval_len(all); i++) {
		ev = jval_at(all, i);
		victim = jval_get_str(ev, "victim", "");
		if (strcmp(jval_get_str(ev, "kind", ""), "oom_kill") == 0 &&
		    (strcmp(victim, VALIDATOR_COMM) == 0 ||
		    strcmp(victim, SERVER_COMM) == 0) &&
		    among(jval_get_str(ev, "phase", ""), touched) &&
		    (program == NULL || strcmp(jval_get_str(ev, "program",
		    ""), program) == 0))
			return ev;
	}
	return NULL;
}

const char *
lost_for_memory(const struct jval *end, const char *program)
{
	return jval_get_str(oom_event(end, program), "title", NULL);
}

static void
describe(struct lost *l, const char *phase, const char *program)
{
	l->touched = among(phase, touched);
	l->failed_stage = strcmp(phase, "functional") == 0 ? "functional" :
	    among(phase, at_work) ? "attach" : "load";
	if (program[0] == '\0')
		snprintf(l->what, sizeof(l->what), "%.32s", phase);
	else if (strcmp(phase, "map") == 0)
		snprintf(l->what, sizeof(l->what), "the creation of map "
		    "%.128s", program);
	else
		snprintf(l->what, sizeof(l->what), "%.32s of program %.128s",
		    phase, program);
	l->facts.last_step = l->what;
}

void
lost_guest(const struct runner_end *end, struct lost *l)
{
	const struct jval	*step = jval_get(end->doc, "last_step");
	const char		*splat = jval_get_str(end->doc, "splat", "");

	memset(l, 0, sizeof(*l));
	describe(l, jval_get_str(step, "phase", ""), jval_get_str(step,
	    "program", ""));
	l->facts.stage = end->outcome == RUNNER_GUEST_DIED ? CLASS_AT_DEATH :
	    CLASS_AT_HANG;
	l->facts.splat = splat[0] == '\0' ? NULL : splat;
	l->facts.error_text = end->error;
	l->facts.end_code = end->error_code;
	if (strcmp(end->error_code, "out_of_memory") == 0)
		l->facts.oom = lost_for_memory(end->doc, NULL);
}

bool
lost_loader(const struct runner_end *end, const struct jval *doc,
    struct lost *l)
{
	const struct jval	*load = jval_get(doc, "load"), *ev;
	const char		*phase = jval_get_str(load, "crash_phase", "");

	memset(l, 0, sizeof(*l));
	if (!jval_get_bool(load, "crashed", false))
		return false;
	ev = oom_event(end->doc, NULL);
	if (ev == NULL && !among(phase, at_work))
		return false;
	if (ev == NULL) {
		l->facts.end_code = "validator_killed";
		describe(l, phase, jval_get_str(load, "crash_program", ""));
	} else {
		l->facts.oom = jval_get_str(ev, "title", "");
		describe(l, jval_get_str(ev, "phase", ""), jval_get_str(ev,
		    "program", ""));
	}
	l->facts.stage = CLASS_AT_DEATH;
	l->facts.doc = doc;
	l->facts.error_text = "the process that loads and attaches the "
	    "object was killed by a signal";
	return true;
}
