/*
 * A manifest that is accepted makes a plan of known lines only, and the
 * guest takes it without a complaint.
 */
#include "tests/fuzz/fuzz.h"

#include "domain/expect.h"
#include "domain/manifest.h"
#include "worker/guest/args.h"
#include "worker/guest/functional.h"

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

static void
guest_takes(const struct manifest *m, const struct buf *plan)
{
	static const char *const argv[] = { "v", "--wire", NULL };
	struct functional	 f;
	struct args		 a;
	struct diag		 d = DIAG_INIT;

	MUST(args_parse(2, argv, &a, &d) == ERR_OK);
	MUST(args_plan(&a, buf_str(plan), plan->len, &d) == ERR_OK);
	MUST(a.nfixups == m->nmaps && a.ngroups == m->ngroups &&
	    a.ncompanions == m->ncompanions && a.noverrides == m->ntypes);
	MUST(functional_parse(&f, buf_str(plan), plan->len) == ERR_OK);
	MUST(f.n == m->ntests && f.status != FUNC_FAIL);
	for (size_t i = 0; i < f.n; i++)
		MUST(strcmp(f.v[i].command, m->tests[i].command) == 0 &&
		    f.v[i].timeout_s == m->tests[i].timeout_s);
	functional_free(&f);
	args_free(&a);
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
	guest_takes(&m, &b);
	text = b.data;
	while (text != NULL && (line = strsep(&text, "\n")) != NULL)
		MUST(line[0] == '\0' || line_known(line));
	expect_judge(&m, &s, &r);
	MUST(r.met ? !r.blocks : true);
	buf_clear(&b);
	manifest_clear(&m);
	return 0;
}
