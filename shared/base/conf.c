#include "base/conf.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json_out.h"
#include "base/timefmt.h"

enum	conf_type { T_HEAD, T_STR, T_SECRET, T_BOOL, T_LAX, T_INT, T_DUR, T_WORD };

struct	conf_key {
	enum conf_type	 type;
	const char	*name;	/* of the variable; of the section for T_HEAD */
	size_t		 off;
	const char	*def;
	const char	*min;	/* T_WORD: the words */
	const char	*max;
	const char	*doc;
};

#define STR(x)		#x
#define XSTR(x)		STR(x)
#define OFF(m)		offsetof(struct conf, m)
/* "false" may already be a macro for 0 where this is expanded. */
#define DEF_BOOL(x)	((x) ? "true" : "false")

static const struct conf_key keys[] = {
#define CONF_HEAD(text)		{ T_HEAD, text, 0, "", "", "", "" },
#define CONF_STR(m, n, d, doc)	{ T_STR, n, OFF(m), d, "", "", doc },
#define CONF_SECRET(m, n, doc)	{ T_SECRET, n, OFF(m), "", "", "", doc },
#define CONF_LAX(m, n, d, doc)	{ T_LAX, n, OFF(m), DEF_BOOL(d), "", "", doc },
#define CONF_BOOL(m, n, d, doc)	{ T_BOOL, n, OFF(m), DEF_BOOL(d), "", "", doc },
#define CONF_INT(m, n, d, lo, hi, doc)	\
	{ T_INT, n, OFF(m), XSTR(d), XSTR(lo), XSTR(hi), doc },
#define CONF_DUR(m, n, d, lo, hi, doc)	{ T_DUR, n, OFF(m), d, lo, hi, doc },
#define CONF_WORD(m, n, d, w, doc)	{ T_WORD, n, OFF(m), d, w, "", doc },
#include "base/conf_keys.def"
};

#define NKEYS	(sizeof(keys) / sizeof(keys[0]))

static void *
member(struct conf *c, const struct conf_key *k)
{
	return (char *)c + k->off;
}

static enum err
set_bool(bool *out, const struct conf_key *k, const char *v, struct diag *d)
{
	static const char *const yes[] =
	    { "1", "t", "T", "TRUE", "true", "True" };
	static const char *const no[] =
	    { "0", "f", "F", "FALSE", "false", "False" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcmp(v, yes[i]) == 0) {
			*out = true;
			return ERR_OK;
		}
		if (strcmp(v, no[i]) == 0) {
			*out = false;
			return ERR_OK;
		}
	}
	return diag_set(d, ERR_INVAL, k->name,
	    "%s: \"%s\" is no boolean; use true or false", k->name, v);
}

/*
 * A switch that stops something in an emergency takes every usual word;
 * none of them may mean "no" by accident.
 */
