#include "base/json_in.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "base/utf8.h"

/* struct jval is json-c's object under another name; nobody else knows. */
static struct json_object *
to_c(const struct jval *j)
{
	return (struct json_object *)(uintptr_t)j;
}

static const struct jval *
from_c(struct json_object *o)
{
	return (const struct jval *)o;
}

/*
 * json-c is lenient where we are not: it keeps the last of two equal
 * members and takes single quotes and NaN.  A scan over text that it could
 * parse finds them: per object level, the spans of the keys so far.
 */
struct	key_span { const char *p; size_t len; int level; };

static bool
find_leniency(const char *s, size_t len, struct diag *d)
{
	struct key_span	 keys[512];
	size_t		 nkeys = 0;
	int		 level = 0;
	const char	*end = s + len, *start;

	while (s < end) {
		if (*s == '{' || *s == '[') {
			level++;
			s++;
			continue;
		}
		if (*s == '}' || *s == ']') {
			while (nkeys > 0 && keys[nkeys - 1].level == level)
				nkeys--;
			level--;
			s++;
			continue;
		}
		if (strchr("'NI/", *s) != NULL) {
			diag_set(d, ERR_SYNTAX, NULL, "invalid JSON body: "
			    "unexpected \"%c\"", *s);
			return true;
		}
		if (*s != '"') {
			s++;
			continue;
		}
		start = ++s;
		while (s < end && *s != '"')
			s += *s == '\\' ? 2 : 1;
		size_t klen = (size_t)(s - start);
		s++;
		while (s < end && strchr(" \t\r\n", *s) != NULL)
			s++;
		if (s >= end || *s != ':')
			continue;
		for (size_t i = nkeys; i > 0 && keys[i - 1].level == level;
		    i--)
			if (keys[i - 1].len == klen &&
			    memcmp(keys[i - 1].p, start, klen) == 0) {
				diag_set(d, ERR_SYNTAX, NULL,
				    "invalid JSON: member \"%.*s\" is given "
				    "twice", (int)(klen > 64 ? 64 : klen),
				    start);
				return true;
			}
		/* Beyond the table duplicates stay "last one wins". */
		if (nkeys < sizeof(keys) / sizeof(keys[0]))
			keys[nkeys++] = (struct key_span){ start, klen, level };
	}
	return false;
}

enum err
jval_parse(const char *text, size_t len, struct jval **doc, struct diag *d)
{
	struct json_tokener	*tok;
	struct json_object	*o;
	enum json_tokener_error	 je;
	size_t			 end;
	bool			 whole = false;

	if (len > INT32_MAX)
		return diag_set(d, ERR_TOOBIG, NULL, "JSON text is too large");
	/* An empty buffer has no bytes to point at. */
	if (len == 0)
		text = "";
	if (!utf8_valid(text, len) || memchr(text, '\0', len) != NULL)
		return diag_set(d, ERR_SYNTAX, NULL,
		    "invalid JSON: not UTF-8 text");
	tok = json_tokener_new_ex(JVAL_DEPTH_MAX);
	if (tok == NULL)
		return ERR_NOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text, (int)len);
	je = json_tokener_get_error(tok);
	/* A bare number ends only at the end of the text. */
	if (je == json_tokener_continue && o == NULL && len > 0) {
		o = json_tokener_parse_ex(tok, "", 1);
		je = json_tokener_get_error(tok);
		whole = true;
	}
	/* The position counts from the begin of the last call. */
	end = whole ? len : json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	if (je != json_tokener_success) {
		json_object_put(o);
		return diag_set(d, ERR_SYNTAX, NULL,
		    "invalid JSON body: %s at byte %zu",
		    je == json_tokener_continue ? "it ends too early" :
		    json_tokener_error_desc(je), end);
	}
	for (; end < len && strchr(" \t\r\n", text[end]) != NULL; end++)
		;
	if (end < len) {
		json_object_put(o);
		return diag_set(d, ERR_SYNTAX, NULL, "invalid JSON body: "
		    "exactly one JSON value is expected, more follows at "
		    "byte %zu", end);
	}
	if (find_leniency(text, len, d)) {
		json_object_put(o);
		return ERR_SYNTAX;
	}
	/* json-c gives NULL for the document "null"; keep it a document. */
	if (o == NULL)
		o = json_object_new_null();
	*doc = (struct jval *)o;
	return ERR_OK;
}

void
jval_free(struct jval *doc)
{
	json_object_put((struct json_object *)doc);
}

