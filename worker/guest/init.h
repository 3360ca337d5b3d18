/* Parts of bpfcompat-init, the guest's first process. */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#include <stdbool.h>

#include <sys/signalfd.h>
#include <sys/types.h>

/* One line on the console, with the program's name before it. */
void	 init_say(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

/* init_setup.c.  What fails is said and survived. */
void	 setup_mounts(void);
/* Loads what /etc/modules.boot lists, one path a line, in order. */
void	 setup_modules(void);
/* Loopback and the first ethernet interface; false: there is none. */
bool	 setup_network(void);
/* Is this word on the kernel's command line? */
bool	 setup_param(const char *word);
/* Is there a virtio-serial device, so that ports may be announced? */
bool	 setup_has_ports(void);

/* init_env.c: the environment of a variant (wire.h). */
void	 setup_environment(void);

/* init_server.c: the SSH server. */
#define SSH_PORT	22
#define SERVER_PID_FILE	"/run/dropbear.pid"
#define SERVER_KEY	"/etc/dropbear/dropbear_ed25519_host_key"
/* There once a server of the control port's has taken the place. */
#define SERVER_REPLACED	"/run/dropbear.replaced"
#define STANDBY_KEY	"/run/dropbear.key"

/* Becomes the server, with the host key in this file. */
void	 server_exec(const char *key) __attribute__((noreturn));
/* An inotify descriptor, to be made before the server is started. */
int	 server_watch(void);
/*
 * Until the server listens.  "sigs", if not NULL, are blocked signals that
 * tell of children; false when "pid" is among the dead.
 */
bool	 server_wait(int watch, const sigset_t *sigs, pid_t pid);
/* Of the one that listens; -1: none. */
pid_t	 server_pid(void);

/* init_port.c: a virtio-serial port. */
struct	port {
	int	 fd;	/* non-blocking */
	int	 sig;	/* signalfd for SIGIO */
};

/* Waits for the port of this name to be announced; false: it never can. */
bool	 port_open(const char *name, struct port *);
/* Until the host is connected. */
void	 port_wait_host(const struct port *);

/*
 * init_serial.c: carries bytes between the virtio-serial port of our name
 * and the SSH server on the loopback, for ever; runs in its own process.
 */
void	 serial_run(void) __attribute__((noreturn));

/* A server that has all but its key. */
struct	standby {
	pid_t	 pid;	/* -1: none */
	int	 key_fd; /* where the key is written to */
};

/*
 * init_ctl.c: obeys the control port, for ever; runs in its own process.
 * Writes one byte to "ready_fd" (unless -1) when it listens.  "warm": has
 * a second server waiting.
 */
void	 ctl_run(int ready_fd, bool warm) __attribute__((noreturn));

#endif /* !GUEST_INIT_H */
