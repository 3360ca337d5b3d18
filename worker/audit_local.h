/* What is done at the command line of the server itself, in the audit. */
#ifndef WORKER_AUDIT_LOCAL_H
#define WORKER_AUDIT_LOCAL_H

#include <stddef.h>

#include "store/store_audit.h"

#define AUDIT_LOCAL_SIZE	128

/* Who runs this program: "local:" and the name of its user. */
void		 audit_local_actor(char [static AUDIT_LOCAL_SIZE]);
/*
 * Appends within the caller's write transaction what was done and succeeded;
 * actor, status and kind of identity are filled in.
 */
enum err	 audit_local_in(struct db *, struct audit_event *);

#endif /* !WORKER_AUDIT_LOCAL_H */
