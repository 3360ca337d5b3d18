#include "request_manifest.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_NAME	"manifest.yaml"	/* of text, and of odd file names */

static enum err
read_text(const struct app *app, const struct value *v,
    struct request_manifest *m, struct buf *b, struct diag *d)
{
	enum err	 e;

	if ((e = buf_adds(b, v->str)) != ERR_OK || (e = object_new(
	    app->conf->workdir, MANIFEST_MAX, &m->own, d)) != ERR_OK ||
	    (e = object_add(m->own, b->data, b->len, d)) != ERR_OK)
		return e;
	m->object = m->own;
	return object_seal(m->own, d);
}

static enum err
read_file(const struct value *v, struct request_manifest *m, struct buf *b,
    struct diag *d)
{
	if (object_size(v->file) > (int64_t)MANIFEST_MAX)
		return diag_set(d, ERR_TOOBIG, "manifest_file",
		    "manifest_file is larger than %d bytes", MANIFEST_MAX);
	m->object = v->file;
	return object_read(v->file, b, d);
}

enum err
request_manifest_read(const struct app *app, const struct value *file,
    const struct value *text, struct request_manifest *m, struct diag *d)
{
	const struct value	*v = file->set ? file : text;
	struct buf		 b = BUF_INIT(MANIFEST_MAX);
	enum err		 e;

	memset(m, 0, sizeof(*m));
	if (!v->set)
		return ERR_OK;
	snprintf(m->basename, sizeof(m->basename), "%s", file->set &&
	    file->filename[0] != '\0' ? file->filename : DEFAULT_NAME);
	e = file->set ? read_file(file, m, &b, d) :
	    read_text(app, text, m, &b, d);
	if (e == ERR_OK)
		e = manifest_parse(m->basename, buf_str(&b), b.len,
		    &app->profiles, &m->manifest, d);
	m->set = e == ERR_OK;
	/* The file's line and key stand in the message. */
	if (e == ERR_INVAL || e == ERR_SYNTAX) {
		e = d->code = ERR_INVAL;
		snprintf(d->field, sizeof(d->field), "%s", file->set ?
		    "manifest_file" : "manifest_text");
	}
	buf_clear(&b);
	return e;
}

enum err
request_manifest_allowed(const struct request_manifest *m, const char *mode,
    bool may_write, struct diag *d)
{
	if (may_write)
		return ERR_OK;
	if (strcmp(mode, "behavior") == 0)
		return diag_set(d, ERR_DENIED, "validation_mode",
		    "validation_mode behavior runs commands in guests, which "
		    "needs write authority; anonymous callers may use "
		    "load_only and load_attach");
	if (m->set && m->manifest.ntests > 0 && mode[0] == '\0')
		return diag_set(d, ERR_DENIED, "manifest_file",
		    "functional_tests run commands in guests, which needs "
		    "write authority; set validation_mode to load_attach to "
		    "leave them out");
	return ERR_OK;
}

void
request_manifest_clear(struct request_manifest *m)
{
	if (m->set)
		manifest_clear(&m->manifest);
	object_free(m->own);
	memset(m, 0, sizeof(*m));
}
