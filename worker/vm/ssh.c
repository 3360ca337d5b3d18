#include "worker/vm/ssh.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

/* Key exchange and ciphers that are cheap without hardware help. */
#define SSH_KEX		"curve25519-sha256"
#define SSH_CIPHER	"chacha20-poly1305@openssh.com"
#define SSH_KEYALG	"ssh-ed25519"
/* How much is given to libssh before it must have left. */
#define SEND_PIECE	(32 * 1024)

struct	sshc {
	struct vm	*vm;
	ssh_session	 s;
	ssh_event	 ev;
	int		 fd;
};

struct	sshc_cmd {
	struct sshc	*c;
	ssh_channel	 ch;
	struct ssh_channel_callbacks_struct cb;
	struct sshc_sink sink;
	int		 code;
	bool		 closed;
	bool		 has_code;
	bool		 moved;		/* data came since deliver() began */
	enum err	 sink_err;
};

/* Waits for the socket as libssh needs it next. */
static enum err
wait_io(struct sshc *c, int64_t deadline)
{
	int	 flags = ssh_get_poll_flags(c->s);
	short	 events = POLLIN, re;

	if (flags & SSH_WRITE_PENDING)
		events |= POLLOUT;
	return vm_wait(c->vm, c->fd, events, deadline, &re);
}

static enum err
failed(struct sshc *c, struct diag *d, const char *what)
{
	return diag_set(d, ERR_PROTO, NULL, "SSH to the guest: %s: %s", what,
	    ssh_get_error(c->s));
}

/* The guest or its SSH server is gone, or the bytes are not SSH. */
static enum err
lost(struct sshc *c, struct diag *d)
{
	failed(c, d, "connection lost");
	return ERR_IO;
}

static enum err
waiting(struct diag *d, enum err e, const char *what)
{
	return diag_set(d, e, NULL, "SSH to the guest: %s: %s", what,
	    err_text(e));
}

static enum err
set_options(struct sshc *c)
{
	bool	 no = false;
	const struct {
		enum ssh_options_e	 opt;
		const void		*val;
	} opts[] = {
		{ SSH_OPTIONS_PROCESS_CONFIG,	&no },
		{ SSH_OPTIONS_HOST,		"guest" },
		{ SSH_OPTIONS_USER,		"root" },
		{ SSH_OPTIONS_FD,		&c->fd },
		{ SSH_OPTIONS_KEY_EXCHANGE,	SSH_KEX },
		{ SSH_OPTIONS_HOSTKEYS,		SSH_KEYALG },
		{ SSH_OPTIONS_CIPHERS_C_S,	SSH_CIPHER },
		{ SSH_OPTIONS_CIPHERS_S_C,	SSH_CIPHER },
		{ SSH_OPTIONS_COMPRESSION,	"no" },
	};

	for (size_t i = 0; i < sizeof(opts) / sizeof(opts[0]); i++)
		if (ssh_options_set(c->s, opts[i].opt, opts[i].val) != SSH_OK)
			return ERR_INTERNAL;
	ssh_set_blocking(c->s, 0);
	return ERR_OK;
}

static enum err
connect_it(struct sshc *c, int64_t deadline, struct diag *d)
{
	enum err	 e;
	int		 r;

	while ((r = ssh_connect(c->s)) == SSH_AGAIN)
		if ((e = wait_io(c, deadline)) != ERR_OK)
			return waiting(d, e, "no connection");
	return r == SSH_OK ? ERR_OK : failed(c, d, "no connection");
}

static enum err
check_host(struct sshc *c, const struct sshkeys *k, struct diag *d)
{
	ssh_key	 key = NULL;
	bool	 same;

	if (ssh_get_server_publickey(c->s, &key) != SSH_OK)
		return failed(c, d, "no host key");
	same = ssh_key_cmp(key, k->host, SSH_KEY_CMP_PUBLIC) == 0;
	ssh_key_free(key);
	return same ? ERR_OK : diag_set(d, ERR_UNAUTH, NULL,
	    "what answers on the guest's port is not the guest");
}

static enum err
login(struct sshc *c, const struct sshkeys *k, int64_t deadline,
    struct diag *d)
{
	enum err	 e;
	int		 r;

	while ((r = ssh_userauth_publickey(c->s, NULL, k->user)) ==
	    SSH_AUTH_AGAIN)
		if ((e = wait_io(c, deadline)) != ERR_OK)
			return waiting(d, e, "no login");
	if (r == SSH_AUTH_SUCCESS)
		return ERR_OK;
	failed(c, d, "login refused");
	return ERR_UNAUTH;
}

enum err
sshc_open(struct vm *vm, const struct sshkeys *k, int64_t deadline,
    struct sshc **out, struct diag *d)
{
	struct sshc	*c = calloc(1, sizeof(*c));
	enum err	 e;

