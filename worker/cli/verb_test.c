/* bpfcompat test: an object, or a command, on the kernels of a matrix. */
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/test_run.h"

static bool
parse(struct conf *c, struct test_options *o, int argc, char **argv, int *code)
{
	const struct flag	 table[] = {
		FLAG_S("artifact", &o->artifact, "FILE", "BPF object to test"),
		FLAG_S("source", &o->source, "FILE", "C source to compile and "
		    "test instead, in a sandbox"),
		FLAG_S("clang-flags", &o->clang_flags, "FLAGS", "for the "
		    "source; only harmless ones, such as -DNAME=1"),
		FLAG_S("matrix", &o->matrix, "MATRIX", "a matrix file, or the "
		    "name of one that is installed, such as mvp"),
		FLAG_B("quick", &o->quick, "the matrix \"quick\": one old and "
		    "the newest kernel, the fastest useful answer"),
		FLAG_S("manifest", &o->manifest, "FILE", "what the project "
		    "knows of its object: bpfcompat-manifest(5)"),
		FLAG_S("validation-mode", &o->mode, "MODE", "load_only, "
		    "load_attach or behavior; without it the manifest "
		    "decides"),
		FLAG_B("require-attach", &o->require_attach, "every program "
		    "has to attach; without it a failure to attach is a "
		    "warning"),
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
		FLAG_S("artifact-uri", &o->uri, "URI", "for the history"),
		FLAG_B("json", &o->json, "print the report itself on standard "
		    "output"),
		FLAG_B("keep-vm-on-failure", &o->keep_vm, "accepted for "
		    "scripts: evidence is always kept, VMs never are"),
		REMOTE_FLAGS(&o->remote),
		FLAG_S("runner", &o->runner, "NAME", "only \"vm\""),
		FLAG_S("command", &o->command, "COMMAND", "run this in each "
		    "guest instead; its exit code is the verdict"),
		FLAG_S("command-binary", &o->files, "FILE,...", "programs and "
		    "libraries to ship for it"),
		FLAG_N("command-expect-exit", &o->expect_exit, 0, 255, "CODE",
		    "the exit code that passes (0)"),
		FLAG_D("command-timeout", &o->command_timeout, 1000, 3600000,
		    "time the command may take (1m)"),
		FLAG_N("disk-resize", &o->disk_resize, 0, 1024, "GIB", "not "
		    "supported by this version"),
		FLAG_LAST
	};
	const struct flags	 f = { "test", "", "Boots the kernels of a "
	    "matrix and asks each whether the object loads and\nattaches.  "
	    "Exit code: 0 every required kernel takes it, 2 one refuses it,\n"
	    "1 could not tell.", 0, table };
	int			 n;

	return flags_parse(&f, argc, argv, &n, code);
}

int
verb_test(struct conf *c, int argc, char **argv)
{
	struct test_options	 o;
	int			 code;

	test_defaults(&o, c, "test");
	return parse(c, &o, argc, argv, &code) ? test_run(c, &o) : code;
}
