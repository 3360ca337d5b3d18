#include "json_body.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json_in.h"

struct	taking {
	struct fields	*f;
	struct diag	*d;
};

/* What a member is called when only its case is wrong; or NULL. */
static const char *
nearly(const struct fields *f, const char *key)
{
	for (int i = 0; f->table[i].name != NULL; i++)
		if (strcasecmp(f->table[i].name, key) == 0)
			return f->table[i].name;
	return NULL;
}

static enum err
unknown(const struct taking *t, const char *key)
{
	const char	*like = nearly(t->f, key);
	char		 shown[DIAG_FIELD_MAX];

	snprintf(shown, sizeof(shown), "%s", key);
	return diag_set(t->d, ERR_INVAL, shown, like == NULL ?
	    "the request has an unknown member \"%s\"" :
	    "the request has an unknown member \"%s\"; it is written \"%s\"",
	    shown, like);
}

static enum err
wrong_type(const struct taking *t, const struct field *fd)
{
	const char	*what = (fd->flags & FIELD_LIST) != 0 ?
			    "an array of strings" :
			    (fd->flags & FIELD_NUMBER) != 0 ? "an integer" :
			    (fd->flags & FIELD_BOOL) != 0 ? "true or false" :
			    (fd->flags & FIELD_OBJECT) != 0 ? "an object" :
			    "a string";

	return diag_set(t->d, ERR_INVAL, fd->name,
	    "invalid JSON body: %s must be %s", fd->name, what);
}

/* One value as text; false when it has the wrong type. */
static bool
as_text(const struct field *fd, const struct jval *v, const char **text,
    char num[static 24])
{
	enum jval_type	 type = jval_type(v);

	if ((fd->flags & FIELD_NUMBER) != 0) {
		snprintf(num, 24, "%lld", (long long)jval_int(v, 0));
		*text = num;
		return type == JVAL_INT;
	}
	if ((fd->flags & FIELD_BOOL) != 0) {
		*text = jval_bool(v, false) ? "true" : "false";
		return type == JVAL_BOOL;
	}
	if ((fd->flags & FIELD_OBJECT) != 0) {
		*text = jval_text(v);
		return type == JVAL_OBJ;
	}
	*text = jval_str(v, "");
	return type == JVAL_STR;
}

static enum err
take_one(const struct taking *t, int i, const struct jval *v)
{
	const struct field	*fd = &t->f->table[i];
	const char		*text;
	char			 num[24];
	enum err		 e;

	if (!as_text(fd, v, &text, num))
		return wrong_type(t, fd);
	if (text[0] != '\0' && (e = fields_text(t->f, i, text, strlen(text),
	    t->d)) != ERR_OK)
		return e;
	return fields_end(t->f, i, t->d);
}

static enum err
take_list(const struct taking *t, int i, const struct jval *v)
{
	enum err	 e = ERR_OK;

	if (jval_type(v) != JVAL_ARR)
		return wrong_type(t, &t->f->table[i]);
	for (size_t k = 0; k < jval_len(v) && e == ERR_OK; k++)
		e = take_one(t, i, jval_at(v, k));
	return e;
}

static enum err
take(const char *key, const struct jval *v, void *arg)
{
	const struct taking	*t = arg;
	int			 i = fields_find(t->f, key);
	enum err		 e;

	if (i == -1 || (t->f->table[i].flags & FIELD_FORM) == 0)
		return unknown(t, key);
	if (v == NULL || jval_type(v) == JVAL_NULL ||
	    t->f->v[i].from_query)
		return ERR_OK;
	if ((e = fields_begin(t->f, i, t->d)) != ERR_OK)
		return e;
	return (t->f->table[i].flags & FIELD_LIST) != 0 ?
	    take_list(t, i, v) : take_one(t, i, v);
}

enum err
fields_json(struct fields *f, const char *text, size_t len, struct diag *d)
{
	struct taking	 t = { f, d };
	struct jval	*doc = NULL;
	enum err	 e;

	if (len == 0)
		return diag_set(d, ERR_SYNTAX, NULL,
		    "invalid JSON body: it is empty");
	/* Texts end at their first zero byte here; none may hide behind it. */
	if (memmem(text, len, "\\u0000", 6) != NULL)
		return diag_set(d, ERR_INVAL, NULL, "invalid JSON body: a "
		    "text contains a zero byte");
	if ((e = jval_parse(text, len, &doc, d)) != ERR_OK)
		return e;
	if (jval_type(doc) == JVAL_OBJ)
		e = jval_each(doc, take, &t);
	else if (jval_type(doc) != JVAL_NULL)
		e = diag_set(d, ERR_SYNTAX, NULL,
		    "invalid JSON body: an object is expected");
	jval_free(doc);
	return e;
}
