#include "base/yaml_in.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/utf8.h"

enum	yval_kind { YV_SCALAR, YV_LIST, YV_MAP };

struct	yval {
	enum yval_kind	 kind;
	int		 line;
	char		*key;	/* when inside a map */
	char		*text;	/* scalar */
	bool		 plain;	/* scalar without quotes */
	struct yval	*item;	/* list, map: the first */
	struct yval	*next;
	size_t		 n;
};

struct	ydoc {
	char		*label;
	struct yval	*root;
};

struct	reader {
	yaml_parser_t	 parser;
	const char	*label;
	struct diag	*d;
	int		 nodes;
};

static enum err
syntax(struct reader *r, size_t line, const char *what)
{
	return diag_set(r->d, ERR_SYNTAX, NULL, "%s:%zu: %s", r->label,
	    line + 1, what);
}

static void
yval_free(struct yval *v)
{
	struct yval	*next;

	for (; v != NULL; v = next) {
		next = v->next;
		yval_free(v->item);
		free(v->key);
		free(v->text);
		free(v);
	}
}

static enum err
next_event(struct reader *r, yaml_event_t *ev)
{
	char	 what[256];

	if (yaml_parser_parse(&r->parser, ev))
		return ERR_OK;
	snprintf(what, sizeof(what), "%s%s%s",
	    r->parser.context != NULL ? r->parser.context : "",
	    r->parser.context != NULL ? ": " : "",
	    r->parser.problem != NULL ? r->parser.problem : "not YAML");
	return syntax(r, r->parser.problem_mark.line, what);
}

/* What this reader does not take, whatever the table says. */
static enum err
refuse(struct reader *r, const yaml_event_t *ev, int depth)
{
	size_t	 line = ev->start_mark.line;
	bool	 odd = false;

	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		return syntax(r, line, "aliases are not allowed here");
	case YAML_SCALAR_EVENT:
		odd = ev->data.scalar.anchor != NULL ||
		    ev->data.scalar.tag != NULL;
		if (ev->data.scalar.length > YAML_STR_MAX)
			return syntax(r, line, "this text is too long");
		if (strlen((const char *)ev->data.scalar.value) !=
		    ev->data.scalar.length)
			return syntax(r, line, "a zero byte in a text");
		break;
	case YAML_SEQUENCE_START_EVENT:
		odd = ev->data.sequence_start.anchor != NULL ||
		    ev->data.sequence_start.tag != NULL;
		break;
	case YAML_MAPPING_START_EVENT:
		odd = ev->data.mapping_start.anchor != NULL ||
		    ev->data.mapping_start.tag != NULL;
		break;
	default:
		break;
	}
	if (odd)
		return syntax(r, line, "anchors and tags are not allowed "
		    "here");
	if (depth > YAML_DEPTH_MAX)
		return syntax(r, line, "nested too deep");
	if (++r->nodes > YAML_NODES_MAX)
		return syntax(r, line, "too many values");
	return ERR_OK;
}

static enum err read_value(struct reader *, yaml_event_t *, int depth,
    struct yval **);

/* Takes one key of a map; *done at its end. */
static enum err
read_key(struct reader *r, const struct yval *map, char **key, bool *done)
{
	yaml_event_t	 ev;
	char		 what[256];
	enum err	 e;

	if ((e = next_event(r, &ev)) != ERR_OK)
		return e;
	*done = ev.type == YAML_MAPPING_END_EVENT;
	if (*done)
		goto out;
	if ((e = refuse(r, &ev, 0)) != ERR_OK)
		goto out;
	if (ev.type != YAML_SCALAR_EVENT) {
		e = syntax(r, ev.start_mark.line, "a key must be a word");
		goto out;
	}
	if (yval_get(map, (const char *)ev.data.scalar.value) != NULL) {
		snprintf(what, sizeof(what), "%.100s: this key is there "
		    "twice", (const char *)ev.data.scalar.value);
		e = syntax(r, ev.start_mark.line, what);
		goto out;
	}
	*key = strdup((const char *)ev.data.scalar.value);
	if (*key == NULL)
		e = ERR_NOMEM;
out:
	yaml_event_delete(&ev);
	return e;
}

static enum err
read_children(struct reader *r, struct yval *v, int depth)
{
	struct yval	**tail = &v->item;
	yaml_event_t	 ev;
	char		*key = NULL;
	bool		 done;
	enum err	 e;

	for (;;) {
		if (v->kind == YV_MAP) {
			if ((e = read_key(r, v, &key, &done)) != ERR_OK ||
			    done)
				return e;
		}
		if ((e = next_event(r, &ev)) != ERR_OK)
			break;
		if (ev.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&ev);
			return ERR_OK;
		}
		e = read_value(r, &ev, depth + 1, tail);
		yaml_event_delete(&ev);
		if (e != ERR_OK)
			break;
		(*tail)->key = key;
		key = NULL;
		tail = &(*tail)->next;
		v->n++;
	}
	free(key);
	return e;
}

