/*
 * The one error enum, its texts and its stable words.
 * Functions return enum err; a person's explanation travels beside it in a
 * struct diag where there is something to explain.  Nothing in shared/ logs:
 * the top of a request or of a job step does, once.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

enum	err {
	ERR_OK = 0,
	ERR_NOMEM,	/* out of memory */
	ERR_IO,		/* a system call failed; errno still tells */
	ERR_NOSPACE,	/* disk or quota full */
	ERR_NOTFOUND,
	ERR_EXISTS,
	ERR_INVAL,	/* an input breaks a rule; the diag names field and rule */
	ERR_SYNTAX,	/* JSON, YAML or multipart that does not parse */
	ERR_TOOBIG,	/* over a limit */
	ERR_METHOD,	/* wrong HTTP method */
	ERR_MEDIA,	/* wrong content type */
	ERR_UNAUTH,	/* no or bad credentials */
	ERR_DENIED,	/* known caller, not allowed */
	ERR_BUSY,	/* try again later */
	ERR_FULL,	/* a queue or pool is at its limit */
	ERR_LIMITED,	/* this caller has asked too often */
	ERR_TIMEOUT,	/* a deadline passed */
	ERR_CANCELED,
	ERR_LEASE,	/* somebody else owns the job now */
	ERR_WRONGSTATE,	/* not possible in the present state */
	ERR_DB,		/* SQLite said no */
	ERR_CORRUPT,	/* stored data breaks an invariant */
	ERR_PROTO,	/* a peer broke a protocol */
	ERR_CHILD,	/* a child process failed */
	ERR_UNSUPPORTED,
	ERR_UNAVAILABLE,/* a part of the service is missing or down */
	ERR_INTERNAL,
	ERR__MAX
};

/* English text, never NULL, static. */
const char	*err_text(enum err);
/* Stable lower-case word for logs and for "code" in API errors; static. */
const char	*err_code(enum err);
/* ERR_NOSPACE for ENOSPC/EDQUOT, ERR_NOTFOUND for ENOENT, ... else ERR_IO. */
enum err	 err_from_errno(int);

#define DIAG_FIELD_MAX	96
#define DIAG_MSG_MAX	1024

/*
 * What went wrong, for a person.  "field" is the request field, file key or
 * option it is about, or "".  The message says rule and remedy.
 */
struct	diag {
	enum err	 code;
	char		 field[DIAG_FIELD_MAX];
	char		 msg[DIAG_MSG_MAX];
	const char	*word;	/* static; NULL: err_code() says it all */
};

#define DIAG_INIT	{ ERR_OK, "", "", NULL }

/*
 * Fills "d" (which may be NULL) and returns "code", so that an error path
 * is one line.  "field" may be NULL.  Overlong texts are cut.
 */
enum err	 diag_set(struct diag *d, enum err code, const char *field,
		    const char *fmt, ...)
		    __attribute__((format(printf, 4, 5)));
/* The same, with ": strerror(errno)" appended and the code from errno. */
enum err	 diag_errno(struct diag *d, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3)));
/*
 * A machine code of its own for what was set last, such as "storage_quota":
 * its text is then about the request and goes to the client.
 */
void		 diag_word(struct diag *, const char *word);
/* Message if there is one, else the text of the code. */
const char	*diag_text(const struct diag *);

#endif /* !BASE_ERR_H */
