/*
 * A function and a USDT note that user-space probes of test objects attach
 * to: every guest has this program, as /bin/bpfcompat-validator, while
 * busybox comes without symbols.
 *
 * The note is what <sys/sdt.h> would write for a probe without arguments,
 * bpfcompat:landmark, but for the base address: this program is not moved
 * when it is loaded.
 */
#include "landmark.h"

#if defined(__x86_64__)
int
bpfcompat_landmark(int n)
{
	__asm__ volatile(
	    "990:	nop\n"
	    "	.pushsection .note.stapsdt, \"\", @note\n"
	    "	.balign 4\n"
	    "	.4byte 992f - 991f, 995f - 993f, 3\n"
	    "991:	.asciz \"stapsdt\"\n"
	    "992:	.balign 4\n"
	    "993:	.8byte 990b, 0, 0\n"
	    "	.asciz \"bpfcompat\"\n"
	    "	.asciz \"landmark\"\n"
	    "	.asciz \"\"\n"
	    "995:	.balign 4\n"
	    "	.popsection\n");
	return n + 1;
}
#else
int
bpfcompat_landmark(int n)
{
	return n + 1;
}
#endif
