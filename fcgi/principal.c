#include "principal.h"

#include <stdio.h>
#include <string.h>

void
principal_init(struct principal *p, const char *address)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->subject, sizeof(p->subject), "anonymous");
	snprintf(p->address, sizeof(p->address), "%s", address);
}

const char *
principal_kind_name(enum principal_kind k)
{
	static const char *const words[] = {
		[PRINCIPAL_ANONYMOUS] = "anonymous",
		[PRINCIPAL_API_KEY] = "api_key",
		[PRINCIPAL_IDENTITY] = "identity",
		[PRINCIPAL_MTLS] = "mtls",
		[PRINCIPAL_GRANT] = "grant",
		[PRINCIPAL_BOOTSTRAP] = "bootstrap",
	};

	return words[k];
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Narrows "s" and "len" to what stands between the blanks. */
static const char *
trimmed(const char *s, size_t *len)
{
	while (*len > 0 && is_blank(s[0])) {
		s++;
		(*len)--;
	}
	while (*len > 0 && is_blank(s[*len - 1]))
		(*len)--;
	return s;
}

/* Names go into logs and rows: no control bytes. */
static bool
printable(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return true;
}

enum err
principal_subject(struct principal *p, const char *s)
{
	size_t	 len = strlen(s);

	s = trimmed(s, &len);
	if (len == 0 || !printable(s, len))
		return ERR_INVAL;
	if (len > PRINCIPAL_NAME_MAX)
		return ERR_TOOBIG;
	memcpy(p->subject, s, len);
	p->subject[len] = '\0';
	return ERR_OK;
}

enum err
names_add(struct names *n, const char *s, size_t len)
{
	s = trimmed(s, &len);
	if (len == 0)
		return ERR_OK;
	if (!printable(s, len))
		return ERR_INVAL;
	for (const char *at = NULL; (at = names_next(n, at)) != NULL;)
		if (strlen(at) == len && memcmp(at, s, len) == 0)
			return ERR_OK;
	if (len > PRINCIPAL_NAME_MAX || len + 1 > sizeof(n->text) - n->used)
		return ERR_TOOBIG;
	memcpy(n->text + n->used, s, len);
	n->text[n->used + len] = '\0';
	n->used += len + 1;
	n->n++;
	return ERR_OK;
}

enum err
names_split(struct names *n, const char *s, const char *at)
{
	size_t		 len;
	enum err	 e;

	for (;; s += len + 1) {
		len = strcspn(s, at);
		if ((e = names_add(n, s, len)) != ERR_OK)
			return e;
		if (s[len] == '\0')
			return ERR_OK;
	}
}

const char *
names_next(const struct names *n, const char *at)
{
	const char	*end = n->text + n->used;

	at = at == NULL ? n->text : at + strlen(at) + 1;
	return at < end ? at : NULL;
}

bool
names_has(const struct names *n, const char *name)
{
	for (const char *at = NULL; (at = names_next(n, at)) != NULL;)
		if (strcmp(at, name) == 0)
			return true;
	return false;
}
