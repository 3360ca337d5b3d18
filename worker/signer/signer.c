#include "worker/signer/signer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json_in.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "domain/history_trust.h"
#include "worker/signer/frame.h"

/* Our signer needs microseconds; a machine may be very busy. */
#define LOCAL_TIMEOUT_MS	10000
/* An envelope is about 300 bytes. */
#define ANSWER_MAX		16384
#define ERRORS_MAX		4096
#define ARGS_MAX		32

struct	signer {
	const struct conf	*conf;
	char			 keydir[PATH_MAX];
	char			 program[PATH_MAX];
	pid_t			 pid;		/* 0: not running */
	int			 fd;		/* -1: not running */
};

enum err
signer_new(const struct conf *c, const char *keydir, struct signer **out,
    struct diag *d)
{
	struct signer	*s = calloc(1, sizeof(*s));
	enum err	 e = ERR_OK;

	*out = NULL;
	if (s == NULL)
		return ERR_NOMEM;
	s->conf = c;
	s->fd = -1;
	snprintf(s->keydir, sizeof(s->keydir), "%s", keydir);
	if (strcmp(c->signing_mode, "external-cmd") != 0)
		e = paths_program(c, "bpfcompat-signer", s->program,
		    sizeof(s->program), d);
	else if (c->signing_cmd[0] == '\0')
		e = diag_set(d, ERR_INVAL, "BPFCOMPAT_SIGNING_EXTERNAL_CMD",
		    "BPFCOMPAT_SIGNING_MODE=external-cmd needs "
		    "BPFCOMPAT_SIGNING_EXTERNAL_CMD");
	if (e != ERR_OK) {
		free(s);
		return e;
	}
	*out = s;
	return ERR_OK;
}

static void
stop(struct signer *s)
{
	if (s->fd != -1)
		close(s->fd);
	if (s->pid > 0)
		proc_stop(s->pid, 1000);
	s->fd = -1;
	s->pid = 0;
}

void
signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	stop(s);
	free(s);
}

static enum err
start(struct signer *s, struct diag *d)
{
	const char *const	 argv[] = { s->program, s->keydir, NULL };
	struct proc_opts	 o = PROC_OPTS_INIT;
	int			 pair[2];
	enum err		 e;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return diag_errno(d, "socketpair");
	o.argv = argv;
	o.in = pair[1];
	o.err = STDERR_FILENO;
	e = proc_spawn(&o, &s->pid, d);
	close(pair[1]);
	if (e != ERR_OK) {
		close(pair[0]);
		s->pid = 0;
		return e;
	}
	s->fd = pair[0];
	return ERR_OK;
}

static enum err
ask_local(struct signer *s, const void *p, size_t len, struct buf *out,
    struct diag *d)
{
	int64_t		 deadline = time_mono_ms() + LOCAL_TIMEOUT_MS;
	enum err	 e;

	if (s->fd == -1 && (e = start(s, d)) != ERR_OK)
		return e;
	if ((e = frame_send(s->fd, p, len, deadline)) == ERR_OK &&
	    (e = frame_recv(s->fd, out, deadline)) == ERR_OK)
		return ERR_OK;
	stop(s);
	return diag_set(d, ERR_UNAVAILABLE, NULL, "the signer process did not "
	    "answer (%s); it is started again for the next record",
	    err_text(e));
}

/* The arguments are split at blanks; there is no quoting and no shell. */
static void
split_args(char *text, const char **argv, size_t max)
{
	char	*save = NULL, *word;
	size_t	 n = 1;

	for (word = strtok_r(text, " \t\r\n", &save); word != NULL &&
	    n + 1 < max; word = strtok_r(NULL, " \t\r\n", &save))
		argv[n++] = word;
	argv[n] = NULL;
}

static enum err
ask_external(struct signer *s, const void *p, size_t len, struct buf *out,
    struct diag *d)
{
	const struct conf	*c = s->conf;
	struct buf		 err = BUF_INIT(ERRORS_MAX);
	const char		*argv[ARGS_MAX] = { c->signing_cmd };
	char			*args = strdup(c->signing_args);
	struct proc_opts	 o = PROC_OPTS_INIT;
	struct diag		 why = DIAG_INIT;
	enum err		 e = ERR_NOMEM;
	int			 code = 0;

	if (args == NULL)
		return e;
	split_args(args, argv, ARGS_MAX);
	o.argv = argv;
	e = proc_run(&o, p, len, out, &err, time_mono_ms() +
	    c->signing_timeout, &code, &why);
	if (e != ERR_OK || code != 0)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "the external signer "
		    "failed: %s, exit code %d%s%.400s", e == ERR_OK ? "it ran" :
		    diag_text(&why), code, err.len > 0 ? ": " : "",
		    buf_str(&err));
	buf_clear(&err);
	free(args);
	return e;
}

