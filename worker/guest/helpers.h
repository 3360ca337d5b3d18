/* The kernel's helper functions, by the numbers of <linux/bpf.h>. */
#ifndef GUEST_HELPERS_H
#define GUEST_HELPERS_H

#include <stdint.h>

/* "bpf_loop"; "" for a number newer than the headers this is built with. */
const char *helper_name(uint32_t id);
/* One more than the highest number known here. */
uint32_t helper_end(void);

#endif /* !GUEST_HELPERS_H */
