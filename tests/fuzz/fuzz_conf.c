/*
 * The environment: each line NAME=VALUE of the input is set, whatever it
 * says, and read.  What is accepted can be printed.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>

#include "base/conf.h"
#include "base/json_in.h"

#define TEXT_MAX	(4 * 1024 * 1024)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 b = BUF_INIT(TEXT_MAX);
	char		*text = fuzz_string(p, len), *rest = text, *line;
	struct diag	 d = DIAG_INIT;
	struct jval	*doc = NULL;
	struct conf	 c;

	clearenv();
	while ((line = strsep(&rest, "\n")) != NULL) {
		char	*eq = strchr(line, '=');

		if (eq == NULL || eq == line ||
		    strncmp(line, "BPFCOMPAT_", 10) != 0)
			continue;
		*eq = '\0';
		setenv(line, eq + 1, 1);
	}
	if (conf_load(&c, &d) == ERR_OK) {
		MUST(conf_print(&c, CONF_JSON, &b) == ERR_OK);
		MUST(jval_parse(buf_str(&b), b.len, &doc, &d) == ERR_OK);
		MUST(jval_len(doc) > 0);
	} else {
		MUST(d.field[0] != '\0' && d.msg[0] != '\0');
	}
	jval_free(doc);
	buf_clear(&b);
	free(text);
	return 0;
}