static bool
take(const struct jval *doc, const char *key, char *out, size_t size)
{
	const char	*s = jval_get_str(doc, key, "");

	snprintf(out, size, "%s", s);
	return s[0] != '\0' && strlen(s) < size;
}

/* The key that an answer names, checked to be one. */
static enum err
take_key(const struct jval *doc, struct history_seal *seal, struct diag *d)
{
	unsigned char	 pub[ED25519_PUBLIC_LEN];
	const char	*alg = jval_get_str(doc, "signature_alg", ""), *id;

	if (jval_get_str(doc, "error", NULL) != NULL)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the signer "
		    "refuses: %s", jval_get_str(doc, "error", ""));
	if ((alg[0] != '\0' && strcmp(alg, "ed25519") != 0) ||
	    !take(doc, "signature_public_key", seal->public_key,
	    sizeof(seal->public_key)) || b64_exact(seal->public_key,
	    strlen(seal->public_key), pub, sizeof(pub), NULL) != ERR_OK)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the signer's answer "
		    "lacks an ed25519 signature or its public key");
	ed25519_key_id(pub, seal->key_id);
	id = jval_get_str(doc, "signature_key_id", "");
	return id[0] == '\0' || strcmp(id, seal->key_id) == 0 ? ERR_OK :
	    diag_set(d, ERR_UNAVAILABLE, NULL, "the signer's answer names the "
	    "key id %.64s, that of its public key is %s", id, seal->key_id);
}

/* What was signed is checked here, with the key that the answer names. */
static enum err
check(const struct jval *doc, const void *p, size_t len,
    struct history_seal *seal, struct diag *d)
{
	enum err	 e;

	if ((e = take_key(doc, seal, d)) != ERR_OK || len == 0)
		return e;
	if (!take(doc, "signature", seal->signature, sizeof(seal->signature)))
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the signer's answer "
		    "lacks an ed25519 signature or its public key");
	return history_seal_verifies(seal, p, len) ? ERR_OK : diag_set(d,
	    ERR_UNAVAILABLE, NULL, "the signer's signature does not verify");
}

/* "line" is in front of the bytes; see frame.h. */
static enum err
ask(struct signer *s, const char *line, const void *p, size_t len,
    struct history_seal *seal, struct diag *d)
{
	struct buf	 b = BUF_INIT(ANSWER_MAX);
	struct buf	 request = BUF_INIT(HISTORY_LINE_MAX + 128);
	struct jval	*doc = NULL;
	enum err	 e;

	buf_adds(&request, line);
	buf_add(&request, p, len);
	if ((e = buf_err(&request)) == ERR_OK)
		e = signer_is_external(s) ? ask_external(s, p, len, &b, d) :
		    ask_local(s, request.data, request.len, &b, d);
	if (e == ERR_OK && (e = jval_parse(buf_str(&b), b.len, &doc, NULL)) !=
	    ERR_OK)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "the signer's answer "
		    "is no JSON object");
	if (e == ERR_OK)
		e = check(doc, p, len, seal, d);
	jval_free(doc);
	buf_clear(&request);
	buf_clear(&b);
	return e;
}

bool
signer_is_external(const struct signer *s)
{
	return strcmp(s->conf->signing_mode, "external-cmd") == 0;
}

static bool
wanted(const struct history_seal *seal)
{
	return seal->want == NULL || strcmp(seal->want, seal->public_key) ==
	    0;
}

enum err
signer_sign(void *arg, const void *p, size_t len, struct history_seal *seal,
    struct diag *d)
{
	struct signer	*s = arg;
	char		 line[64];
	enum err	 e;

	if ((e = ask(s, "", p, len, seal, d)) != ERR_OK || wanted(seal))
		return e;
	/* The key was changed while this signer was running. */
	if (!signer_is_external(s)) {
		snprintf(line, sizeof(line), "use %s\n", seal->want);
		if ((e = ask(s, line, p, len, seal, d)) != ERR_OK ||
		    wanted(seal))
			return e;
	}
	return diag_set(d, ERR_WRONGSTATE, NULL, "the signer has the key %s, "
	    "which is not the one that signs now; if it was changed on "
	    "purpose, run \"bpfcompat history keys rotate --adopt\"",
	    seal->key_id);
}

enum err
signer_sign_next(void *arg, const void *p, size_t len,
    struct history_seal *seal, struct diag *d)
{
	enum err	 e;

	if ((e = ask(arg, "next\n", p, len, seal, d)) != ERR_OK ||
	    wanted(seal))
		return e;
	return diag_set(d, ERR_WRONGSTATE, NULL, "the key to come was "
	    "changed by somebody else; try again");
}

enum err
signer_use(struct signer *s, const char *pub64, struct diag *d)
{
	struct history_seal	 seal;
	char			 line[64];

	if (signer_is_external(s))
		return ERR_OK;
	snprintf(line, sizeof(line), "use %s\n", pub64);
	return ask(s, line, "", 0, &seal, d);
}
