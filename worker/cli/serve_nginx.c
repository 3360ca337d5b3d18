/* The address "serve" listens on, and nginx's configuration for it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "domain/registry.h"
#include "worker/cli/serve.h"

#define CONF_MAX	((size_t)256 * 1024)
#define NGINX_CHECK_MS	15000
/* Multipart framing and fields around an artifact. */
#define FORM_BYTES	(1024 * 1024)

enum err
serve_parse_addr(const char *addr, struct serve *s, struct diag *d)
{
	const char	*colon = strrchr(addr, ':');
	char		*end;
	long		 port;
	size_t		 n;

	if (colon == NULL)
		return diag_set(d, ERR_INVAL, "addr", "--addr must be "
		    "HOST:PORT or :PORT, such as 127.0.0.1:8080");
	port = strtol(colon + 1, &end, 10);
	if (colon[1] == '\0' || *end != '\0' || port < 1 || port > 65535)
		return diag_set(d, ERR_INVAL, "addr", "--addr %s: the port "
		    "must be 1 to 65535", addr);
	n = (size_t)(colon - addr);
	if (n >= sizeof(s->host))
		return diag_set(d, ERR_INVAL, "addr", "--addr: the host is "
		    "too long");
	snprintf(s->host, sizeof(s->host), "%.*s", (int)n,
	    n == 0 ? "127.0.0.1" : addr);
	if (n == 0)
		snprintf(s->host, sizeof(s->host), "127.0.0.1");
	if (strcmp(s->host, "localhost") == 0)
		snprintf(s->host, sizeof(s->host), "127.0.0.1");
	s->port = (int)port;
	return ERR_OK;
}

/* The socket address, or -1 when the host is no literal address. */
static int
address(const struct serve *s, struct sockaddr_storage *ss, socklen_t *len)
{
	struct sockaddr_in	*v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6	*v6 = (struct sockaddr_in6 *)ss;
	char			 host[sizeof(s->host)];
	size_t			 n = strlen(s->host);

	memset(ss, 0, sizeof(*ss));
	if (n > 2 && s->host[0] == '[' && s->host[n - 1] == ']') {
		snprintf(host, sizeof(host), "%.*s", (int)n - 2,
		    s->host + 1);
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)s->port);
		*len = sizeof(*v6);
		return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1 ? 0 :
		    -1;
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)s->port);
	*len = sizeof(*v4);
	return inet_pton(AF_INET, s->host, &v4->sin_addr) == 1 ? 0 : -1;
}

enum err
serve_try_port(const struct serve *s, struct diag *d)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	int			 fd, on = 1;
	enum err		 e = ERR_OK;

	if (address(s, &ss, &len) == -1)
		return diag_set(d, ERR_INVAL, "addr", "--addr: %s is no IPv4 "
		    "address or [IPv6 address]", s->host);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return diag_errno(d, "cannot make a socket");
	/* As nginx does: a port in TIME_WAIT is free. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&ss, len) == -1 ||
	    listen(fd, 1) == -1) {
		if (errno == EADDRINUSE)
			e = diag_set(d, ERR_BUSY, "addr", "port %d on %s is "
			    "in use; stop what listens there or choose "
			    "another one, such as --addr :%d", s->port,
			    s->host, s->port < 65535 ? s->port + 1 : 8080);
		else if (errno == EACCES)
			e = diag_set(d, ERR_DENIED, "addr", "port %d needs "
			    "privileges; choose one above 1023", s->port);
		else
			e = diag_errno(d, "cannot listen on %s:%d", s->host,
			    s->port);
	}
	close(fd);
	return e;
}

enum err
serve_find_nginx(struct serve *s, struct diag *d)
{
	static const char *const usual[] = { "/usr/sbin", "/usr/local/sbin",
		"/usr/local/nginx/sbin", "/usr/bin" };
	const char	*path = getenv("PATH");
	char		 dir[PATH_MAX];
	size_t		 n;

	for (; path != NULL && *path != '\0'; path += n) {
		path += *path == ':';
		n = strcspn(path, ":");
		snprintf(dir, sizeof(dir), "%.*s", (int)n, path);
		if (dir[0] == '/' && path_join(s->nginx, sizeof(s->nginx),
		    dir, "nginx", NULL) == ERR_OK &&
		    access(s->nginx, X_OK) == 0)
			return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (path_join(s->nginx, sizeof(s->nginx), usual[i], "nginx",
		    NULL) == ERR_OK && access(s->nginx, X_OK) == 0)
			return ERR_OK;
	return diag_set(d, ERR_NOTFOUND, NULL, "nginx is not installed; on "
	    "Debian: apt-get install nginx-light");
}

/*
 * nginx's syntax has no way to write every byte of a path, so one that could
 * be read as something else is refused.
 */
static enum err
check_path(const char *path, struct diag *d)
{
	size_t	 ok = strspn(path, "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@%,=~");

	if (path[ok] == '\0')
		return ERR_OK;
	return diag_set(d, ERR_INVAL, "workdir", "nginx cannot be told the "
	    "path \"%s\" because of the character after \"%.*s\"; use "
	    "another folder", path, (int)ok, path);
}

struct	fill { const char *name; const char *text; };

static const char *
find(const struct fill *f, const char *name, size_t n)
{
	for (; f->name != NULL; f++)
		if (strlen(f->name) == n && strncmp(f->name, name, n) == 0)
			return f->text;
	return NULL;
}

