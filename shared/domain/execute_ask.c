#include "domain/execute_ask.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"

/* Beside the load itself: starting, sending, hashing, answering. */
#define EXTRA_MS	30000
#define REQUEST_MAX	((size_t)66 * 1024 * 1024)

static enum err
request(const struct execute_ask *a, struct buf *b)
{
	char		 sum[SHA256_HEX_SIZE] = "";
	size_t		 manifest = a->manifest == NULL ? 0 : a->manifest->len;
	struct jsonw	 w;
	enum err	 e;

	if (manifest > 0 && (e = sha256_mem(a->manifest->data, manifest,
	    sum)) != ERR_OK)
		return e;
	jsonw_init(&w, b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", EXECUTE_ASK_SCHEMA);
	jsonw_str(&w, "op", a->op);
	jsonw_str_opt(&w, "load_id", a->load_id);
	jsonw_str_opt(&w, "requested_by", a->requested_by);
	jsonw_str_opt(&w, "approved_by", a->approved_by);
	jsonw_str_opt(&w, "tenant", a->tenant);
	jsonw_str_opt(&w, "project", a->project);
	jsonw_str_opt(&w, "artifact_name", a->name);
	jsonw_str_opt(&w, "artifact_version", a->version);
	jsonw_str_opt(&w, "artifact_variant", a->variant);
	jsonw_str_opt(&w, "run_id", a->run_id);
	jsonw_str_opt(&w, "attach_mode", a->attach_mode);
	if (a->object != NULL) {
		jsonw_bool(&w, "allow_host_load", true);
		jsonw_bool(&w, "dry_run", a->dry_run);
		jsonw_int(&w, "timeout_ms", a->timeout_ms > 0 ?
		    a->timeout_ms : EXECUTE_ASK_MS);
		jsonw_str(&w, "sha256", a->sha256);
		jsonw_int(&w, "artifact_bytes", (int64_t)a->object->len);
		jsonw_str_opt(&w, "manifest_sha256", sum);
		jsonw_int(&w, "manifest_bytes", (int64_t)manifest);
	}
	jsonw_end(&w);
	buf_addc(b, '\n');
	if (a->object != NULL)
		buf_add(b, a->object->data, a->object->len);
	if (manifest > 0)
		buf_add(b, a->manifest->data, manifest);
	return buf_err(b);
}

/* --- one that is started -------------------------------------------------------*/

static enum err
start(const struct conf *c, const struct buf *in, int64_t deadline,
    struct buf *reply, struct diag *d)
{
	char			 program[PATH_MAX];
	const char		*argv[10];
	struct proc_opts	 o = PROC_OPTS_INIT;
	int			 n = 0, code;
	enum err		 e;

	if (c->execute_user[0] != '\0') {
		argv[n++] = "sudo";
		argv[n++] = "-n";
		argv[n++] = "-u";
		argv[n++] = c->execute_user;
		argv[n++] = "--";
	}
	if (c->execute_binary[0] != '\0') {
		argv[n++] = c->execute_binary;
		argv[n++] = "runtime";
		argv[n++] = "worker-execute";
	} else if (paths_program(c, "bpfcompat-execute", program,
	    sizeof(program), NULL) == ERR_OK) {
		argv[n++] = program;
	} else {
		diag_set(d, ERR_UNAVAILABLE, NULL, "this installation has no "
		    "loader: it was built with --disable-runtime-execute");
		diag_word(d, "execute_not_built");
		return ERR_UNAVAILABLE;
	}
	argv[n] = NULL;
	o.argv = argv;
	o.inherit_env = true;
	e = proc_run(&o, in->data, in->len, reply, NULL, deadline, &code, d);
	if (e == ERR_TIMEOUT)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the loader did "
		    "not end in time and was stopped");
	return e;
}

/* --- one behind a socket ---------------------------------------------------------*/

static enum err
ready(int fd, short events, int64_t deadline, struct diag *d)
{
	struct pollfd	 p = { .fd = fd, .events = events };
	int		 rc;

	do
		rc = poll(&p, 1, time_left_ms(deadline));
	while (rc == -1 && errno == EINTR);
	return rc > 0 ? ERR_OK : diag_set(d, ERR_UNAVAILABLE, NULL,
	    "the loader did not answer in time");
}

static enum err
talk(int fd, const struct buf *in, int64_t deadline, struct buf *reply,
    struct diag *d)
{
	size_t	 sent = 0;
	ssize_t	 n;
	char	*p;
	enum err e;

