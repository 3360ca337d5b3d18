/* bpfcompat runtime: from evidence to a program in this host's kernel. */
#include "worker/cli/verb_runtime.h"

#include "worker/cli/cli.h"

static const struct verb verbs[] = {
	{ "probe", "what this host's kernel has, and how that was learnt",
	    runtime_probe_verb },
	{ "select", "which recorded version this host may load, and why",
	    runtime_select_verb },
	{ "list", "what is loaded here, as the kernel tells it",
	    runtime_list_verb },
	{ "status", "one load, link by link", runtime_status_verb },
	{ "detach", "take a load out of the kernel", runtime_detach_verb },
	{ "worker-execute", "the loader itself; the API and the agent start "
	    "it", runtime_worker_verb },
	{ NULL, NULL, NULL },
};

int
verb_runtime(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat runtime", "From evidence to a "
	    "program in this host's kernel.", c, argc, argv);
}