/* "@NAME@" outside of comments to its text. */
static enum err
substitute(const char *in, const struct fill *f, struct buf *out)
{
	const char	*line, *at, *text;
	size_t		 len, n;

	for (line = in; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (line[strspn(line, " \t")] == '#')
			continue;
		for (at = line; at < line + len; at++) {
			n = strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
			if (*at != '@' || n == 0 || at[n + 1] != '@') {
				buf_addc(out, *at);
				continue;
			}
			if ((text = find(f, at + 1, n)) == NULL)
				return ERR_INTERNAL;
			buf_adds(out, text);
			at += n + 1;
		}
		buf_addc(out, '\n');
	}
	return buf_err(out);
}

/* What nginx reads at all: an object, or an upload with its report. */
static int64_t
largest_body(const struct conf *c)
{
	int64_t	 store = c->registry_max_artifact + REGISTRY_REPORT_MAX;

	if (c->registry_max_artifact == 0)
		return 0;	/* nginx: no limit */
	return (store > c->max_artifact ? store : c->max_artifact) +
	    FORM_BYTES;
}

static enum err
render(const struct serve *s, struct buf *out, struct diag *d)
{
	struct buf	 in = BUF_INIT(CONF_MAX);
	const struct conf *c = s->conf;
	char		 path[PATH_MAX], listen_on[160], body[32], sync[32];
	char		 poll[32], tls[3 * PATH_MAX + 192] = "";
	int64_t		 slots = c->fcgi_wait_children;
	const struct fill fill[] = {
		{ "USER", geteuid() == 0 ? "user root root;" : "" },
		{ "LISTEN", listen_on }, { "TLS", tls },
		{ "HTDOCS", s->htdocs }, { "CONF_DIR", s->conf_dir },
		{ "RUN_DIR", s->run_dir }, { "LOG_DIR", s->log_dir },
		{ "API_SOCKET", s->api_socket },
		{ "WAIT_SOCKET", s->wait_socket }, { "MAX_BODY", body },
		{ "SYNC_SLOTS", sync }, { "POLL_SLOTS", poll },
		{ NULL, NULL },
	};
	enum err	 e;

	snprintf(listen_on, sizeof(listen_on), "%s:%d%s", s->host, s->port,
	    s->tls_cert[0] != '\0' ? " ssl" : "");
	if (s->tls_cert[0] != '\0')
		snprintf(tls, sizeof(tls), "ssl_certificate %s; "
		    "ssl_certificate_key %s; ssl_protocols TLSv1.2 TLSv1.3;"
		    "%s%s%s", s->tls_cert, s->tls_key,
		    s->client_ca[0] != '\0' ? " ssl_verify_client on; "
		    "ssl_verify_depth 4; "
		    "ssl_client_certificate " : "", s->client_ca,
		    s->client_ca[0] != '\0' ? ";" : "");
	snprintf(body, sizeof(body), "%lld",
	    (long long)largest_body(c));
	snprintf(sync, sizeof(sync), "%lld",
	    (long long)(slots < 4 ? 1 : slots / 4));
	snprintf(poll, sizeof(poll), "%lld",
	    (long long)(slots < 2 ? 1 : slots - (slots < 4 ? 1 : slots / 4)));
	if ((e = path_join(path, sizeof(path), s->conf_dir, "serve.conf.in",
	    NULL)) == ERR_OK && (e = fsio_read(path, &in, d)) == ERR_OK &&
	    (e = substitute(buf_str(&in), fill, out)) != ERR_OK)
		diag_set(d, e, NULL, "%s has a placeholder this version does "
		    "not know, or is too large", path);
	buf_clear(&in);
	return e;
}

/* nginx's own opinion, so that a mistake shows here and not as a dead child. */
static enum err
check_conf(const struct serve *s, struct diag *d)
{
	char		 log[PATH_MAX + 32];
	const char	*argv[] = { s->nginx, "-t", "-q", "-e", log, "-c",
			    s->nginx_conf, NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 said = BUF_INIT(4096);
	int		 code = 0;
	enum err	 e;

	snprintf(log, sizeof(log), "%s/nginx-error.log", s->log_dir);
	o.argv = argv;
	e = proc_run(&o, NULL, 0, NULL, &said,
	    time_mono_ms() + NGINX_CHECK_MS, &code, d);
	if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_CHILD, NULL, "nginx refuses the "
		    "configuration: %s", buf_str(&said));
	buf_clear(&said);
	return e;
}

enum err
serve_write_conf(const struct serve *s, struct diag *d)
{
	const char *const paths[] = { s->run_dir, s->log_dir, s->htdocs,
		    s->conf_dir, s->tls_cert, s->tls_key,
		    s->client_ca };
	struct buf	 b = BUF_INIT(CONF_MAX);
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) &&
	    e == ERR_OK; i++)
		e = check_path(paths[i], d);
	if (e == ERR_OK && (e = render(s, &b, d)) == ERR_OK &&
	    (e = fsio_write_atomic(s->nginx_conf, b.data, b.len,
	    FSIO_FILE_MODE, d)) == ERR_OK)
		e = check_conf(s, d);
	buf_clear(&b);
	return e;
}

void
serve_url(const struct serve *s, char *out, size_t size)
{
	const char	*host = s->host;

	/* "All addresses" is none that a browser can open. */
	if (strcmp(host, "0.0.0.0") == 0)
		host = "127.0.0.1";
	else if (strcmp(host, "[::]") == 0)
		host = "[::1]";
	snprintf(out, size, "%s://%s:%d", s->tls_cert[0] != '\0' ? "https" :
	    "http", host, s->port);
}
