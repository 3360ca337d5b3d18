/* The route table as JSON, so that tests can hold documents against it. */
#include <stdio.h>

#include "base/fsio.h"
#include "fcgi/route.h"

static void
field(struct jsonw *w, const struct field *f)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "name", f->name);
	jsonw_bool(w, "query", (f->flags & FIELD_QUERY) != 0);
	jsonw_bool(w, "body", (f->flags & FIELD_FORM) != 0);
	jsonw_bool(w, "required", (f->flags & FIELD_REQUIRED) != 0);
	jsonw_end(w);
}

static void
row(struct jsonw *w, const struct route *r)
{
	static const char *const bodies[] = {
		[BODY_NONE] = "none", [BODY_FORM] = "form",
		[BODY_JSON] = "json" };

	jsonw_obj(w, NULL);
	jsonw_str(w, "method", method_name(r->method));
	jsonw_str(w, "path", r->path);
	jsonw_str(w, "action", action_info(r->action)->name);
	jsonw_str(w, "body", bodies[r->body]);
	jsonw_bool(w, "open", action_info(r->action)->class == CLASS_OPEN);
	jsonw_arr(w, "fields");
	for (const struct field *f = r->fields; f != NULL && f->name != NULL;
	    f++)
		field(w, f);
	jsonw_end(w);
	jsonw_end(w);
}

int
main(void)
{
	struct buf	 out = BUF_INIT((size_t)1024 * 1024);
	struct jsonw	 w;
	int		 code = 0;

	jsonw_init(&w, &out, JSONW_INDENT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; route_at(i) != NULL; i++)
		row(&w, route_at(i));
	jsonw_end(&w);
	buf_addc(&out, '\n');
	if (buf_err(&out) != ERR_OK ||
	    fsio_write_all(1, out.data, out.len) != ERR_OK)
		code = 1;
	buf_clear(&out);
	return code;
}
