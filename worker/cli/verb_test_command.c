/*
 * bpfcompat test-command: a loader of one's own on the kernels of a matrix.
 * Its older spellings of the flags are kept.
 */
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/test_run.h"

static bool
parse(struct conf *c, struct test_options *o, int argc, char **argv,
    int *code)
{
	const struct flag	 table[] = {
		FLAG_S("command", &o->command, "COMMAND", "what is run in "
		    "each guest, by /bin/sh -c (required)"),
		FLAG_S("cmd", &o->command, "COMMAND", "the same"),
		FLAG_S("file", &o->files, "FILE,...", "programs, scripts and "
		    "libraries to ship; the libraries that programs need go "
		    "along by themselves"),
		FLAG_S("bin", &o->files, "FILE,...", "the same"),
		FLAG_N("expect-exit", &o->expect_exit, 0, 255, "CODE",
		    "the exit code that passes (0)"),
		FLAG_D("command-timeout", &o->command_timeout, 1000, 3600000,
		    "time the command may take (1m)"),
		FLAG_S("artifact", &o->artifact, "FILE", "a BPF object for "
		    "the command: its path is in BPFCOMPAT_ARTIFACT"),
		FLAG_S("matrix", &o->matrix, "MATRIX", "a matrix file, or the "
		    "name of one that is installed, such as mvp"),
		FLAG_B("quick", &o->quick, "the matrix \"quick\""),
		FLAG_S("manifest", &o->manifest, "FILE", "only its required "
		    "profiles and expectations count here"),
		FLAG_S("out", &o->out, "FILE", "where to put the JSON report"),
		FLAG_S("markdown", &o->markdown, "FILE", "where to put the "
		    "Markdown report"),
		OUTPUT_FLAGS(&o->outputs),
		FLAG_N("concurrency", &o->concurrency, 1, 256, "N", "targets "
		    "at the same time"),
		FLAG_D("timeout", &o->timeout, 1000, 86400000, "time each "
		    "target may take"),
		FLAG_B("fresh-boot", &o->fresh, "boot every VM anew, without "
		    "templates"),
		FLAG_B("queue", &o->queue, "only queue the job, for a worker "
		    "of this workdir; prints its id"),
		FLAG_B("no-fetch", &o->no_fetch, "do not fetch missing "
		    "kernels first"),
		FLAG_S("workdir", &c->workdir, "DIR", "folder for the "
		    "database, runs and kernels"),
		FLAG_S("artifact-name", &o->name, "NAME", "for the history"),
		FLAG_S("artifact-version", &o->version, "VERSION", "for the "
		    "history"),
		FLAG_S("artifact-variant", &o->variant, "VARIANT", "for the "
		    "history"),
		FLAG_B("json", &o->json, "print the report itself on standard "
		    "output"),
		FLAG_B("keep-vm-on-failure", &o->keep_vm, "accepted for "
		    "scripts: evidence is always kept, VMs never are"),
		FLAG_LAST
	};
	const struct flags	 f = { "test-command", "", "Boots the kernels "
	    "of a matrix and runs a command in each; its exit code is the\n"
	    "verdict.  Exit code: 0 it ends as expected on every required "
	    "kernel, 2 not on one,\n1 could not tell.", 0, table };
	int			 n;

	return flags_parse(&f, argc, argv, &n, code);
}

int
verb_test_command(struct conf *c, int argc, char **argv)
{
	struct test_options	 o;
	struct diag		 d = DIAG_INIT;
	int			 code;

	test_defaults(&o, c, "test-command");
	if (!parse(c, &o, argc, argv, &code))
		return code;
	if (o.command[0] == '\0') {
		diag_set(&d, ERR_INVAL, "command",
		    "--command COMMAND is required");
		return cli_error(o.verb, o.json, &d);
	}
	return test_run(c, &o);
}
