/*
 * A request's multipart body into its fields: text into bounded buffers,
 * files into unnamed files on disk while they are hashed.
 */
#ifndef FCGI_FORM_H
#define FCGI_FORM_H

#include <stdint.h>

#include "base/err.h"
#include "field.h"

struct	form_limits {
	const char	*workdir;	/* where files go */
	int64_t		 max_file;	/* bytes of one file */
	/* Asked once before the first file is kept; NULL: nobody. */
	enum err	(*before_file)(void *arg);
	void		*arg;
};

struct form;

enum err	 form_new(const char *content_type, const struct form_limits *,
		    struct fields *, struct form **, struct diag *);
void		 form_free(struct form *);
/*
 * Body bytes as they come; ERR_SYNTAX, ERR_INVAL (a field breaks its rule),
 * ERR_TOOBIG (a file), ERR_NOSPACE.
 */
enum err	 form_feed(struct form *, const void *, size_t, struct diag *);
/* The body is complete. */
enum err	 form_end(struct form *, struct diag *);

#endif /* !FCGI_FORM_H */