enum jval_type
jval_type(const struct jval *j)
{
	switch (json_object_get_type(to_c(j))) {
	case json_type_boolean:
		return JVAL_BOOL;
	case json_type_int:
		return JVAL_INT;
	case json_type_double:
		return JVAL_DOUBLE;
	case json_type_string:
		return JVAL_STR;
	case json_type_array:
		return JVAL_ARR;
	case json_type_object:
		return JVAL_OBJ;
	default:
		return JVAL_NULL;
	}
}

const struct jval *
jval_get(const struct jval *j, const char *key)
{
	struct json_object	*o;

	if (j == NULL || jval_type(j) != JVAL_OBJ)
		return NULL;
	if (!json_object_object_get_ex(to_c(j), key, &o))
		return NULL;
	return from_c(o);
}

size_t
jval_len(const struct jval *j)
{
	if (j == NULL || jval_type(j) != JVAL_ARR)
		return 0;
	return json_object_array_length(to_c(j));
}

const struct jval *
jval_at(const struct jval *j, size_t i)
{
	if (i >= jval_len(j))
		return NULL;
	return from_c(json_object_array_get_idx(to_c(j), i));
}

enum err
jval_each(const struct jval *j, jval_each_fn fn, void *arg)
{
	enum err	 e;

	if (j == NULL || jval_type(j) != JVAL_OBJ)
		return ERR_OK;
	json_object_object_foreach(to_c(j), key, val)
		if ((e = fn(key, from_c(val), arg)) != ERR_OK)
			return e;
	return ERR_OK;
}

const char *
jval_str(const struct jval *j, const char *fallback)
{
	if (j == NULL || jval_type(j) != JVAL_STR)
		return fallback;
	return json_object_get_string(to_c(j));
}

int64_t
jval_int(const struct jval *j, int64_t fallback)
{
	if (j == NULL || jval_type(j) != JVAL_INT)
		return fallback;
	return json_object_get_int64(to_c(j));
}

bool
jval_bool(const struct jval *j, bool fallback)
{
	if (j == NULL || jval_type(j) != JVAL_BOOL)
		return fallback;
	return json_object_get_boolean(to_c(j));
}

const char *
jval_get_str(const struct jval *j, const char *key, const char *fallback)
{
	return jval_str(jval_get(j, key), fallback);
}

void
jval_copy_str(const struct jval *j, const char *key, char *out, size_t size)
{
	snprintf(out, size, "%s", jval_get_str(j, key, ""));
}

int64_t
jval_get_int(const struct jval *j, const char *key, int64_t fallback)
{
	return jval_int(jval_get(j, key), fallback);
}

bool
jval_get_bool(const struct jval *j, const char *key, bool fallback)
{
	return jval_bool(jval_get(j, key), fallback);
}

const char *
jval_text(const struct jval *j)
{
	if (j == NULL)
		return "null";
	return json_object_to_json_string_ext(to_c(j),
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

void
jval_write(const struct jval *j, struct jsonw *w, const char *key,
    size_t str_max)
{
	struct json_object	*o = to_c(j);
	const char		*s;
	size_t			 len;

	switch (j == NULL ? JVAL_NULL : jval_type(j)) {
	case JVAL_NULL:
		jsonw_null(w, key);
		break;
	case JVAL_BOOL:
		jsonw_bool(w, key, json_object_get_boolean(o));
		break;
	case JVAL_INT:
		jsonw_int(w, key, json_object_get_int64(o));
		break;
	case JVAL_DOUBLE:
		s = jval_text(j);
		jsonw_raw(w, key, s, strlen(s));
		break;
	case JVAL_STR:
		s = json_object_get_string(o);
		len = (size_t)json_object_get_string_len(o);
		if (len > str_max) {
			s += len - str_max;
			len = str_max;
		}
		/* Not into the middle of a character. */
		while (len > 0 && ((unsigned char)*s & 0xc0) == 0x80) {
			s++;
			len--;
		}
		jsonw_strn(w, key, s, len);
		break;
	case JVAL_ARR:
		jsonw_arr(w, key);
		for (size_t i = 0; i < jval_len(j); i++)
			jval_write(jval_at(j, i), w, NULL, str_max);
		jsonw_end(w);
		break;
	case JVAL_OBJ:
		jsonw_obj(w, key);
		json_object_object_foreach(o, name, val)
			jval_write(from_c(val), w, name, str_max);
		jsonw_end(w);
		break;
	}
}
