/* A manifest that is accepted makes a plan of known lines only. */
#include "tests/fuzz/fuzz.h"

#include "domain/expect.h"
#include "domain/manifest.h"

static const char *const begins[] = { "functional_plan.v0.2", "option=--",
	"BEGIN", "END", "name=", "command=", "required=", "timeout_seconds=",
	"expect_exit_code=", "expect_stdout_contains=",
	"expect_stderr_contains=" };

static bool
line_known(const char *line)
{
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf		 b = BUF_INIT(1024 * 1024);
	struct manifest		 m;
	struct expect_seen	 s = { "debian-12-6.1", "6.1.0", true, true,
				    "UNKNOWN", true, NULL, 0 };
	struct expect_result	 r;
	struct diag		 d = DIAG_INIT;
	char			*text, *line;

	if (manifest_parse("m", (const char *)p, len, NULL, &m, &d) !=
	    ERR_OK) {
		MUST(d.msg[0] != '\0');
		return 0;
	}
	MUST(manifest_plan(&m, "", &b) == ERR_OK);
	text = b.data;
	while (text != NULL && (line = strsep(&text, "\n")) != NULL)
		MUST(line[0] == '\0' || line_known(line));
	expect_judge(&m, &s, &r);
	MUST(r.met ? !r.blocks : true);
	buf_clear(&b);
	manifest_clear(&m);
	return 0;
}
