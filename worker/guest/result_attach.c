#include "result_attach.h"

#include "base/json_out.h"
#include "run.h"

void
result_program_attach(struct jsonw *w, const struct prog *p)
{
	char	 text[256];
	size_t	 i;

	jsonw_int(w, "attach_errno", p->attach_errno);
	jsonw_str(w, "attach_kind", p->attach_kind == NULL ? "" :
	    p->attach_kind);
	jsonw_str(w, "attach_target", p->attach_target == NULL ? "" :
	    p->attach_target);
	jsonw_arr(w, "attach_tried");
	for (i = 0; i < p->ntried; i++) {
		error_text(p->tried[i].error, text, sizeof(text));
		jsonw_obj(w, NULL);
		jsonw_str(w, "what", p->tried[i].what);
		jsonw_str(w, "on", p->tried[i].on);
		jsonw_int(w, "errno", p->tried[i].error);
		jsonw_str(w, "error", text);
		jsonw_end(w);
	}
	jsonw_end(w);
}
