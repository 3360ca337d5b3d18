#include "domain/cflags.h"

#include <stdbool.h>
#include <string.h>

#define FIELD		"clang_flags"
#define NAME_LEN_MAX	128

#define LETTERS		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS		"0123456789"

static const char	 rule[] = "allowed are -O1, -O2, -g, -DNAME, "
			    "-DNAME=value, -UNAME, -mcpu=v1 to v4, -I of a "
			    "provided header folder, and -W...";

/* A C identifier of "len" bytes. */
static bool
identifier(const char *s, size_t len)
{
	return len > 0 && len <= NAME_LEN_MAX &&
	    strspn(s, LETTERS DIGITS "_") >= len &&
	    strchr(DIGITS, s[0]) == NULL;
}

static bool
only(const char *s, const char *set)
{
	size_t	 n = strlen(s);

	return n <= NAME_LEN_MAX && strspn(s, set) == n;
}

static const char *
bad_define(const char *s)
{
	size_t	 name = strcspn(s, "=");

	if (!identifier(s, name))
		return "the name after -D must be a C identifier";
	if (s[name] == '=' && !only(s + name + 1, LETTERS DIGITS "_.,:+-()"))
		return "a value may have letters, digits and _ . , : + - ( )";
	return NULL;
}

/* No way out of the folder of headers. */
static const char *
bad_folder(const char *s)
{
	if (s[0] == '\0' || s[0] == '/' || !only(s, LETTERS DIGITS "_-./") ||
	    strstr(s, "..") != NULL)
		return "-I names a folder of the provided headers, such as "
		    "bpf or linux, without a leading \"/\" and \"..\"";
	return NULL;
}

/* NULL, or what is wrong with it. */
static const char *
wrong(const char *f)
{
	static const char *const exact[] = { "-O1", "-O2", "-g", "-mcpu=v1",
		"-mcpu=v2", "-mcpu=v3", "-mcpu=v4" };

	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		if (strcmp(f, exact[i]) == 0)
			return NULL;
	if (strncmp(f, "-D", 2) == 0)
		return bad_define(f + 2);
	if (strncmp(f, "-U", 2) == 0)
		return identifier(f + 2, strlen(f + 2)) ? NULL :
		    "the name after -U must be a C identifier";
	if (strncmp(f, "-I", 2) == 0)
		return bad_folder(f + 2);
	/* With a comma it would be for the linker or the assembler. */
	if (strncmp(f, "-W", 2) == 0 && f[2] != '\0' &&
	    only(f + 2, LETTERS DIGITS "-+="))
		return NULL;
	return rule;
}

enum err
cflags_parse(const char *text, struct cflags *c, struct diag *d)
{
	static const char	 blanks[] = " \t\r\n";
	char			*at = c->text;
	const char		*why;
	size_t			 n;

	c->n = 0;
	if (strlen(text) > CFLAGS_TEXT_MAX)
		return diag_set(d, ERR_INVAL, FIELD, FIELD " is longer than "
		    "%d bytes", CFLAGS_TEXT_MAX);
	for (text += strspn(text, blanks); *text != '\0';
	    text += strspn(text, blanks)) {
		if (c->n == CFLAGS_MAX)
			return diag_set(d, ERR_INVAL, FIELD, FIELD
			    " has more than %d flags", CFLAGS_MAX);
		n = strcspn(text, blanks);
		c->flag[c->n++] = at;
		memcpy(at, text, n);
		at += n;
		text += n;
		/* "-I dir" in two words. */
		if (n == 2 && memcmp(at - 2, "-I", 2) == 0) {
			text += strspn(text, blanks);
			n = strcspn(text, blanks);
			memcpy(at, text, n);
			at += n;
			text += n;
		}
		*at++ = '\0';
		if ((why = wrong(c->flag[c->n - 1])) != NULL)
			return diag_set(d, ERR_INVAL, FIELD, FIELD ": \"%.80s"
			    "\" is not allowed: %s", c->flag[c->n - 1], why);
	}
	return ERR_OK;
}
