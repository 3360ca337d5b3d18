/*
 * The checkers of field.h: one rule each, with a sentence that says it.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/timefmt.h"
#include "base/utf8.h"
#include "field.h"

#define DIGITS	"0123456789"
#define ALNUM	DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool
has_control(const char *s, const char *allowed)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < 0x20 || *s == 0x7f) &&
		    strchr(allowed, *s) == NULL)
			return true;
	return false;
}

static enum err
text_rule(const struct field *f, const struct value *v, const char *allowed,
    struct diag *d)
{
	if (!utf8_valid(v->str, strlen(v->str)))
		return diag_set(d, ERR_INVAL, f->name,
		    "%s is not valid UTF-8", f->name);
	if (has_control(v->str, allowed))
		return diag_set(d, ERR_INVAL, f->name,
		    "%s contains control characters", f->name);
	return ERR_OK;
}

enum err
field_text(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	return text_rule(f, v, "", d);
}

enum err
field_prose(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	return text_rule(f, v, "\t\r\n", d);
}

enum err
field_job_id(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (strncmp(v->str, "val-", 4) != 0 || strlen(v->str) != 36 ||
	    strspn(v->str + 4, DIGITS "abcdef") != 32)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be val- and 32 hex digits", f->name);
	return ERR_OK;
}

enum err
field_run_id(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (strlen(v->str) != 23 || strspn(v->str, ALNUM "-") != 23)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must look like 20260527T120001Z-a1b2c3", f->name);
	return ERR_OK;
}

enum err
field_profile(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	size_t	 n = strlen(v->str);

	(void)conf;
	if (n > 64 || strspn(v->str, ALNUM "._-") != n ||
	    strchr(ALNUM, v->str[0]) == NULL)
		return diag_set(d, ERR_INVAL, f->name, "%s: a profile id has "
		    "1 to 64 letters, digits, dots, dashes and underscores "
		    "and begins with a letter or digit", f->name);
	return ERR_OK;
}

/* Decimal digits only; -1 when it is no number or over 9 digits. */
static int64_t
number(const char *s)
{
	size_t	 n = strlen(s);

	if (n == 0 || n > 9 || strspn(s, DIGITS) != n)
		return -1;
	return strtoll(s, NULL, 10);
}

enum err
field_count(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if ((v->num = number(v->str)) == -1)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be a whole number, 0 or more", f->name);
	return ERR_OK;
}

enum err
field_limit(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	v->num = number(v->str);
	if (v->num < 1)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be a whole number from 1 to %d", f->name,
		    FIELD_LIMIT_CAP);
	if (v->num > FIELD_LIMIT_CAP)
		v->num = FIELD_LIMIT_CAP;
	return ERR_OK;
}

enum err
field_timeout(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	char	 max[32];

	if (time_parse_duration(v->str, &v->num) != ERR_OK || v->num <= 0)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be a duration above zero, such as 90s or 8m",
		    f->name);
	if (v->num > conf->max_timeout) {
		time_format_duration(conf->max_timeout, max, sizeof(max));
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must not be longer than %s", f->name, max);
	}
	return ERR_OK;
}

enum err
field_concurrency(const struct field *f, const struct conf *conf,
    struct value *v, struct diag *d)
{
	v->num = number(v->str);
	if (v->num < 1 || v->num > conf->max_concurrency)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be a whole number from 1 to %lld", f->name,
		    (long long)conf->max_concurrency);
	return ERR_OK;
}

enum err
field_mode(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	static const char *const modes[] = { "load_only", "load_attach",
		"behavior" };
	char	 word[32];
	size_t	 n = 0;

	(void)conf;
	/* load-only, LoadOnly and load_only are the same word. */
	for (const char *s = v->str; *s != '\0' && n + 1 < sizeof(word); s++)
		if (*s != '-' && *s != '_')
			word[n++] = *s;
	word[n] = '\0';
	if (strcasecmp(word, "loadonly") == 0)
		v->str = modes[0];
	else if (strcasecmp(word, "loadattach") == 0)
		v->str = modes[1];
	else if (strcasecmp(word, "behavior") == 0)
		v->str = modes[2];
	else
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be load_only, load_attach or behavior",
		    f->name);
	return ERR_OK;
}

enum err
field_uri(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if ((strncasecmp(v->str, "https://", 8) != 0 &&
	    strncasecmp(v->str, "http://", 7) != 0) ||
	    strchr(v->str, ' ') != NULL || has_control(v->str, "") ||
	    !utf8_valid(v->str, strlen(v->str)))
		return diag_set(d, ERR_INVAL, f->name,
		    "%s must be an http or https URI", f->name);
	return ERR_OK;
}

enum err
field_object(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)conf;
	if (object_size(v->file) == 0)
		return diag_set(d, ERR_INVAL, f->name,
		    "%s is an empty file", f->name);
	/* Anything behind the magic is for the guests to judge. */
	if (!object_begins(v->file, "\x7f" "ELF", 4))
		return diag_set(d, ERR_INVAL, f->name,
		    "%s is not an ELF object; compile the BPF program with "
		    "clang -target bpf -c", f->name);
	return ERR_OK;
}

enum err
field_any(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	(void)f;
	(void)conf;
	(void)v;
	(void)d;
	return ERR_OK;
}

enum err
field_bool(const struct field *f, const struct conf *conf, struct value *v,
    struct diag *d)
{
	static const char *const words[] = { "0", "f", "F", "FALSE", "false",
		"False", "1", "t", "T", "TRUE", "true", "True" };

	(void)conf;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(v->str, words[i]) == 0) {
			v->num = i >= 6;
			return ERR_OK;
		}
	return diag_set(d, ERR_INVAL, f->name, "%s must be true or false",
	    f->name);
}
