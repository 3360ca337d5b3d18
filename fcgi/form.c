#include "form.h"

#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "multipart.h"

struct	form {
	struct form_limits	 limits;
	struct fields		*fields;
	struct multipart	*mp;
	int			 cur;	/* field of the open part */
	bool			 skip;	/* an empty file input of a browser */
	bool			 asked;	/* limits.before_file said yes */
};

/* What a field says itself goes before what the route allows. */
static int64_t
file_max(const struct form *fm, const struct field *fd)
{
	return fd->max != 0 ? (int64_t)fd->max : fm->limits.max_file;
}

/*
 * A file that was chosen carries a name; a browser sends an empty name for
 * a file input that was left alone, and that is as good as no part.
 */
static enum err
begin_file(struct form *fm, const struct multipart_part *p, struct diag *d)
{
	const struct field	*fd = &fm->fields->table[fm->cur];
	struct value		*v = &fm->fields->v[fm->cur];
	enum err		 e;

	if (!p->has_filename)
		return diag_set(d, ERR_INVAL, fd->name,
		    "%s must be a file (a form part with a file name)",
		    fd->name);
	if (p->filename[0] == '\0') {
		fm->skip = true;
		return ERR_OK;
	}
	if (!fm->asked && fm->limits.before_file != NULL &&
	    (e = fm->limits.before_file(fm->limits.arg)) != ERR_OK)
		return e;
	fm->asked = true;
	if ((e = fields_begin(fm->fields, fm->cur, d)) != ERR_OK)
		return e;
	if (path_name_ok(p->filename) &&
	    (v->filename = strdup(p->filename)) == NULL) {
		v->filename = "";
		return ERR_NOMEM;
	}
	return object_new(fm->limits.workdir, file_max(fm, fd), &v->file, d);
}

static enum err
part_begin(void *arg, const struct multipart_part *p, struct diag *d)
{
	struct form	*fm = arg;

	fm->skip = false;
	if ((fm->cur = fields_find(fm->fields, p->name)) == -1)
		return diag_set(d, ERR_INVAL, p->name,
		    "%s is no field of this form", p->name);
	if ((fm->fields->table[fm->cur].flags & FIELD_FILE) != 0)
		return begin_file(fm, p, d);
	return fields_begin(fm->fields, fm->cur, d);
}

static enum err
part_data(void *arg, const void *data, size_t n, struct diag *d)
{
	struct form		*fm = arg;
	const struct field	*fd = &fm->fields->table[fm->cur];
	struct value		*v = &fm->fields->v[fm->cur];
	enum err		 e;

	if (fm->skip)
		return diag_set(d, ERR_INVAL, fd->name,
		    "%s has content but no file name", fd->name);
	if (v->file != NULL) {
		e = object_add(v->file, data, n, d);
		if (e == ERR_TOOBIG)
			return diag_set(d, e, fd->name, "%s is larger than "
			    "%lld bytes", fd->name,
			    (long long)file_max(fm, fd));
		return e;
	}
	/* The query string wins; the form's text is not even kept. */
	if (v->from_query)
		return ERR_OK;
	return fields_text(fm->fields, fm->cur, data, n, d);
}

static enum err
part_end(void *arg, struct diag *d)
{
	struct form	*fm = arg;

	if (fm->skip || fm->fields->v[fm->cur].file != NULL ||
	    fm->fields->v[fm->cur].from_query)
		return ERR_OK;
	return fields_end(fm->fields, fm->cur, d);
}

enum err
form_new(const char *content_type, const struct form_limits *limits,
    struct fields *fields, struct form **out, struct diag *d)
{
	char			 boundary[MULTIPART_BOUNDARY_MAX + 1];
	struct multipart_sink	 sink = { part_begin, part_data, part_end,
				    NULL };
	struct form		*fm;
	enum err		 e;

	if ((e = multipart_boundary(content_type, boundary, d)) != ERR_OK)
		return e;
	if ((fm = calloc(1, sizeof(*fm))) == NULL)
		return ERR_NOMEM;
	fm->limits = *limits;
	fm->fields = fields;
	sink.arg = fm;
	if ((e = multipart_new(boundary, &sink, &fm->mp)) != ERR_OK) {
		form_free(fm);
		return e;
	}
	*out = fm;
	return ERR_OK;
}

void
form_free(struct form *fm)
{
	if (fm == NULL)
		return;
	multipart_free(fm->mp);
	free(fm);
}

enum err
form_feed(struct form *fm, const void *p, size_t n, struct diag *d)
{
	return multipart_feed(fm->mp, p, n, d);
}

enum err
form_end(struct form *fm, struct diag *d)
{
	return multipart_end(fm->mp, d);
}
