/* What the compiler said of a job's source, for clients. */
#ifndef FCGI_COMPILE_JSON_H
#define FCGI_COMPILE_JSON_H

#include "app.h"
#include "reply.h"
#include "store/store_job.h"

#define COMPILE_FAILED	"compile_failed"	/* error_code of such a job */

/*
 * Members "compiler" and "diagnostics" ([{file, line, column, severity,
 * message}]) of an open object; nothing when there are none.
 */
void	 compile_json(const struct app *, const struct job *, struct jsonw *);
/* The whole answer to a request whose source does not compile: 400. */
void	 compile_refusal(const struct app *, const struct job *,
	    const char *request_id, struct reply *);

#endif /* !FCGI_COMPILE_JSON_H */
