/*
 * Who asks: bounded copies of what the credentials of one request proved.
 * It belongs to the call and ends with it.
 */
#ifndef FCGI_PRINCIPAL_H
#define FCGI_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define PRINCIPAL_NAME_MAX	128	/* bytes of a subject or one list item */
#define PRINCIPAL_NAMES_BYTES	1024	/* all items of one list, with NULs */
#define PRINCIPAL_TENANT_MAX	64	/* as the registry's names */

enum	principal_kind {
	PRINCIPAL_ANONYMOUS,
	PRINCIPAL_API_KEY,
	PRINCIPAL_IDENTITY,	/* a token of an issuer */
	PRINCIPAL_MTLS,		/* a client certificate that is mapped */
	PRINCIPAL_GRANT,	/* a registry token */
	PRINCIPAL_BOOTSTRAP,	/* the registry's first token */
};

/* A small set of names, one after the other, each with its NUL. */
struct	names {
	size_t		 n;
	size_t		 used;
	char		 text[PRINCIPAL_NAMES_BYTES];
};

struct	principal {
	enum principal_kind kind;
	char		 subject[PRINCIPAL_NAME_MAX + 1];
	char		 tenant[PRINCIPAL_TENANT_MAX + 1]; /* "": not bound */
	struct names	 projects;	/* empty: not bound */
	struct names	 scopes;
	struct names	 roles;
	bool		 can_read;
	bool		 can_write;
	char		 address[64];	/* the client's, past trusted proxies */
};

/* Anonymous, without rights, from "address". */
void		 principal_init(struct principal *, const char *address);
/* "anonymous", "api_key", "identity", "mtls", "grant", "bootstrap". */
const char	*principal_kind_name(enum principal_kind);
/* A name from outside; ERR_TOOBIG or ERR_INVAL (blank, control bytes). */
enum err	 principal_subject(struct principal *, const char *);

/* Adds a trimmed, non-blank name once; ERR_TOOBIG when there is no room. */
enum err	 names_add(struct names *, const char *, size_t);
/* The same with every part of a text cut at the bytes of "at". */
enum err	 names_split(struct names *, const char *, const char *at);
bool		 names_has(const struct names *, const char *);
/* The next name after "at" (NULL: the first); NULL at the end. */
const char	*names_next(const struct names *, const char *at);

#endif /* !FCGI_PRINCIPAL_H */
