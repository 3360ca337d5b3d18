#include "worker/cli/outputs.h"

#include "worker/cli/cli.h"

static enum err
write_one(const struct outcome *oc, const struct out_format *f,
    const struct out_opts *o, const char *path, struct diag *d)
{
	struct buf	 b = BUF_INIT(OUT_MAX);
	enum err	 e;

	if ((e = f->write(oc, o, &b)) == ERR_OK)
		e = cli_write_file(path, &b, d);
	else
		diag_set(d, e, f->flag, "--%s: %s", f->flag, err_text(e));
	buf_clear(&b);
	return e;
}

/* Those that were asked for, of a report or a suite's report. */
static enum err
write_others(const struct outputs *out, const struct jval *doc,
    struct diag *d)
{
	const struct out_opts	 o = { out->source_root == NULL ? "" :
				    out->source_root, 0, 0 };
	struct outcome		*oc = NULL;
	enum err		 e = ERR_OK;

	for (size_t i = 0; i < OUT__MAX && e == ERR_OK; i++) {
		if (out->file[i] == NULL || out->file[i][0] == '\0')
			continue;
		if (oc == NULL && (e = outcome_read(doc, &oc, d)) != ERR_OK)
			break;
		e = write_one(oc, &out_formats[i], &o, out->file[i], d);
	}
	outcome_free(oc);
	return e;
}

enum err
outputs_put(const struct outputs_to *to, const struct buf *json,
    const struct jval *doc, struct diag *d)
{
	struct buf	 md = BUF_INIT(to->max);
	enum err	 e = ERR_OK;

	if (to->json[0] != '\0')
		e = cli_write_file(to->json, json, d);
	if (e == ERR_OK && to->markdown[0] != '\0' &&
	    (e = to->write_md(doc, &md)) == ERR_OK)
		e = cli_write_file(to->markdown, &md, d);
	if (e == ERR_OK)
		e = write_others(to->others, doc, d);
	buf_clear(&md);
	return e;
}
