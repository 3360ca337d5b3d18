/*
 * The keys of one VM: the guest's host key and the one user key it admits.
 * Made in this process, never written to disk by it.
 */
#ifndef VM_SSHKEY_H
#define VM_SSHKEY_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct ssh_key_struct;	/* libssh's */

struct	sshkeys {
	struct ssh_key_struct	*user;
	struct ssh_key_struct	*host;
	struct buf	 host_file;	/* private, as dropbear stores it */
	struct buf	 authorized;	/* an authorized_keys file */
};

enum err	 sshkeys_make(struct sshkeys *, struct diag *);
void		 sshkeys_clear(struct sshkeys *);

/* Out of an unencrypted OpenSSH private key file; for tests. */
enum err	 sshkey_dropbear(const char *pem, struct buf *out);

#endif /* !VM_SSHKEY_H */
