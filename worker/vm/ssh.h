/*
 * One SSH connection to one guest, over libssh and never blocking: every
 * wait goes through vm_wait(), so that a dying guest, a request to stop and
 * the deadline end it at once.
 */
#ifndef VM_SSH_H
#define VM_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "worker/vm/sshkey.h"
#include "worker/vm/vm.h"

struct sshc;
struct sshc_cmd;

/*
 * Connects, checks the host key against "keys", logs in as root.
 * Errors, of all calls: those of vm_wait(), ERR_UNAUTH when the host key or
 * the login is refused, ERR_IO when the connection is lost, ERR_PROTO.
 */
enum err	 sshc_open(struct vm *, const struct sshkeys *,
		    int64_t deadline, struct sshc **, struct diag *);
void		 sshc_free(struct sshc *);

/*
 * A command being run.  Its output goes to the callbacks while sshc_step()
 * or sshc_finish() work; they return other than ERR_OK to break off.
 */
struct	sshc_sink {
	enum err	(*out)(void *, const void *, size_t);
	enum err	(*err)(void *, const void *, size_t);
	void		*arg;
};

enum err	 sshc_exec(struct sshc *, const char *command,
		    const struct sshc_sink *, int64_t deadline,
		    struct sshc_cmd **, struct diag *);
/* Sends all of it to the command's standard input. */
enum err	 sshc_send(struct sshc_cmd *, const void *, size_t,
		    int64_t deadline, struct diag *);
enum err	 sshc_send_eof(struct sshc_cmd *, int64_t deadline,
		    struct diag *);
/*
 * Moves what there is to move and waits once for more.  *done: the command
 * has ended and all its output was delivered.
 */
enum err	 sshc_step(struct sshc_cmd *, int64_t deadline, bool *done,
		    struct diag *);
/* Steps until done. */
enum err	 sshc_finish(struct sshc_cmd *, int64_t deadline,
		    struct diag *);
/* Delivers what came before the guest died, without waiting. */
void		 sshc_drain(struct sshc_cmd *);
/* Exit code; 128 and more: ended by a signal; -1: not known. */
int		 sshc_exit_code(const struct sshc_cmd *);
void		 sshc_cmd_free(struct sshc_cmd *);

#endif /* !VM_SSH_H */
