/* Needs a configuration value every kernel has, and the version. */
#include "corpus.h"

extern int	CONFIG_HZ __kconfig;
extern int	LINUX_KERNEL_VERSION __kconfig;

SEC("raw_tp/sched_switch")
int
kconfig_ok(void *ctx)
{
	return CONFIG_HZ == LINUX_KERNEL_VERSION;
}

LICENSE("GPL");
