/*
 * JSON bodies: a member for each field of a route, and nothing else.  First
 * byte: which route's fields.  What is accepted keeps the rules of its field.
 */
#include "tests/fuzz/fuzz.h"

#include "base/conf.h"
#include "fcgi/handlers.h"
#include "fcgi/json_body.h"

/* The text of a value that was taken: bounded, and whole. */
static void
holds(const struct field *fd, const struct value *v)
{
	MUST(v->str != NULL);
	if (!v->set || (fd->flags & FIELD_LIST) != 0)
		return;
	MUST(v->str[0] != '\0' && strlen(v->str) <= fd->max);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct conf	 conf;
	const struct route	*r;
	const struct field	*table = NULL;
	struct fields		 f;
	struct diag		 d = DIAG_INIT;
	size_t			 at = 0;
	enum err		 e;

	if (conf.workdir == NULL)
		MUST(conf_load(&conf, NULL) == ERR_OK);
	if (len == 0)
		return 0;
	/* The p[0]th route that takes JSON; beyond the last: the last. */
	for (size_t i = 0; (r = route_at(i)) != NULL && at <= p[0]; i++)
		if (r->body == BODY_JSON && r->fields != NULL) {
			table = r->fields;
			at++;
		}
	MUST(table != NULL);
	fields_init(&f, table);
	e = fields_json(&f, (const char *)p + 1, len - 1, &d);
	if (e == ERR_OK)
		e = fields_check(&f, &conf, &d);
	MUST(e == ERR_OK || e == ERR_INVAL || e == ERR_SYNTAX ||
	    e == ERR_UNSUPPORTED);
	MUST(e == ERR_OK || d.msg[0] != '\0');
	for (int i = 0; e == ERR_OK && table[i].name != NULL; i++)
		holds(&table[i], &f.v[i]);
	fields_clear(&f);
	return 0;
}
