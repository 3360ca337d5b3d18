#include "given.h"

#include <string.h>

static enum err
add(struct given *g, struct object *o, bool own)
{
	if (g->n == GIVEN_MAX) {
		if (own)
			object_free(o);
		return ERR_TOOBIG;
	}
	g->own[g->n] = own;
	g->object[g->n++] = o;
	return ERR_OK;
}

static void
add_input(struct given *g, const char *kind, const struct object *o,
    const char *basename)
{
	struct job_input_new	*in = &g->input[g->ninputs++];

	in->kind = kind;
	in->sha256 = object_sha256(o);
	in->size = object_size(o);
	in->basename = basename;
}

static enum err
from_text(const char *workdir, const char *text, struct object **out,
    struct diag *d)
{
	struct object	*o = NULL;
	size_t		 len = strlen(text);
	enum err	 e;

	if ((e = object_new(workdir, (int64_t)len, &o, d)) == ERR_OK &&
	    (e = object_add(o, text, len, d)) == ERR_OK &&
	    (e = object_seal(o, d)) == ERR_OK) {
		*out = o;
		return ERR_OK;
	}
	object_free(o);
	return e;
}

void
given_artifact(struct given *g, struct object *o, const char *basename)
{
	(void)add(g, o, false);
	g->basename = basename;
}

enum err
given_text(struct given *g, const char *workdir, const char *text,
    const char *basename, struct diag *d)
{
	struct object	*o;
	enum err	 e;

	if ((e = from_text(workdir, text, &o, d)) != ERR_OK)
		return e;
	g->basename = basename;
	return add(g, o, true);
}

void
given_is_input(struct given *g, const char *kind)
{
	add_input(g, kind, g->object[0], g->basename);
}

void
given_file(struct given *g, const char *kind, struct object *o,
    const char *basename)
{
	if (add(g, o, false) == ERR_OK)
		add_input(g, kind, o, basename);
}

enum err
given_text_input(struct given *g, const char *workdir, const char *kind,
    const char *text, const char *basename, struct diag *d)
{
	struct object	*o;
	enum err	 e;

	if ((e = from_text(workdir, text, &o, d)) != ERR_OK ||
	    (e = add(g, o, true)) != ERR_OK)
		return e;
	add_input(g, kind, o, basename);
	return ERR_OK;
}

enum err
given_publish(struct given *g, bool created[GIVEN_MAX], struct diag *d)
{
	return objects_publish(g->object, g->n, created, d);
}

void
given_unpublish(struct given *g, const bool created[GIVEN_MAX])
{
	objects_unpublish(g->object, g->n, created);
}

void
given_clear(struct given *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->own[i])
			object_free(g->object[i]);
	memset(g, 0, sizeof(*g));
}