static enum err
set_lax(bool *out, const struct conf_key *k, const char *v, struct diag *d)
{
	static const char *const words[][2] = {
		{ "0", "1" }, { "f", "t" }, { "false", "true" }, { "n", "y" },
		{ "no", "yes" }, { "off", "on" }, { "disabled", "enabled" },
		{ "disable", "enable" }, { "inactive", "active" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int on = 0; on < 2; on++)
			if (strcasecmp(v, words[i][on]) == 0) {
				*out = on != 0;
				return ERR_OK;
			}
	return diag_set(d, ERR_INVAL, k->name,
	    "%s: \"%s\" is neither on nor off; use true or false", k->name, v);
}

static bool
whole_number(const char *v, int64_t *out)
{
	char		*end;
	long long	 n;

	errno = 0;
	n = strtoll(v, &end, 10);
	if (errno != 0 || end == v || *end != '\0')
		return false;
	*out = n;
	return true;
}

static enum err
set_int(int64_t *out, const struct conf_key *k, const char *v, struct diag *d)
{
	int64_t	 n, lo, hi;

	if (!whole_number(k->min, &lo) || !whole_number(k->max, &hi))
		return diag_set(d, ERR_INTERNAL, k->name,
		    "%s: its limits are no numbers", k->name);
	if (!whole_number(v, &n) || n < lo || n > hi)
		return diag_set(d, ERR_INVAL, k->name,
		    "%s: \"%s\" is no whole number from %s to %s", k->name, v,
		    k->min, k->max);
	*out = n;
	return ERR_OK;
}

static enum err
set_dur(int64_t *out, const struct conf_key *k, const char *v, struct diag *d)
{
	int64_t	 n, lo = 0, hi = INT64_MAX;

	time_parse_duration(k->min, &lo);
	time_parse_duration(k->max, &hi);
	if (time_parse_duration(v, &n) != ERR_OK || n < lo || n > hi)
		return diag_set(d, ERR_INVAL, k->name,
		    "%s: \"%s\" is no duration from %s to %s (such as 90s or "
		    "1h30m)", k->name, v, k->min, k->max);
	*out = n;
	return ERR_OK;
}

static enum err
set_word(const char **out, const struct conf_key *k, const char *v,
    struct diag *d)
{
	size_t	 len = strlen(v);

	for (const char *w = k->min; *w != '\0';) {
		size_t	 n = strcspn(w, "|");

		if (n == len && memcmp(w, v, n) == 0) {
			*out = v;
			return ERR_OK;
		}
		w += n + (w[n] == '|');
	}
	return diag_set(d, ERR_INVAL, k->name,
	    "%s: \"%s\" is not one of %s", k->name, v, k->min);
}

static enum err
set(struct conf *c, const struct conf_key *k, const char *v, struct diag *d)
{
	switch (k->type) {
	case T_HEAD:
		return ERR_OK;
	case T_STR:
	case T_SECRET:
		*(const char **)member(c, k) = v;
		return ERR_OK;
	case T_BOOL:
		return set_bool(member(c, k), k, v, d);
	case T_LAX:
		return set_lax(member(c, k), k, v, d);
	case T_INT:
		return set_int(member(c, k), k, v, d);
	case T_DUR:
		return set_dur(member(c, k), k, v, d);
	case T_WORD:
		return set_word(member(c, k), k, v, d);
	}
	return ERR_INTERNAL;
}

enum err
conf_load(struct conf *c, struct diag *d)
{
	const char	*v;
	enum err	 e;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < NKEYS; i++) {
		v = keys[i].type == T_HEAD ? NULL : getenv(keys[i].name);
		if (v == NULL || v[0] == '\0')
			v = keys[i].def;
		if ((e = set(c, &keys[i], v, d)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static void
value_text(const struct conf *c, const struct conf_key *k, char *out,
    size_t size)
{
	const void	*p = (const char *)c + k->off;

	switch (k->type) {
	case T_HEAD:
		out[0] = '\0';
		break;
	case T_STR:
	case T_WORD:
		snprintf(out, size, "%s", *(const char *const *)p);
		break;
	case T_SECRET:
		/* Whether it is set is all that may be shown. */
		snprintf(out, size, "%s", **(const char *const *)p != '\0' ?
		    "(set)" : "");
		break;
	case T_LAX:
	case T_BOOL:
		snprintf(out, size, "%s", *(const bool *)p ? "true" : "false");
		break;
	case T_INT:
		snprintf(out, size, "%lld", (long long)*(const int64_t *)p);
		break;
	case T_DUR:
		time_format_duration(*(const int64_t *)p, out, size);
		break;
	}
}

static const char *
type_text(const struct conf_key *k, char *out, size_t size)
{
	static const char *const names[] =
	    { "", "text", "secret", "boolean", "switch", "number", "duration",
	    "word" };

	if (k->type == T_INT || k->type == T_DUR)
		snprintf(out, size, "%s %s to %s", names[k->type], k->min,
		    k->max);
	else if (k->type == T_WORD)
		snprintf(out, size, "%s", k->min);
	else
		snprintf(out, size, "%s", names[k->type]);
	return out;
}

static void
print_json(const struct conf *c, struct buf *b)
{
	struct jsonw	 w;
	char		 v[4096], t[128];
	const char	*head = "";

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; i < NKEYS; i++) {
		const struct conf_key	*k = &keys[i];

		if (k->type == T_HEAD) {
			head = k->name;
			continue;
		}
		value_text(c, k, v, sizeof(v));
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "name", k->name);
		jsonw_str(&w, "category", head);
		jsonw_str(&w, "type", type_text(k, t, sizeof(t)));
		jsonw_str(&w, "default", k->def);
		jsonw_str(&w, "value", v);
		jsonw_str(&w, "description", k->doc);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	buf_addc(b, '\n');
}

/* A row of a table, where "|" would begin another cell. */
static void
print_row(struct buf *b, const struct conf_key *k, const char *type)
{
	buf_addf(b, "| `%s` | ", k->name);
	for (; *type != '\0'; type++)
		buf_adds(b, *type == '|' ? ", " : (char [2]){ *type, '\0' });
	if (k->def[0] == '\0')
		buf_adds(b, " | |");
	else
		buf_addf(b, " | `%s` |", k->def);
	buf_addf(b, " %s |\n", k->doc);
}

enum err
conf_print(const struct conf *c, enum conf_format f, struct buf *b)
{
	char	 v[4096], t[128];

	if (f == CONF_JSON) {
		print_json(c, b);
		return buf_err(b);
	}
	for (size_t i = 0; i < NKEYS; i++) {
		const struct conf_key	*k = &keys[i];

		value_text(c, k, v, sizeof(v));
		type_text(k, t, sizeof(t));
		if (k->type == T_HEAD && f == CONF_MARKDOWN)
			buf_addf(b, "%s## %s\n\n| Variable | Type | Default | "
			    "Meaning |\n|---|---|---|---|\n", i > 0 ? "\n" : "",
			    k->name);
		else if (k->type == T_HEAD)
			buf_addf(b, "%s%s\n", i > 0 ? "\n" : "", k->name);
		else if (f == CONF_MARKDOWN)
			print_row(b, k, t);
		else
			buf_addf(b, "  %s=%s\n      %s\n      (%s; default "
			    "%s)\n", k->name, v, k->doc, t,
			    k->def[0] != '\0' ? k->def : "empty");
	}
	return buf_err(b);
}
