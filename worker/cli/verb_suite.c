/* bpfcompat suite: the objects of a project on the kernels of its users. */
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/suite_run.h"

int
verb_suite(struct conf *c, int argc, char **argv)
{
	struct suite_options	 o = { .file = "", .out = "", .markdown = "",
				    .baseline = "", .workdir = "",
				    .cases = "" };
	const struct flag	 table[] = {
		FLAG_S("suite", &o.file, "FILE", "the suite; also as a word "
		    "without a flag"),
		FLAG_S("out", &o.out, "FILE", "where to put the JSON report"),
		FLAG_S("markdown", &o.markdown, "FILE", "where to put the "
		    "Markdown report"),
		OUTPUT_FLAGS(&o.outputs),
		FLAG_S("baseline", &o.baseline, "FILE", "an earlier JSON "
		    "report of the suite: only failures that are new block"),
		FLAG_S("case", &o.cases, "NAME,...", "only these cases"),
		FLAG_B("stop-on-failure", &o.stop, "end the suite with the "
		    "first case that does not pass"),
		FLAG_B("resume", &o.resume, "go on with a suite that was "
		    "interrupted: cases whose inputs are the same keep what "
		    "they have"),
		FLAG_N("concurrency", &o.concurrency, 0, 256, "N", "virtual "
		    "machines at the same time; 0: as the suite says"),
		FLAG_D("timeout", &o.timeout, 1000, 86400000, "time each "
		    "target may take, whatever the suite says"),
		FLAG_B("fresh-boot", &o.fresh, "boot every VM anew, without "
		    "templates"),
		FLAG_B("no-fetch", &o.no_fetch, "do not fetch missing "
		    "kernels first"),
		FLAG_B("check", &o.check, "only check the suite and what it "
		    "names, and show its cases"),
		FLAG_S("workdir", &o.workdir, "DIR", "folder for the "
		    "database, runs and kernels"),
		FLAG_B("json", &o.json, "print the report itself on standard "
		    "output"),
		FLAG_LAST
	};
	const struct flags	 f = { "suite", "[FILE]", "Tests the objects "
	    "and loaders of a suite, bpfcompat-suite(5), on their kernels.\n"
	    "Exit code: 0 every case passes, 2 one fails, 1 one could not be "
	    "told.", 1, table };
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	if (n == 1 && o.file[0] != '\0') {
		diag_set(&d, ERR_INVAL, "suite", "the suite is named twice: "
		    "%s and %s", o.file, argv[0]);
		return cli_error("suite", o.json, &d);
	}
	if (n == 1)
		o.file = argv[0];
	if (o.file[0] == '\0') {
		diag_set(&d, ERR_INVAL, "suite", "name the suite: bpfcompat "
		    "suite FILE");
		return cli_error("suite", o.json, &d);
	}
	return suite_run(c, &o);
}
