/*
 * The manifest of a validate request: checked before anything is stored, and
 * against what the caller may do.
 */
#ifndef FCGI_REQUEST_MANIFEST_H
#define FCGI_REQUEST_MANIFEST_H

#include <stdbool.h>

#include "app.h"
#include "domain/manifest.h"
#include "field.h"
#include "store/object.h"

struct	request_manifest {
	bool		 set;
	struct manifest	 manifest;
	struct object	*object;	/* sealed; the field's, or "own" */
	struct object	*own;		/* of text that came without a file */
	char		 basename[129];	/* a plain file name */
};

/*
 * The file wins over the text; neither is fine.  ERR_INVAL or ERR_SYNTAX
 * with file, line and key.  Release with request_manifest_clear(), also
 * after an error.
 */
enum err	 request_manifest_read(const struct app *,
		    const struct value *file, const struct value *text,
		    struct request_manifest *, struct diag *);
/*
 * Commands of a manifest run in guests only for callers with write
 * authority: ERR_DENIED names the rule.  "mode" is the validation mode.
 */
enum err	 request_manifest_allowed(const struct request_manifest *,
		    const char *mode, bool may_write, struct diag *);
void		 request_manifest_clear(struct request_manifest *);

#endif /* !FCGI_REQUEST_MANIFEST_H */
