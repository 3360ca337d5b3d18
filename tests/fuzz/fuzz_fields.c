/*
 * Query strings and fields of every route that has some: typed values keep
 * their rules, lists are sorted and single, refusals name the field.
 */
#include "tests/fuzz/fuzz.h"

#include "base/conf.h"
#include "base/utf8.h"
#include "fcgi/handlers.h"
#include "fcgi/paging.h"

static const struct field *const tables[] = {
	validate_fields, status_fields, cancel_fields, paging_fields,
	run_report_fields, evidence_fields,
};

#define NTABLES	(sizeof(tables) / sizeof(tables[0]))

static void
value_holds(const struct field *fd, const struct value *v)
{
	MUST(v->str != NULL);
	if (!v->set)
		return;
	if ((fd->flags & FIELD_LIST) != 0) {
		MUST(v->nlist > 0 && v->nlist <= FIELD_LIST_MAX);
		for (size_t i = 0; i < v->nlist; i++)
			MUST(i == 0 || strcmp(v->list[i - 1], v->list[i]) < 0);
		return;
	}
	MUST(v->str[0] != '\0' && strlen(v->str) <= fd->max);
	MUST(utf8_valid(v->str, strlen(v->str)) || fd->check == field_any);
	if (fd->check == field_limit)
		MUST(v->num >= 1 && v->num <= FIELD_LIMIT_CAP);
	if (fd->check == field_count || fd->check == field_timeout)
		MUST(v->num >= 0);
}

/* A form as far as fields see it: "name=text" lines. */
static enum err
feed_form(struct fields *f, const char *text, struct diag *d)
{
	char		 name[64];
	size_t		 n, k;
	enum err	 e = ERR_OK;
	int		 i;

	for (const char *s = text; *s != '\0' && e == ERR_OK; s += n) {
		n = strcspn(s, "\n");
		k = strcspn(s, "=\n");
		if (k < sizeof(name) && s[k] == '=') {
			memcpy(name, s, k);
			name[k] = '\0';
			i = fields_find(f, name);
			if (i != -1 && (f->table[i].flags & FIELD_FILE) == 0 &&
			    (e = fields_begin(f, i, d)) == ERR_OK &&
			    (e = fields_text(f, i, s + k + 1, n - k - 1, d))
			    == ERR_OK)
				e = fields_end(f, i, d);
		}
		n += s[n] == '\n';
	}
	return e;
}

/* First byte: which table; first line: the query; the rest: the form. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const struct field	*table;
	struct conf		 conf;
	struct fields		 f;
	struct diag		 d = DIAG_INIT;
	char			*text, *form;
	enum err		 e;

	if (len == 0)
		return 0;
	MUST(conf_load(&conf, NULL) == ERR_OK);
	table = tables[p[0] % NTABLES];
	text = fuzz_string(p + 1, len - 1);
	form = strchr(text, '\n');
	if (form != NULL)
		*form++ = '\0';
	fields_init(&f, table);
	e = fields_query(&f, text, &d);
	if (e == ERR_OK && form != NULL)
		e = feed_form(&f, form, &d);
	if (e == ERR_OK)
		e = fields_check(&f, &conf, &d);
	MUST(e == ERR_OK || e == ERR_INVAL || e == ERR_UNSUPPORTED);
	MUST(e == ERR_OK || d.msg[0] != '\0');
	for (int i = 0; e == ERR_OK && table[i].name != NULL; i++)
		value_holds(&table[i], &f.v[i]);
	fields_clear(&f);
	free(text);
	return 0;
}
