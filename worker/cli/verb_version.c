/* bpfcompat version: what this program was built from. */
#include <stdio.h>

#include "config.h"

#include "base/json_out.h"
#include "worker/cli/build_info.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"

int
verb_version(struct conf *c, int argc, char **argv)
{
	bool			 json = false;
	const struct flag	 table[] = {
		FLAG_B("json", &json, "as JSON"),
		FLAG_LAST
	};
	const struct flags	 f = { "version", "",
	    "Prints name, version, commit and compiler.", 0, table };
	struct buf		 b = BUF_INIT(4096);
	struct jsonw		 w;
	int			 n, code;

	(void)c;
	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (json) {
		jsonw_init(&w, &b, JSONW_INDENT);
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "name", PACKAGE_NAME);
		jsonw_str(&w, "version", PACKAGE_VERSION);
		jsonw_str(&w, "commit", BUILD_COMMIT);
		jsonw_str(&w, "build_date", BUILD_DATE);
		jsonw_str(&w, "compiler", __VERSION__);
		jsonw_end(&w);
		buf_addc(&b, '\n');
	} else {
		buf_addf(&b, "%s %s\ncommit %s of %s\ncompiler %s\n",
		    PACKAGE_NAME, PACKAGE_VERSION, BUILD_COMMIT, BUILD_DATE,
		    __VERSION__);
	}
	code = cli_print(&b);
	buf_clear(&b);
	return code;
}
