#include "field_registry.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/timefmt.h"
#include "domain/registry.h"

#define LOWER	"abcdefghijklmnopqrstuvwxyz"
#define UPPER	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	"0123456789"

enum err
field_registry_id(const struct field *f, const struct conf *conf,
    struct value *v, struct diag *d)
{
	(void)conf;
	return registry_id(f->name, v->str, d);
}

/* Text that a checker may change: what is trimmed lies in v->raw. */
static void
lower(struct value *v)
{
	for (char *p = v->raw.data; p != NULL && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
}

enum err
field_digest(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	lower(v);
	if (!hex_is_sha256(v->str))
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be a SHA-256 in 64 hex digits", f->name);
	return ERR_OK;
}

enum err
field_word(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	size_t	 n = strlen(v->str);

	(void)conf;
	lower(v);
	if (strspn(v->str, LOWER "_") != n)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be one word of letters, such as pass", f->name);
	return ERR_OK;
}

enum err
field_code(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (strspn(v->str, UPPER DIGITS "_") != strlen(v->str))
		return diag_set(d, ERR_INVAL, f->name, "%s: a classification "
		    "code has capital letters, digits and underscores",
		    f->name);
	return ERR_OK;
}

enum err
field_visibility(const struct field *f, const struct conf *conf,
    struct value *v, struct diag *d)
{
	static const char *const words[] = { "private", "public" };

	(void)conf;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(v->str, words[i]) == 0) {
			v->str = words[i];
			return ERR_OK;
		}
	return diag_set(d, ERR_INVAL, f->name,
	    "%s must be private or public", f->name);
}

enum err
field_cursor(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	size_t	 n = strlen(v->str);

	(void)conf;
	if (n > 15 || strspn(v->str, DIGITS) != n ||
	    (v->num = strtoll(v->str, NULL, 10)) < 1)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be what next_cursor of a list said", f->name);
	return ERR_OK;
}

void
field_cursor_next(struct jsonw *w, int64_t place)
{
	char	 cursor[24];

	snprintf(cursor, sizeof(cursor), "%lld", (long long)place);
	jsonw_str(w, "next_cursor", cursor);
}

enum err
field_time(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (time_parse_rfc3339(v->str, &v->num) != ERR_OK)
		return diag_set(d, ERR_INVAL, f->name, "%s must be a time "
		    "such as 2026-05-27T12:00:00Z", f->name);
	return ERR_OK;
}

enum err
field_content(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (object_size(v->file) == 0)
		return diag_set(d, ERR_INVAL, f->name, "%s is an empty file",
		    f->name);
	return ERR_OK;
}
