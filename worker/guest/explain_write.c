/* The explanation as it goes into the validator document. */
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "explain_impl.h"

/* Lines of generated code and of a hostile log may be of any length. */
#define SLICE_MAX	1024

static void
write_slice(struct jsonw *w, const char *key, const struct slice *s)
{
	jsonw_strn(w, key, s->p == NULL ? "" : s->p,
	    s->len < SLICE_MAX ? s->len : SLICE_MAX);
}

static void
write_where(struct jsonw *w, const struct explain_where *s)
{
	if (!s->known)
		return;
	jsonw_obj(w, "source");
	write_slice(w, "file", &s->file);
	if (s->line >= 0)
		jsonw_int(w, "line", s->line);
	if (s->column >= 0)
		jsonw_int(w, "column", s->column);
	write_slice(w, "text", &s->text);
	jsonw_str(w, "from", s->from_log ? "log" : "line_info");
	jsonw_end(w);
}

static void
write_values(struct jsonw *w, const struct explanation *e)
{
	char	 name[16];
	size_t	 i;

	jsonw_arr(w, "registers");
	for (i = 0; i < e->nregs; i++) {
		snprintf(name, sizeof(name), "R%d", e->regs[i].number);
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", name);
		write_slice(w, "value", &e->regs[i].value);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_arr(w, "stack");
	for (i = 0; i < e->nslots; i++) {
		snprintf(name, sizeof(name), "fp%d", e->slots[i].number);
		jsonw_obj(w, NULL);
		jsonw_str(w, "slot", name);
		write_slice(w, "value", &e->slots[i].value);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_steps(struct jsonw *w, const struct explanation *e)
{
	const struct explain_step	*s;
	size_t				 i;

	jsonw_arr(w, "path");
	for (i = 0; i < e->nsteps; i++) {
		s = &e->steps[i];
		jsonw_obj(w, NULL);
		jsonw_str(w, "kind", s->kind == STEP_ACQUIRE ? "acquire" :
		    "branch");
		jsonw_int(w, "insn", s->insn);
		jsonw_int(w, "to", s->to);
		write_slice(w, "insn_text", &s->text);
		jsonw_bool(w, "taken", s->taken);
		write_where(w, &s->where);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* Notes are all the prose of the report in its order. */
static void
write_report(struct jsonw *w, const struct explain_report *r)
{
	const struct explain_event	*ev;
	size_t				 i;

	jsonw_arr(w, "notes");
	if (r->reason[0] != '\0')
		jsonw_str(w, NULL, r->reason);
	if (r->suggestion[0] != '\0')
		jsonw_str(w, NULL, r->suggestion);
	jsonw_end(w);
	if (!r->present)
		return;
	jsonw_obj(w, "report");
	write_slice(w, "category", &r->category);
	write_slice(w, "problem", &r->problem);
	jsonw_str(w, "reason", r->reason);
	jsonw_str(w, "suggestion", r->suggestion);
	jsonw_arr(w, "events");
	for (i = 0; i < r->nevents; i++) {
		ev = &r->events[i];
		jsonw_obj(w, NULL);
		jsonw_int(w, "insn", ev->insn);
		write_slice(w, "label", &ev->label);
		jsonw_str(w, "text", ev->text);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

void
explain_write(struct jsonw *w, const struct explanation *e)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "format", e->report.present ? "report73" : "classic");
	jsonw_int(w, "insn", e->insn);
	if (e->insn_text.p != NULL)
		write_slice(w, "insn_text", &e->insn_text);
	else
		jsonw_str(w, "insn_text", e->insn_words);
	write_slice(w, "function", &e->function);
	jsonw_str(w, "verdict", e->verdict);
	write_where(w, &e->where);
	write_values(w, e);
	write_steps(w, e);
	write_report(w, &e->report);
	jsonw_end(w);
}
