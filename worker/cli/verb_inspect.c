/*
 * bpfcompat inspect: what an object is, and the oldest kernel it could load
 * on.  Nothing is booted; the object is read in a sandbox.
 */
#include "base/json_in.h"
#include "base/json_out.h"
#include "domain/objfacts.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/inspect_run.h"

static enum err
show(const struct buf *doc, bool json, struct diag *d)
{
	struct buf	 b = BUF_INIT(4 * OBJFACTS_MAX);
	struct jval	*o = NULL;
	struct jsonw	 w;
	enum err	 e;

	if ((e = jval_parse(buf_str(doc), doc->len, &o, d)) != ERR_OK)
		return e;
	if (json) {
		jsonw_init(&w, &b, JSONW_INDENT);
		jval_write(o, &w, NULL, SIZE_MAX);
		buf_addc(&b, '\n');
	} else
		objfacts_text(o, &b);
	/* That it is no BPF object is an answer, and one that fails. */
	e = jval_get(o, "problem") != NULL ? ERR_SYNTAX : ERR_OK;
	if (cli_print(&b) != CLI_OK)
		e = ERR_IO;
	jval_free(o);
	buf_clear(&b);
	return e;
}

int
verb_inspect(struct conf *c, int argc, char **argv)
{
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_B("json", &json, "the whole document, as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "inspect", "FILE", "Tells what a "
	    "compiled BPF object is and needs: programs, maps, helpers,\n"
	    "relocations, and the oldest upstream kernel that has all of it.  "
	    "Boots nothing.\nExit code: 0, or 1 when it is no BPF object or "
	    "cannot be read.", 1, table };
	struct buf		 doc = BUF_INIT(OBJFACTS_MAX);
	struct diag		 d = DIAG_INIT;
	enum err		 e;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n != 1) {
		diag_set(&d, ERR_INVAL, NULL, "name one file: bpfcompat "
		    "inspect FILE");
		return cli_error("inspect", json, &d);
	}
	if ((e = inspect_file(c, argv[0], &doc, &d)) != ERR_OK)
		code = cli_error("inspect", json, &d);
	else
		code = show(&doc, json, &d) == ERR_OK ? CLI_OK : CLI_ERROR;
	buf_clear(&doc);
	return code;
}