	while (sent < in->len) {
		if ((e = ready(fd, POLLOUT, deadline, d)) != ERR_OK)
			return e;
		n = send(fd, in->data + sent, in->len - sent, MSG_NOSIGNAL |
		    MSG_DONTWAIT);
		if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
			break;	/* it has an answer already */
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return diag_errno(d, "cannot ask the loader");
		sent += n > 0 ? (size_t)n : 0;
	}
	shutdown(fd, SHUT_WR);
	for (;;) {
		if ((e = ready(fd, POLLIN, deadline, d)) != ERR_OK)
			return e;
		if ((p = buf_reserve(reply, 64 * 1024)) == NULL)
			return buf_err(reply);
		n = recv(fd, p, 64 * 1024, MSG_DONTWAIT);
		if (n == 0)
			return ERR_OK;
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return reply->len > 0 ? ERR_OK : diag_errno(d,
			    "the loader gave no answer");
		buf_commit(reply, n > 0 ? (size_t)n : 0);
	}
}

static enum err
over_socket(const struct conf *c, const struct buf *in, int64_t deadline,
    struct buf *reply, struct diag *d)
{
	struct sockaddr_un	 un = { .sun_family = AF_UNIX };
	int			 fd;
	enum err		 e;

	if (strlen(c->execute_socket) >= sizeof(un.sun_path))
		return diag_set(d, ERR_INVAL,
		    "BPFCOMPAT_RUNTIME_EXECUTE_SOCKET", "the name of the "
		    "loader's socket is too long");
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", c->execute_socket);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return diag_errno(d, "no socket for the loader");
	if (connect(fd, (const void *)&un, sizeof(un)) == -1)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "no loader waits "
		    "behind its socket: %s", strerror(errno));
	else
		e = talk(fd, in, deadline, reply, d);
	close(fd);
	return e;
}

/* --- what it said ------------------------------------------------------------------*/

static enum err
code_of(const char *word)
{
	for (int e = 1; e < ERR__MAX; e++)
		if (strcmp(err_code((enum err)e), word) == 0)
			return (enum err)e;
	return ERR_INVAL;
}

/* Words of the loader's own that callers pass on. */
static const char *
own_word(const char *word)
{
	static const char *const words[] = { "digest_mismatch",
		"manifest_mismatch", "manifest_unsupported", "no_bpffs" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return words[i];
	return NULL;
}

static enum err
judge(struct buf *reply, struct diag *d)
{
	struct jval	*doc = NULL;
	const char	*word;
	enum err	 e;

	while (reply->len > 0 && reply->data[reply->len - 1] == '\n')
		reply->data[--reply->len] = '\0';
	if (reply->len == 0)
		return diag_set(d, ERR_CHILD, NULL, "the loader ended "
		    "without an answer");
	if ((e = jval_parse(reply->data, reply->len, &doc, d)) != ERR_OK)
		return diag_set(d, ERR_CHILD, NULL, "the loader's answer "
		    "cannot be read");
	if (jval_get(doc, "error") != NULL) {
		word = jval_get_str(doc, "code", "");
		e = code_of(word);
		diag_set(d, e, jval_get_str(doc, "field", ""), "%s",
		    jval_get_str(doc, "error", ""));
		diag_word(d, own_word(word));
	}
	jval_free(doc);
	return e;
}

enum err
execute_ask(const struct conf *c, const struct execute_ask *a,
    struct buf *reply, struct diag *d)
{
	struct buf	 in = BUF_INIT(REQUEST_MAX);
	int64_t		 deadline = time_mono_ms() + EXTRA_MS +
			    (a->timeout_ms > 0 ? a->timeout_ms :
			    EXECUTE_ASK_MS);
	enum err	 e;

	if ((e = request(a, &in)) == ERR_OK)
		e = c->execute_socket[0] != '\0' ? over_socket(c, &in,
		    deadline, reply, d) : start(c, &in, deadline, reply, d);
	if (e == ERR_OK)
		e = judge(reply, d);
	buf_clear(&in);
	return e;
}

void
execute_identity(const struct conf *c, char *out, size_t size)
{
	if (c->execute_user[0] != '\0')
		snprintf(out, size, "os-user:%s", c->execute_user);
	else
		snprintf(out, size, "%s", c->execute_socket[0] != '\0' ?
		    "socket" : "process-default");
}