	if (c == NULL)
		return ERR_NOMEM;
	c->vm = vm;
	c->fd = -1;
	if ((c->s = ssh_new()) == NULL)
		e = ERR_NOMEM;
	else
		e = vm_ssh_connect(vm, &c->fd, d);
	if (e == ERR_OK && (e = set_options(c)) != ERR_OK)
		diag_set(d, e, NULL, "this libssh lacks what the guest needs");
	if (e != ERR_OK && c->fd != -1) {
		close(c->fd);
		c->fd = -1;
	}
	/* From here on the descriptor is libssh's. */
	if (e == ERR_OK && (e = connect_it(c, deadline, d)) == ERR_OK &&
	    (e = check_host(c, k, d)) == ERR_OK)
		e = login(c, k, deadline, d);
	if (e == ERR_OK && ((c->ev = ssh_event_new()) == NULL ||
	    ssh_event_add_session(c->ev, c->s) != SSH_OK))
		e = ERR_NOMEM;
	if (e != ERR_OK) {
		sshc_free(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

void
sshc_free(struct sshc *c)
{
	if (c == NULL)
		return;
	if (c->ev != NULL) {
		ssh_event_remove_session(c->ev, c->s);
		ssh_event_free(c->ev);
	}
	/* No farewell: the guest is thrown away, and might not listen. */
	if (c->s != NULL) {
		ssh_silent_disconnect(c->s);
		ssh_free(c->s);
	}
	free(c);
}

/* --- commands ------------------------------------------------------------ */

/*
 * Data is handed on the moment libssh takes it in.  To ask the channel for
 * it, one stream after the other, would lose wake-ups: asking for one takes
 * in data of the other, and then nothing more arrives to wake a poll.
 */
static int
on_data(ssh_session s, ssh_channel ch, void *data, uint32_t len,
    int is_stderr, void *arg)
{
	struct sshc_cmd	*cmd = arg;
	enum err	 e;

	(void)s;
	(void)ch;
	e = is_stderr ? cmd->sink.err(cmd->sink.arg, data, len) :
	    cmd->sink.out(cmd->sink.arg, data, len);
	if (cmd->sink_err == ERR_OK)
		cmd->sink_err = e;
	cmd->moved = true;
	return (int)len;
}

static void
on_exit_status(ssh_session s, ssh_channel ch, int code, void *arg)
{
	struct sshc_cmd	*cmd = arg;

	(void)s;
	(void)ch;
	cmd->code = code;
	cmd->has_code = true;
}

static void
on_exit_signal(ssh_session s, ssh_channel ch, const char *name, int core,
    const char *msg, const char *lang, void *arg)
{
	struct sshc_cmd	*cmd = arg;
	static const struct { const char *name; int no; } sigs[] = {
		{ "KILL", 9 }, { "SEGV", 11 }, { "ABRT", 6 }, { "TERM", 15 },
		{ "BUS", 7 }, { "ILL", 4 }, { "FPE", 8 }, { "PIPE", 13 },
	};

	(void)s;
	(void)ch;
	(void)core;
	(void)msg;
	(void)lang;
	cmd->code = 128;
	cmd->has_code = true;
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
		if (name != NULL && strcmp(name, sigs[i].name) == 0)
			cmd->code = 128 + sigs[i].no;
}

/*
 * dropbear closes a channel that has no process yet when anything else wakes
 * it, such as the end of another command; libssh sets no error then.
 */
static enum err
refused(struct sshc_cmd *cmd, struct diag *d, const char *what)
{
	if (ssh_channel_is_closed(cmd->ch))
		return diag_set(d, ERR_PROTO, NULL, "SSH to the guest: %s: "
		    "the server closed the channel", what);
	return failed(cmd->c, d, what);
}

static enum err
open_channel(struct sshc_cmd *cmd, const char *command, int64_t deadline,
    struct diag *d)
{
	struct sshc	*c = cmd->c;
	enum err	 e;
	int		 r;

	while ((r = ssh_channel_open_session(cmd->ch)) == SSH_AGAIN)
		if ((e = wait_io(c, deadline)) != ERR_OK)
			return waiting(d, e, "no channel");
	if (r != SSH_OK)
		return refused(cmd, d, "no channel");
	while ((r = ssh_channel_request_exec(cmd->ch, command)) == SSH_AGAIN)
		if ((e = wait_io(c, deadline)) != ERR_OK)
			return waiting(d, e, "command not started");
	return r == SSH_OK ? ERR_OK :
	    refused(cmd, d, "command not started");
}

enum err
sshc_exec(struct sshc *c, const char *command, const struct sshc_sink *sink,
    int64_t deadline, struct sshc_cmd **out, struct diag *d)
{
	struct sshc_cmd	*cmd = calloc(1, sizeof(*cmd));
	enum err	 e;

	if (cmd == NULL)
		return ERR_NOMEM;
	cmd->c = c;
	cmd->sink = *sink;
	cmd->code = -1;
	if ((cmd->ch = ssh_channel_new(c->s)) == NULL) {
		free(cmd);
		return ERR_NOMEM;
	}
	cmd->cb.userdata = cmd;
	cmd->cb.channel_data_function = on_data;
	cmd->cb.channel_exit_status_function = on_exit_status;
	cmd->cb.channel_exit_signal_function = on_exit_signal;
	ssh_callbacks_init(&cmd->cb);
	ssh_set_channel_callbacks(cmd->ch, &cmd->cb);
	if ((e = open_channel(cmd, command, deadline, d)) != ERR_OK) {
		sshc_cmd_free(cmd);
		return e;
	}
	*out = cmd;
	return ERR_OK;
}

void
sshc_cmd_free(struct sshc_cmd *cmd)
{
	if (cmd == NULL)
		return;
	ssh_remove_channel_callbacks(cmd->ch, &cmd->cb);
	ssh_channel_free(cmd->ch);
	free(cmd);
}

/*
 * Delivers what has arrived; *moved when there was anything.  Takes in and
 * sends out what the socket allows.
 */
static enum err
deliver(struct sshc_cmd *cmd, bool *moved, struct diag *d)
{
	if (ssh_event_dopoll(cmd->c->ev, 0) == SSH_ERROR)
		return lost(cmd->c, d);
	*moved = cmd->moved;
	cmd->moved = false;
	return cmd->sink_err;
}

enum err
sshc_step(struct sshc_cmd *cmd, int64_t deadline, bool *done, struct diag *d)
{
	bool		 moved = false;
	enum err	 e = deliver(cmd, &moved, d);

	*done = false;
	if (e != ERR_OK || moved)
		return e;
	if (ssh_channel_is_closed(cmd->ch) ||
	    (ssh_channel_is_eof(cmd->ch) && cmd->has_code)) {
		*done = true;
		return ERR_OK;
	}
	if (!ssh_is_connected(cmd->c->s))
		return lost(cmd->c, d);
	if ((e = wait_io(cmd->c, deadline)) != ERR_OK)
		return waiting(d, e, "command not finished");
	return ERR_OK;
}

void
sshc_drain(struct sshc_cmd *cmd)
{
	bool	 moved;

	do {
		moved = false;
	} while (deliver(cmd, &moved, NULL) == ERR_OK && moved);
}

enum err
sshc_finish(struct sshc_cmd *cmd, int64_t deadline, struct diag *d)
{
	bool		 done = false;
	enum err	 e = ERR_OK;

	while (!done && e == ERR_OK)
		e = sshc_step(cmd, deadline, &done, d);
	return e;
}

/* One piece at a time, or libssh would hold all of it. */
static bool
can_send(const struct sshc_cmd *cmd)
{
	return !(ssh_get_poll_flags(cmd->c->s) & SSH_WRITE_PENDING) &&
	    ssh_channel_window_size(cmd->ch) > 0;
}

enum err
sshc_send(struct sshc_cmd *cmd, const void *data, size_t len,
    int64_t deadline, struct diag *d)
{
	const char	*p = data;
	bool		 moved = false, tried;
	enum err	 e;
	int		 n;

	while (len > 0) {
		n = 0;
		if ((tried = can_send(cmd)))
			n = ssh_channel_write(cmd->ch, p, (uint32_t)(len <
			    SEND_PIECE ? len : SEND_PIECE));
		if (n == SSH_ERROR)
			return lost(cmd->c, d);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
		/* Also takes in window updates and flushes. */
		if ((e = deliver(cmd, &moved, d)) != ERR_OK)
			return e;
		if (ssh_channel_is_closed(cmd->ch) ||
		    ssh_channel_is_eof(cmd->ch))
			return diag_set(d, ERR_PROTO, NULL,
			    "the guest's program stopped reading");
		/* What was in the way may be gone since: do not wait then. */
		if (len > 0 && n <= 0 && (tried || !can_send(cmd)) &&
		    (e = wait_io(cmd->c, deadline)) != ERR_OK)
			return waiting(d, e, "cannot send");
	}
	return ERR_OK;
}

enum err
sshc_send_eof(struct sshc_cmd *cmd, int64_t deadline, struct diag *d)
{
	enum err	 e;
	int		 r;

	while ((r = ssh_channel_send_eof(cmd->ch)) == SSH_AGAIN)
		if ((e = wait_io(cmd->c, deadline)) != ERR_OK)
			return waiting(d, e, "cannot send");
	return r == SSH_OK ? ERR_OK : failed(cmd->c, d, "cannot send");
}

int
sshc_exit_code(const struct sshc_cmd *cmd)
{
	return cmd->code;
}
