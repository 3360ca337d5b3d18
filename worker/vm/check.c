/* The self-check: a verdict of a clone against one of a guest booted anew. */
#include <limits.h>
#include <stdio.h>

#include "base/fsio.h"
#include "worker/vm/attempt.h"
#include "worker/vm/twin.h"

static enum err
read_document(const char *path, struct jval **doc, struct diag *d)
{
	struct buf	 b = BUF_INIT(COLLECT_RESULT_MAX);
	enum err	 e = fsio_read(path, &b, d);

	if (e == ERR_OK)
		e = jval_parse(b.data, b.len, doc, d);
	buf_clear(&b);
	return e;
}

enum err
attempt_check(struct attempt *a)
{
	struct jval	*clone = NULL, *fresh = NULL;
	char		 path[PATH_MAX], reason[600];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), a->spec->target_dir,
	    "validator-result.json", NULL)) == ERR_OK &&
	    (e = read_document(a->spec->against, &clone, &a->diag)) ==
	    ERR_OK && (e = read_document(path, &fresh, &a->diag)) == ERR_OK)
		a->ndiffer = twin_compare(clone, fresh, a->differ,
		    sizeof(a->differ));
	jval_free(clone);
	jval_free(fresh);
	if (e != ERR_OK)
		return attempt_fail(a, e, "internal");
	if (a->ndiffer == 0)
		return ERR_OK;
	snprintf(reason, sizeof(reason), "a guest booted anew says otherwise "
	    "(saved, anew): %s", a->differ);
	if ((e = attempt_name_template(a, &a->diag)) == ERR_OK)
		template_discard(&a->tmpl, true, reason);
	return e;
}
