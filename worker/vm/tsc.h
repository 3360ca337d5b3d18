/*
 * How fast this machine's time stamp counter runs.  An emulated x86 guest
 * sees the very same counter, and at its boot it measures it against
 * emulated timers, which are late on a busy host: one kernel ran its clock
 * 128 times too fast.  So it is told (tsc_early_khz=); what the kernel finds
 * out later may differ by one per cent, else it keeps what it was told.
 */
#ifndef VM_TSC_H
#define VM_TSC_H

/*
 * In kHz, rounded to MHz; 0 when it cannot be told.  Measured once per start
 * of this machine and kept in "cache_dir", as it goes into the key of every
 * saved guest.
 */
long	 tsc_khz(const char *cache_dir);

#endif /* !VM_TSC_H */
