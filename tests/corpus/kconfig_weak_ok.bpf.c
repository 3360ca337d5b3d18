/* Asks for a configuration value no kernel has. */
#include "corpus.h"

extern int	CONFIG_NO_SUCH_OPTION __kconfig __weak;

SEC("raw_tp/sched_switch")
int
kconfig_weak_ok(void *ctx)
{
	return CONFIG_NO_SUCH_OPTION == 1;
}

LICENSE("GPL");
