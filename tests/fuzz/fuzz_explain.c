/*
 * Verifier logs to be explained.  What stands before the first "\n%%\n", if
 * that is there, is taken as the program's instructions.
 */
#include "tests/fuzz/fuzz.h"

#include <linux/bpf.h>

#include "worker/guest/explain.h"

static void
slice_inside(const struct slice *s, const char *log, size_t len)
{
	if (s->p == NULL || s->len == 0)
		return;
	MUST(s->p >= log && s->p + s->len <= log + len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct explanation	 e;
	struct explain_source		 src = { 0 };
	const char			*log = (const char *)p, *mark;
	struct bpf_insn			*insns = NULL;
	char				*json;
	size_t				 i;

	mark = memmem(log, len, "\n%%\n", 4);
	if (mark != NULL) {
		src.ninsns = (size_t)(mark - log) / sizeof(*insns);
		insns = calloc(src.ninsns + 1, sizeof(*insns));
		MUST(insns != NULL);
		memcpy(insns, log, src.ninsns * sizeof(*insns));
		src.insns = insns;
		len -= (size_t)(mark + 4 - log);
		log = mark + 4;
	}
	(void)explain_parse(&e, log, len, &src);
	MUST(e.nregs <= EXPLAIN_REGS && e.nslots <= EXPLAIN_SLOTS_MAX);
	MUST(e.nsteps <= EXPLAIN_STEPS_MAX && e.insn >= -1);
	MUST(e.report.nevents <= EXPLAIN_EVENTS_MAX);
	MUST(strnlen(e.verdict, sizeof(e.verdict)) < sizeof(e.verdict));
	slice_inside(&e.insn_text, log, len);
	slice_inside(&e.function, log, len);
	slice_inside(&e.where.text, log, len);
	slice_inside(&e.where.file, log, len);
	for (i = 0; i < e.nregs; i++)
		slice_inside(&e.regs[i].value, log, len);
	for (i = 0; i < e.nsteps; i++)
		slice_inside(&e.steps[i].text, log, len);
	for (i = 0; i < e.report.nevents; i++)
		slice_inside(&e.report.events[i].label, log, len);
	json = explain_json(log, len, &src);
	free(json);
	free(insns);
	return 0;
}
