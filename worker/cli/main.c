/* The command line: one row per verb, everything else is in verb_X.c. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "worker/cli/cli.h"
#include "worker/cli/verb_completion.h"

static const struct verb verbs[] = {
	{ "test", "test an object on the kernels of a matrix", verb_test },
	{ "test-command", "run a loader of your own on those kernels",
	    verb_test_command },
	{ "suite", "test a project's objects and loaders as one gate",
	    verb_suite },
	{ "report", "a report in another form: JUnit, SARIF, HTML, ...",
	    verb_report },
	{ "report-summary", "the form for a CI job's summary page",
	    verb_report_summary },
	{ "inspect", "tell what an object is and needs, without booting",
	    verb_inspect },
	{ "serve", "run the web page, the API and the worker", verb_serve },
	{ "kernels", "fetch, list, verify and prune kernels", verb_kernels },
	{ "history", "list and verify the signed records of runs",
	    verb_history },
	{ "compare", "two runs: what changed, and may it be shipped",
	    verb_compare },
	{ "registry", "projects and versions of the tenant registry",
	    verb_registry },
	{ "runtime", "from evidence to a program in this host's kernel",
	    verb_runtime },
	{ "admin", "registry tokens, published files, audit", verb_admin },
	{ "env", "environment variables, with the values in force", verb_env },
	{ "completion", "completion of the line for bash and zsh",
	    verb_completion },
	{ "version", "version of this program", verb_version },
	{ NULL, NULL, NULL },
};

static const char about[] =
    "Will a BPF object load, attach and behave on the kernels you care\n"
    "about?  bpfcompat boots them and asks.";

int
main(int argc, char **argv)
{
	static char	 version[] = "version";
	struct conf	 conf;
	struct diag	 d = DIAG_INIT;

	if (argc > 1 && (strcmp(argv[1], "--version") == 0 ||
	    strcmp(argv[1], "-version") == 0))
		argv[1] = version;
	if (conf_load(&conf, &d) != ERR_OK) {
		fprintf(stderr, "bpfcompat: %s\n", diag_text(&d));
		return CLI_ERROR;
	}
	log_open("bpfcompat", (enum log_level)log_level_parse(conf.log_level));
	if (argc > 1 && strcmp(argv[1], COMPLETE_VERB) == 0)
		return cli_complete(verbs, &conf, argc, argv);
	return cli_dispatch(verbs, "bpfcompat", about, &conf, argc, argv);
}
