#include "domain/matrix.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/paths.h"
#include "base/timefmt.h"
#include "base/yaml_in.h"

/* A target may take at most a day, as BPFCOMPAT_TARGET_TIMEOUT. */
#define TIMEOUT_MAX_MS	(24LL * 60 * 60 * 1000)

static const struct ykey target_keys[] = {
	{ "id", Y_STR, true, 1, PROFILE_ID_MAX, NULL },
	{ "required", Y_BOOL, false, 0, 0, NULL },
	{ "timeout", Y_STR, false, 1, 32, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey matrix_keys[] = {
	{ "name", Y_STR, false, 0, 128, NULL },
	{ "profiles", Y_MAPS, true, 1, MATRIX_TARGETS_MAX, target_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static enum err
check_id(const struct ydoc *doc, const struct yval *v, size_t i,
    const struct matrix *m, const struct profile_set *known, struct diag *d)
{
	const char	*id = yval_str(v, "");
	char		 key[DIAG_FIELD_MAX];

	snprintf(key, sizeof(key), "profiles[%zu].id", i);
	if (!profile_id_ok(id))
		return ydoc_fail(doc, v, d, key, "must be letters, digits, "
		    "\".\", \"_\" and \"-\", beginning with a letter or digit");
	if (matrix_find(m, id) != NULL)
		return ydoc_fail(doc, v, d, key, "\"%s\" is listed twice",
		    id);
	if (known != NULL && profile_set_find(known, id) == NULL)
		return ydoc_fail(doc, v, d, key, "unknown profile \"%s\"; "
		    "\"bpfcompat kernels list\" shows the known ones", id);
	return ERR_OK;
}

static enum err
read_target(const struct ydoc *doc, const struct yval *v, size_t i,
    struct matrix *m, struct diag *d)
{
	struct matrix_target	*t = &m->target[m->n];
	const struct yval	*timeout = yval_get(v, "timeout");
	char			 key[DIAG_FIELD_MAX];

	if (timeout != NULL && (time_parse_duration(yval_str(timeout, ""),
	    &t->timeout_ms) != ERR_OK || t->timeout_ms <= 0 ||
	    t->timeout_ms > TIMEOUT_MAX_MS)) {
		snprintf(key, sizeof(key), "profiles[%zu].timeout", i);
		return ydoc_fail(doc, timeout, d, key, "must be a duration "
		    "such as 90s or 8m, over zero and at most 24h");
	}
	t->required = yval_bool(yval_get(v, "required"), true);
	t->profile_id = strdup(yval_str(yval_get(v, "id"), ""));
	if (t->profile_id == NULL)
		return ERR_NOMEM;
	m->n++;
	return ERR_OK;
}

static enum err
from_doc(const struct ydoc *doc, const char *label,
    const struct profile_set *known, struct matrix *out, struct diag *d)
{
	const struct yval	*root = ydoc_root(doc);
	const struct yval	*list = yval_get(root, "profiles"), *v;
	struct matrix		 m = { NULL, NULL, NULL, 0 };
	enum err		 e = ERR_OK;

	m.name = strdup(yval_str(yval_get(root, "name"), ""));
	m.path = strdup(label);
	m.target = calloc(yval_len(list), sizeof(*m.target));
	if (m.name == NULL || m.path == NULL || m.target == NULL)
		e = ERR_NOMEM;
	for (size_t i = 0; e == ERR_OK && i < yval_len(list); i++) {
		v = yval_at(list, i);
		e = check_id(doc, yval_get(v, "id"), i, &m, known, d);
		if (e == ERR_OK)
			e = read_target(doc, v, i, &m, d);
	}
	if (e != ERR_OK)
		matrix_clear(&m);
	else
		*out = m;
	return e;
}

enum err
matrix_parse(const char *label, const char *text, size_t len,
    const struct profile_set *known, struct matrix *m, struct diag *d)
{
	struct ydoc	*doc;
	enum err	 e;

	e = ydoc_parse(label, text, len, matrix_keys, &doc, d);
	if (e != ERR_OK)
		return e;
	e = from_doc(doc, label, known, m, d);
	ydoc_free(doc);
	return e;
}

enum err
matrix_load(const char *path, const char *label,
    const struct profile_set *known, struct matrix *m, struct diag *d)
{
	struct ydoc	*doc;
	enum err	 e;

	e = ydoc_load(path, label, matrix_keys, &doc, d);
	if (e != ERR_OK)
		return e;
	e = from_doc(doc, label, known, m, d);
	ydoc_free(doc);
	return e;
}

enum err
matrix_open(const struct conf *c, const char *name,
    const struct profile_set *known, struct matrix *m, struct diag *d)
{
	char	 rel[PATH_MAX], path[PATH_MAX];

	if (name[0] == '\0' || strlen(name) > PATH_MAX / 2)
		return diag_set(d, ERR_INVAL, "matrix", "a matrix needs a "
		    "name or a path");
	if (strchr(name, '/') != NULL && fsio_exists(name))
		return matrix_load(name, name, known, m, d);
	for (int i = 0; name[0] != '/' && i < 3; i++) {
		snprintf(rel, sizeof(rel), "%s%s%s", i > 0 ? "matrices/" : "",
		    name, i > 1 ? ".yaml" : "");
		if (paths_data(c, rel, path, sizeof(path), NULL) == ERR_OK)
			return matrix_load(path, rel, known, m, d);
	}
	if (fsio_exists(name))
		return matrix_load(name, name, known, m, d);
	return diag_set(d, ERR_NOTFOUND, "matrix", "there is no matrix "
	    "\"%s\": neither a file nor one of the data folder's "
	    "matrices/", name);
}

void
matrix_clear(struct matrix *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->target[i].profile_id);
	free(m->target);
	free(m->name);
	free(m->path);
	memset(m, 0, sizeof(*m));
}

const struct matrix_target *
matrix_find(const struct matrix *m, const char *profile_id)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->target[i].profile_id, profile_id) == 0)
			return &m->target[i];
	return NULL;
}
