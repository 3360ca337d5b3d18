/* Needs a configuration value no kernel has. */
#include "corpus.h"

extern int	CONFIG_NO_SUCH_OPTION __kconfig;

SEC("raw_tp/sched_switch")
int
kconfig_gone(void *ctx)
{
	return CONFIG_NO_SUCH_OPTION == 1;
}

LICENSE("GPL");