static enum err
read_value(struct reader *r, yaml_event_t *ev, int depth, struct yval **out)
{
	struct yval	*v;
	enum err	 e;

	if ((e = refuse(r, ev, depth)) != ERR_OK)
		return e;
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return ERR_NOMEM;
	v->line = (int)ev->start_mark.line + 1;
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		v->kind = YV_SCALAR;
		v->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		v->text = strdup((const char *)ev->data.scalar.value);
		if (v->text == NULL)
			e = ERR_NOMEM;
		break;
	case YAML_SEQUENCE_START_EVENT:
		v->kind = YV_LIST;
		e = read_children(r, v, depth);
		break;
	case YAML_MAPPING_START_EVENT:
		v->kind = YV_MAP;
		e = read_children(r, v, depth);
		break;
	default:
		e = syntax(r, ev->start_mark.line, "a value is missing");
		break;
	}
	if (e != ERR_OK) {
		yval_free(v);
		return e;
	}
	*out = v;
	return ERR_OK;
}

/* From the start of the stream to its end; *root NULL for an empty file. */
static enum err
read_stream(struct reader *r, struct yval **root)
{
	yaml_event_t	 ev;
	enum err	 e;
	bool		 end = false;

	while (!end) {
		if ((e = next_event(r, &ev)) != ERR_OK)
			return e;
		switch (ev.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_STREAM_END_EVENT:
			end = true;
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (*root != NULL)
				e = syntax(r, ev.start_mark.line,
				    "a second document");
			break;
		default:
			e = read_value(r, &ev, 1, root);
			break;
		}
		yaml_event_delete(&ev);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
ydoc_fail(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *key, const char *fmt, ...)
{
	char	 what[DIAG_MSG_MAX];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return diag_set(d, ERR_INVAL, key, "%s:%d: %s: %s", doc->label,
	    v != NULL ? v->line : 1, key, what);
}

static enum err
unknown_key(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *path, const struct ykey *keys)
{
	struct buf	 known = BUF_INIT(DIAG_MSG_MAX);
	enum err	 e;

	for (; keys->name != NULL; keys++)
		buf_addf(&known, "%s%s", known.len > 0 ? ", " : "",
		    keys->name);
	e = ydoc_fail(doc, v, d, path, "unknown key; known here: %s",
	    buf_str(&known));
	buf_clear(&known);
	return e;
}

static enum err
check_num(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *path, const struct ykey *k)
{
	int64_t	 n;
	char	*end;

	errno = 0;
	n = strtoll(v->text, &end, 10);
	if (!v->plain || errno != 0 || end == v->text || *end != '\0')
		return ydoc_fail(doc, v, d, path, "must be a whole number");
	if (n < k->min || n > k->max)
		return ydoc_fail(doc, v, d, path, "must be from %lld to "
		    "%lld, not %lld", (long long)k->min, (long long)k->max,
		    (long long)n);
	return ERR_OK;
}

static enum err
check_scalar(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *path, const struct ykey *k)
{
	static const char *const kinds[] = { "a text", "a whole number",
		"true or false" };
	size_t	 len;

	if (v->kind != YV_SCALAR)
		return ydoc_fail(doc, v, d, path, "must be %s, not a %s",
		    kinds[k->kind], v->kind == YV_LIST ? "list" : "map");
	if (k->kind == Y_INT)
		return check_num(doc, v, d, path, k);
	if (k->kind == Y_BOOL) {
		if (v->plain && (strcmp(v->text, "true") == 0 ||
		    strcmp(v->text, "false") == 0))
			return ERR_OK;
		return ydoc_fail(doc, v, d, path, "must be true or false");
	}
	len = strlen(v->text);
	if (k->min > 0 && len == 0)
		return ydoc_fail(doc, v, d, path, "must not be empty");
	if (len < (size_t)k->min || len > (size_t)k->max)
		return ydoc_fail(doc, v, d, path, "must have %lld to %lld "
		    "characters", (long long)k->min, (long long)k->max);
	if (strpbrk(v->text, "\r\n") != NULL)
		return ydoc_fail(doc, v, d, path, "must be one line");
	return ERR_OK;
}

static enum err check_map(const struct ydoc *, const struct yval *,
    struct diag *, const char *path, const struct ykey *);

static enum err
check_list(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *path, const struct ykey *k)
{
	static const struct ykey	 str =
	    { "", Y_STR, true, 1, YAML_STR_MAX, NULL };
	char				 sub[DIAG_FIELD_MAX];
	size_t				 i = 0;
	enum err			 e;

	if (v->kind != YV_LIST)
		return ydoc_fail(doc, v, d, path, "must be a list");
	if (v->n == 0 && k->min > 0)
		return ydoc_fail(doc, v, d, path, "must not be empty");
	if (v->n < (size_t)k->min || v->n > (size_t)k->max)
		return ydoc_fail(doc, v, d, path, "must have %lld to %lld "
		    "entries, not %zu", (long long)k->min, (long long)k->max,
		    v->n);
	for (const struct yval *it = v->item; it != NULL; it = it->next) {
		snprintf(sub, sizeof(sub), "%.60s[%zu]", path, i++);
		e = k->kind == Y_STRS ? check_scalar(doc, it, d, sub, &str) :
		    check_map(doc, it, d, sub, k->sub);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
check_value(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *path, const struct ykey *k)
{
	switch (k->kind) {
	case Y_MAP:
		return check_map(doc, v, d, path, k->sub);
	case Y_FREE:
		return v->kind == YV_MAP ? ERR_OK : ydoc_fail(doc, v, d,
		    path, "must be a map of keys and values");
	case Y_STRS:
	case Y_MAPS:
		return check_list(doc, v, d, path, k);
	default:
		return check_scalar(doc, v, d, path, k);
	}
}

static void
sub_path(char *out, size_t size, const char *path, const char *key)
{
	snprintf(out, size, "%s%s%s", path, path[0] != '\0' ? "." : "", key);
}

static enum err
check_map(const struct ydoc *doc, const struct yval *v, struct diag *d,
    const char *path, const struct ykey *keys)
{
	char			 sub[DIAG_FIELD_MAX];
	const struct ykey	*k;
	enum err		 e;

	if (v->kind != YV_MAP)
		return ydoc_fail(doc, v, d, path[0] != '\0' ? path : "file",
		    "must be a map of keys and values");
	for (const struct yval *it = v->item; it != NULL; it = it->next) {
		sub_path(sub, sizeof(sub), path, it->key);
		for (k = keys; k->name != NULL; k++)
			if (strcmp(k->name, it->key) == 0)
				break;
		if (k->name == NULL)
			return unknown_key(doc, it, d, sub, keys);
		if ((e = check_value(doc, it, d, sub, k)) != ERR_OK)
			return e;
	}
	for (k = keys; k->name != NULL; k++) {
		if (!k->required || yval_get(v, k->name) != NULL)
			continue;
		sub_path(sub, sizeof(sub), path, k->name);
		return ydoc_fail(doc, v, d, sub, "is missing");
	}
	return ERR_OK;
}

enum err
ydoc_parse(const char *label, const char *text, size_t len,
    const struct ykey *keys, struct ydoc **out, struct diag *d)
{
	struct reader	 r = { .label = label, .d = d };
	struct ydoc	*doc;
	enum err	 e;

	if (!utf8_valid(text, len))
		return diag_set(d, ERR_SYNTAX, NULL,
		    "%s:1: the file is not UTF-8 text", label);
	if ((doc = calloc(1, sizeof(*doc))) == NULL)
		return ERR_NOMEM;
	if (!yaml_parser_initialize(&r.parser)) {
		free(doc);
		return ERR_NOMEM;
	}
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text,
	    len);
	e = read_stream(&r, &doc->root);
	yaml_parser_delete(&r.parser);
	if (e == ERR_OK && (doc->label = strdup(label)) == NULL)
		e = ERR_NOMEM;
	if (e == ERR_OK && doc->root == NULL)
		e = diag_set(d, ERR_SYNTAX, NULL, "%s:1: the file is empty",
		    label);
	if (e == ERR_OK)
		e = check_map(doc, doc->root, d, "", keys);
	if (e != ERR_OK) {
		ydoc_free(doc);
		return e;
	}
	*out = doc;
	return ERR_OK;
}

enum err
ydoc_load(const char *path, const char *label, const struct ykey *keys,
    struct ydoc **doc, struct diag *d)
{
	struct buf	 b = BUF_INIT(YAML_FILE_MAX);
	enum err	 e;

	e = fsio_read(path, &b, d);
	if (e == ERR_OK)
		e = ydoc_parse(label, buf_str(&b), b.len, keys, doc, d);
	buf_clear(&b);
	return e;
}

void
ydoc_free(struct ydoc *doc)
{
	if (doc == NULL)
		return;
	yval_free(doc->root);
	free(doc->label);
	free(doc);
}

const struct yval *
ydoc_root(const struct ydoc *doc)
{
	return doc->root;
}

const struct yval *
yval_get(const struct yval *v, const char *key)
{
	if (v == NULL || v->kind != YV_MAP)
		return NULL;
	for (v = v->item; v != NULL; v = v->next)
		if (strcmp(v->key, key) == 0)
			return v;
	return NULL;
}

size_t
yval_len(const struct yval *v)
{
	return v == NULL || v->kind != YV_LIST ? 0 : v->n;
}

const struct yval *
yval_at(const struct yval *v, size_t i)
{
	if (v == NULL || v->kind != YV_LIST)
		return NULL;
	for (v = v->item; v != NULL && i > 0; i--)
		v = v->next;
	return v;
}

const char *
yval_str(const struct yval *v, const char *fallback)
{
	return v == NULL || v->text == NULL ? fallback : v->text;
}

int64_t
yval_int(const struct yval *v, int64_t fallback)
{
	return v == NULL || v->text == NULL ? fallback :
	    strtoll(v->text, NULL, 10);
}

bool
yval_bool(const struct yval *v, bool fallback)
{
	return v == NULL || v->text == NULL ? fallback :
	    strcmp(v->text, "true") == 0;
}
