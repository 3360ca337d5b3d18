/* bpfcompat kernels: fetch, list, verify, prune. */
#include <stddef.h>

#include "worker/cli/cli.h"

static const struct verb verbs[] = {
	{ NULL, NULL, NULL },
};

int
verb_kernels(struct conf *c, int argc, char **argv)
{
	return cli_dispatch(verbs, "bpfcompat kernels",
	    "Provisioning of the kernels that guests boot.", c, argc, argv);
}
