/* Takes a configuration value that is a text for a number. */
#include "corpus.h"

extern int	CONFIG_DEFAULT_HOSTNAME __kconfig;

SEC("raw_tp/sched_switch")
int
kconfig_kind(void *ctx)
{
	return CONFIG_DEFAULT_HOSTNAME == 1;
}

LICENSE("GPL");
