/*
 * A whole request, from the parameters of FastCGI to the reply, through the
 * real dispatcher and handlers and a database: only the socket is made up.
 * The reply is well-formed whatever came in, names no path of this machine,
 * and lets nothing of the request break out of a header.
 *
 * Input: NAME=VALUE lines, an empty line, the body.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/json_in.h"
#include "base/log.h"
#include "fcgi/app.h"
#include "fcgi/serve.h"
#include "fcgi/transport.h"

#define VARS_MAX	64
#define REPLY_MAX	((size_t)16 * 1024 * 1024)

/* --- the socket that is none ----------------------------------------------------- */

struct	transport {
	const char	*name[VARS_MAX], *value[VARS_MAX];
	size_t		 n;
	const uint8_t	*body;
	size_t		 left;
	struct buf	 out;
};

enum err
transport_new(int listen_fd, int stop_fd, struct transport **out)
{
	(void)listen_fd;
	(void)stop_fd;
	(void)out;
	return ERR_INTERNAL;
}

void
transport_free(struct transport *t)
{
	(void)t;
}

enum err
transport_accept(struct transport *t)
{
	(void)t;
	return ERR_CANCELED;
}

const char *
transport_var(const struct transport *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->name[i], name) == 0)
			return t->value[i];
	return NULL;
}

ssize_t
transport_read(struct transport *t, void *p, size_t n)
{
	if (n > t->left)
		n = t->left;
	if (n > 0)
		memcpy(p, t->body, n);
	t->body += n;
	t->left -= n;
	return (ssize_t)n;
}

enum err
transport_write(struct transport *t, const void *p, size_t n)
{
	return buf_add(&t->out, p, n);
}

/* Nobody waits: the client has gone. */
enum err
transport_wait(struct transport *t, int fd, int ms)
{
	(void)t;
	(void)fd;
	(void)ms;
	return ERR_CANCELED;
}

void
transport_finish(struct transport *t)
{
	(void)t;
}

/* --- a server ---------------------------------------------------------------------- */

static struct app	 app;
static char		 dir[] = "/tmp/bpfcompat-fuzz.XXXXXX";

static void
end(void)
{
	app_clear(&app);
	fsio_rmtree(dir, NULL);
}

/* Everything is open, so that what is behind the gates is reached, too. */
static void
begin(void)
{
	static struct conf	 conf;
	static const char *const env[] = {
		"BPFCOMPAT_API_ALLOW_ANONYMOUS_WRITE",
		"BPFCOMPAT_API_ENABLE_METRICS",
		"BPFCOMPAT_API_ENABLE_RUNTIME_EXECUTE" };
	const char		*src = getenv("top_srcdir");
	struct diag		 d = DIAG_INIT;

	if (mkdtemp(dir) == NULL)
		abort();
	setenv("BPFCOMPAT_WORKDIR", dir, 1);
	setenv("BPFCOMPAT_DATA_DIR", src != NULL ? src : ".", 1);
	for (size_t i = 0; i < sizeof(env) / sizeof(env[0]); i++)
		setenv(env[i], "true", 1);
	setenv("BPFCOMPAT_API_WRITE_KEY", "k", 1);
	setenv("BPFCOMPAT_REGISTRY_AUTH_TOKEN", "r", 1);
	setenv("BPFCOMPAT_API_RUNTIME_EXECUTE_APPROVAL_TOKEN",
	    "0123456789abcdef0123456789abcdef", 1);
	setenv("BPFCOMPAT_API_TRUSTED_PROXIES", "10.0.0.0/8", 1);
	setenv("BPFCOMPAT_API_RATE_LIMIT_MAX_REQUESTS", "0", 1);
	setenv("BPFCOMPAT_REGISTRY_RATE_LIMIT_MAX_REQUESTS", "0", 1);
	setenv("BPFCOMPAT_API_MAX_FAILED_LOGINS", "0", 1);
	log_open("fuzz", LOG__MAX);
	if (conf_load(&conf, &d) != ERR_OK ||
	    app_init(&app, &conf, &d) != ERR_OK) {
		fprintf(stderr, "fuzz_request: %s\n", d.msg);
		abort();
	}
	app.wait_pool = true;
	atexit(end);
}

/* --- what holds for every reply ------------------------------------------------------ */

static bool
token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-';
}

/* One header line without its end; the length it promises, or -1. */
static long
header_holds(const char *p, size_t len)
{
	static const char	 name[] = "Content-Length: ";
	size_t			 n = 0;

	while (n < len && token_char(p[n]))
		n++;
	MUST(n > 0 && n + 1 < len && p[n] == ':' && p[n + 1] == ' ');
	for (; n < len; n++)
		MUST((unsigned char)p[n] >= 0x20 && p[n] != 0x7f);
	return len > sizeof(name) && strncmp(p, name, sizeof(name) - 1) == 0 ?
	    strtol(p + sizeof(name) - 1, NULL, 10) : -1;
}

/* "named": the request names the folder itself, so it may be told of it. */
static void
reply_holds(const struct transport *t, const char *method, bool named)
{
	const char	*p = buf_str(&t->out), *eol;
	const char	*last = p + t->out.len;
	struct jval	*doc = NULL;
	long		 promised = -1, n;
	int		 status;

	MUST(strncmp(p, "Status: ", 8) == 0);
	status = (int)strtol(p + 8, NULL, 10);
	MUST(status >= 200 && status <= 599);
	MUST(named || memmem(p, t->out.len, dir, strlen(dir)) == NULL);
	for (; (eol = strstr(p, "\r\n")) != NULL && eol != p; p = eol + 2)
		if ((n = header_holds(p, (size_t)(eol - p))) != -1) {
			MUST(promised == -1);
			promised = n;
		}
	MUST(eol != NULL);
	p += 2;
	if (strcmp(method, "HEAD") == 0 || status == 304 || status == 204) {
		MUST(p == last);
		return;
	}
	MUST(promised == last - p);
	if (status < 400)
		return;
	MUST(jval_parse(p, (size_t)(last - p), &doc, NULL) == ERR_OK);
	MUST(jval_get_str(doc, "error", "")[0] != '\0');
	MUST(jval_get_str(doc, "code", "")[0] != '\0');
	jval_free(doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static bool		 ready;
	struct transport	 t = { .out = BUF_INIT(REPLY_MAX) };
	const uint8_t		*cut = memmem(p, len, "\n\n", 2);
	size_t			 head = cut == NULL ? len : (size_t)(cut - p);
	char			*text = fuzz_string(p, head), *rest = text;
	const char		*method;
	char			*line, *eq;

	if (!ready)
		begin();
	ready = true;
	while ((line = strsep(&rest, "\n")) != NULL && t.n < VARS_MAX) {
		if ((eq = strchr(line, '=')) == NULL)
			continue;
		*eq = '\0';
		t.name[t.n] = line;
		t.value[t.n++] = eq + 1;
	}
	t.body = cut == NULL ? p + len : cut + 2;
	t.left = cut == NULL ? 0 : len - head - 2;
	serve_request(&app, &t);
	method = transport_var(&t, "REQUEST_METHOD");
	reply_holds(&t, method == NULL ? "" : method,
	    memmem(p, len, dir, strlen(dir)) != NULL);
	buf_clear(&t.out);
	free(text);
	return 0;
}
