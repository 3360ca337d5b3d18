#include "worker/vm/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"

#define LOOKS		5
/* Between two looks; anything the guest says ends the wait. */
#define PAUSE_MS	100
#define MONITOR_MS	1000
#define FLAG_INTERRUPTS	0x200	/* of RFLAGS */

#define REGISTERS	"{\"execute\":\"human-monitor-command\","	\
			"\"arguments\":{\"command-line\":"		\
			"\"info registers\"}}\n"

enum look
look_parse(const char *text)
{
	const char	*flags = strstr(text, "RFL="), *cpl, *hlt;

	if (flags == NULL || (cpl = strstr(flags, "CPL=")) == NULL ||
	    (hlt = strstr(cpl, "HLT=")) == NULL)
		return LOOK_UNKNOWN;
	if (hlt[4] == '1')
		return LOOK_IDLE;
	return cpl[4] == '0' && (strtoul(flags + 4, NULL, 16) &
	    FLAG_INTERRUPTS) == 0 ? LOOK_NO_INTERRUPTS : LOOK_OTHER;
}

void
look_at_cpu(struct vm *v, char *out, size_t size)
{
	enum look	 first = LOOK_UNKNOWN, now;
	enum err	 e;

	out[0] = '\0';
	for (int i = 0; i < LOOKS; i++) {
		if (vm_monitor(v, REGISTERS, -1, time_mono_ms() + MONITOR_MS,
		    NULL) != ERR_OK)
			return;
		now = look_parse(vm_reply(v));
		if (i > 0 && now != first)
			return;
		first = now;
		e = vm_wait(v, -1, 0, time_mono_ms() + PAUSE_MS, NULL);
		if (e != ERR_OK && e != ERR_TIMEOUT)
			return;
	}
	if (first == LOOK_IDLE)
		snprintf(out, size, "; its CPU is idle");
	else if (first == LOOK_NO_INTERRUPTS)
		snprintf(out, size, "; its CPU was in the kernel with "
		    "interrupts off each of the %d times it was looked at",
		    LOOKS);
}
