/*
 * The QEMU monitor protocol: one JSON object a line.  This file only turns
 * bytes into messages and events into state; vm.c owns the socket.
 */
#ifndef VM_QMP_H
#define VM_QMP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Longest message taken; QEMU's largest answers we ask for are below 8 KiB. */
#define QMP_LINE_MAX	(256 * 1024)
/* Name of the device whose VSERPORT_CHANGE is listened to. */
#define QMP_SSH_PORT	"sshport"

struct	qmp {
	struct buf	 in;
	struct buf	 reply;		/* "return" of the last command */
	bool		 greeted;
	bool		 replied;
	bool		 failed;	/* the reply is an error's text */
	bool		 broken;	/* not QMP; nothing more is read */
	/* What events said. */
	bool		 panicked;	/* GUEST_PANICKED */
	bool		 shutdown;
	bool		 by_guest;	/* SHUTDOWN came from inside */
	char		 reason[32];	/* of SHUTDOWN */
	char		 migration[32];	/* last state of MIGRATION */
	bool		 ssh_closed;	/* the guest closed QMP_SSH_PORT */
};

void		 qmp_init(struct qmp *);
void		 qmp_clear(struct qmp *);
void		 qmp_feed(struct qmp *, const void *, size_t);

/*
 * Host port of the first forward in the text of "info usernet"; 0: none.
 * The monitor has no structured way to ask for it.
 */
int		 qmp_usernet_port(const char *text);

#endif /* !VM_QMP_H */
