#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char	*code;
	const char	*text;
} errs[ERR__MAX] = {
	[ERR_OK]	= { "ok", "success" },
	[ERR_NOMEM]	= { "out_of_memory", "out of memory" },
	[ERR_IO]	= { "io_error", "input/output error" },
	[ERR_NOSPACE]	= { "no_space", "no space left on the server's disk" },
	[ERR_NOTFOUND]	= { "not_found", "not found" },
	[ERR_EXISTS]	= { "exists", "exists already" },
	[ERR_INVAL]	= { "invalid", "invalid value" },
	[ERR_SYNTAX]	= { "syntax", "cannot be parsed" },
	[ERR_TOOBIG]	= { "too_large", "too large" },
	[ERR_METHOD]	= { "method_not_allowed", "method not allowed" },
	[ERR_MEDIA]	= { "unsupported_media_type",
			    "unsupported media type" },
	[ERR_UNAUTH]	= { "unauthorized", "credentials are missing or wrong" },
	[ERR_DENIED]	= { "forbidden", "not allowed" },
	[ERR_BUSY]	= { "busy", "busy, try again later" },
	[ERR_LIMITED]	= { "rate_limited", "too many requests, try again "
	    "later" },
	[ERR_FULL]	= { "full", "the queue is full, try again later" },
	[ERR_TIMEOUT]	= { "timeout", "took too long" },
	[ERR_CANCELED]	= { "canceled", "canceled" },
	[ERR_LEASE]	= { "lease_lost", "the job belongs to another worker" },
	[ERR_WRONGSTATE]	= { "wrong_state", "not possible in this state" },
	[ERR_DB]	= { "database", "database error" },
	[ERR_CORRUPT]	= { "corrupt", "stored data is corrupt" },
	[ERR_PROTO]	= { "protocol", "protocol error" },
	[ERR_CHILD]	= { "child_failed", "a helper process failed" },
	[ERR_UNSUPPORTED] = { "unsupported", "not supported" },
	[ERR_UNAVAILABLE] = { "unavailable", "not available right now" },
	[ERR_INTERNAL]	= { "internal", "internal error" },
};

const char *
err_text(enum err e)
{
	if ((unsigned int)e >= ERR__MAX)
		return "unknown error";
	return errs[e].text;
}

const char *
err_code(enum err e)
{
	if ((unsigned int)e >= ERR__MAX)
		return "unknown";
	return errs[e].code;
}

enum err
err_from_errno(int no)
{
	switch (no) {
	case 0:
		return ERR_OK;
	case ENOMEM:
		return ERR_NOMEM;
	case ENOSPC:
	case EDQUOT:
		return ERR_NOSPACE;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOTFOUND;
	case EEXIST:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_DENIED;
	case EFBIG:
	case ENAMETOOLONG:
		return ERR_TOOBIG;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	default:
		return ERR_IO;
	}
}

enum err
diag_set(struct diag *d, enum err code, const char *field, const char *fmt,
    ...)
{
	va_list	 ap;

	if (d == NULL)
		return code;
	d->code = code;
	d->word = NULL;
	snprintf(d->field, sizeof(d->field), "%s", field == NULL ? "" : field);
	va_start(ap, fmt);
	vsnprintf(d->msg, sizeof(d->msg), fmt, ap);
	va_end(ap);
	return code;
}

enum err
diag_errno(struct diag *d, const char *fmt, ...)
{
	int	 no = errno;
	size_t	 len;
	va_list	 ap;

	if (d == NULL)
		return err_from_errno(no);
	d->code = err_from_errno(no);
	d->word = NULL;
	d->field[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(d->msg, sizeof(d->msg), fmt, ap);
	va_end(ap);
	len = strlen(d->msg);
	snprintf(d->msg + len, sizeof(d->msg) - len, ": %s", strerror(no));
	errno = no;
	return d->code;
}

void
diag_word(struct diag *d, const char *word)
{
	if (d != NULL)
		d->word = word;
}

const char *
diag_text(const struct diag *d)
{
	return d->msg[0] != '\0' ? d->msg : err_text(d->code);
}
