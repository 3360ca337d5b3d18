#include "helpers.h"

#include <linux/bpf.h>

#define NAME(name, id, ...)	[id] = "bpf_" #name,

static const char *const names[] = {
	___BPF_FUNC_MAPPER(NAME)
};

const char *
helper_name(uint32_t id)
{
	if (id == 0 || id >= helper_end() || names[id] == 0)
		return "";
	return names[id];
}

uint32_t
helper_end(void)
{
	return sizeof(names) / sizeof(names[0]);
}
