/* Parts of bpfcompat-init, the guest's first process. */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#include <stdbool.h>

/* One line on the console, with the program's name before it. */
void	 init_say(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/* init_setup.c.  What fails is said and survived. */
void	 setup_mounts(void);
/* Loads what /etc/modules.boot lists, one path a line, in order. */
void	 setup_modules(void);
/* Loopback and the first ethernet interface; false: there is none. */
bool	 setup_network(void);
/* Is NAME=VALUE on the kernel's command line? */
bool	 setup_param(const char *word);

/*
 * init_serial.c: carries bytes between the virtio-serial port of our name
 * and the SSH server on the loopback, for ever; runs in its own process.
 */
void	 serial_run(void) __attribute__((noreturn));

#define SSH_PORT	22

#endif /* !GUEST_INIT_H */
