/* bpfcompat env: the table of variables, as text, Markdown or JSON. */
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"

/* The whole table is about 10 KiB. */
#define ENV_TEXT_MAX	(1024 * 1024)

int
verb_env(struct conf *c, int argc, char **argv)
{
	bool			 json = false, markdown = false;
	const struct flag	 table[] = {
		FLAG_B("json", &json, "as JSON"),
		FLAG_B("markdown", &markdown, "as a Markdown table"),
		FLAG_LAST
	};
	const struct flags	 f = { "env", "", "Prints every environment "
	    "variable that is read, with default,\nlimits and the value in "
	    "force.", 0, table };
	struct buf		 b = BUF_INIT(ENV_TEXT_MAX);
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (json && markdown) {
		diag_set(&d, ERR_INVAL, "markdown",
		    "--json and --markdown exclude each other");
		return cli_error("env", json, &d);
	}
	conf_print(c, json ? CONF_JSON : markdown ? CONF_MARKDOWN : CONF_TEXT,
	    &b);
	code = cli_print(&b);
	buf_clear(&b);
	return code;
}
