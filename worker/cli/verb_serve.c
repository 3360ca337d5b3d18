/*
 * bpfcompat serve: fetches the default matrix's kernels, then runs nginx,
 * the API and the worker as children, and prints where the page is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/timefmt.h"
#include "worker/cli/cli.h"
#include "worker/cli/fetch_show.h"
#include "worker/cli/flags.h"
#include "worker/cli/serve.h"

struct	options {
	const char	*addr, *tls_cert, *tls_key;
	int64_t		 concurrency, timeout;
	bool		 demo, no_fetch;
};

static bool
parse(struct conf *c, struct options *o, int argc, char **argv, int *code)
{
	const struct flag	 table[] = {
		FLAG_S("addr", &o->addr, "HOST:PORT", "where to listen; "
		    "without a host on loopback only (default :8080)"),
		FLAG_S("workdir", &c->workdir, "DIR", "folder for the "
		    "database, runs and kernels"),
		FLAG_S("matrix", &c->matrix, "MATRIX", "the default matrix"),
		FLAG_N("concurrency", &o->concurrency, 1, 256, "N", "targets "
		    "of one job at the same time, when a request names no "
		    "number"),
		FLAG_D("timeout", &o->timeout, 1000, 86400000, "time a target "
		    "may take, when a request names none"),
		FLAG_S("tls-cert", &o->tls_cert, "FILE", "serve HTTPS with "
		    "this certificate (PEM)"),
		FLAG_S("tls-key", &o->tls_key, "FILE", "and this key"),
		FLAG_B("public-demo", &o->demo, "anybody may validate and "
		    "read (what \"make serve\" does)"),
		FLAG_B("no-fetch", &o->no_fetch, "do not fetch the matrix's "
		    "kernels first"),
		FLAG_LAST
	};
	const struct flags	 f = { "serve", "", "Runs the web page, the "
	    "API and the worker until Ctrl-C.  Prints the address on\n"
	    "standard output once it answers.", 0, table };
	int			 n;

	return flags_parse(&f, argc, argv, &n, code);
}

/* The children read the environment: it carries what the flags say. */
static void
export(const struct conf *c, const struct options *o)
{
	char	 text[32];

	setenv("BPFCOMPAT_MATRIX", c->matrix, 1);
	snprintf(text, sizeof(text), "%lld", (long long)o->concurrency);
	setenv("BPFCOMPAT_CONCURRENCY", text, 1);
	snprintf(text, sizeof(text), "%lldms", (long long)o->timeout);
	setenv("BPFCOMPAT_TARGET_TIMEOUT", text, 1);
	if (!o->demo)
		return;
	/* What the operator set stays. */
	setenv("BPFCOMPAT_API_ALLOW_ANONYMOUS_VALIDATE", "true", 0);
	setenv("BPFCOMPAT_API_ALLOW_ANONYMOUS_READ", "true", 0);
	setenv("BPFCOMPAT_API_ALLOW_ANONYMOUS_RUNTIME_DELIVERY", "true", 0);
}

static enum err
make_dir(const char *workdir, const char *name, char *out, struct diag *d)
{
	enum err	 e;

	if ((e = path_join(out, PATH_MAX, workdir, name, NULL)) != ERR_OK)
		return diag_set(d, e, "workdir", "the workdir's path is too "
		    "long");
	return fsio_mkdirs(out, d);
}

static enum err
set_paths(struct serve *s, struct diag *d)
{
	const struct conf	*c = s->conf;
	char			 path[PATH_MAX];
	enum err		 e;

	if ((e = fsio_mkdirs(c->workdir, d)) != ERR_OK)
		return e;
	if (realpath(c->workdir, s->workdir) == NULL)
		return diag_errno(d, "cannot resolve %s", c->workdir);
	if ((e = make_dir(s->workdir, "run", s->run_dir, d)) != ERR_OK ||
	    (e = make_dir(s->workdir, "log", s->log_dir, d)) != ERR_OK ||
	    (e = paths_program(c, "bpfcompat-fcgi", s->fcgi,
	    sizeof(s->fcgi), d)) != ERR_OK ||
	    (e = paths_program(c, "bpfcompat-worker", s->worker,
	    sizeof(s->worker), d)) != ERR_OK ||
	    (e = paths_data(c, "htdocs", path, sizeof(path), d)) != ERR_OK)
		return e;
	if (realpath(path, s->htdocs) == NULL)
		return diag_errno(d, "cannot resolve %s", path);
	if ((e = paths_data(c, "nginx", path, sizeof(path), d)) != ERR_OK)
		return e;
	if (realpath(path, s->conf_dir) == NULL)
		return diag_errno(d, "cannot resolve %s", path);
	path_join(s->api_socket, sizeof(s->api_socket), s->run_dir,
	    "api.sock", NULL);
	path_join(s->wait_socket, sizeof(s->wait_socket), s->run_dir,
	    "wait.sock", NULL);
	path_join(s->nginx_conf, sizeof(s->nginx_conf), s->run_dir,
	    "nginx.conf", NULL);
	return ERR_OK;
}

static enum err
set_tls(struct serve *s, const struct options *o, struct diag *d)
{
	const char	*ca = s->conf->client_ca;

	if (o->tls_cert[0] == '\0' && o->tls_key[0] == '\0')
		return ca[0] == '\0' ? ERR_OK : diag_set(d, ERR_INVAL,
		    "tls-cert", "BPFCOMPAT_API_CLIENT_CA_PATH wants TLS: give "
		    "--tls-cert and --tls-key");
	if (o->tls_cert[0] == '\0' || o->tls_key[0] == '\0')
		return diag_set(d, ERR_INVAL, "tls-cert", "--tls-cert and "
		    "--tls-key go together");
	if (realpath(o->tls_cert, s->tls_cert) == NULL)
		return diag_errno(d, "cannot read %s", o->tls_cert);
	if (realpath(o->tls_key, s->tls_key) == NULL)
		return diag_errno(d, "cannot read %s", o->tls_key);
	if (ca[0] != '\0' && realpath(ca, s->client_ca) == NULL)
		return diag_errno(d, "cannot read %s", ca);
	return ERR_OK;
}

static int
block_signals(sigset_t *old)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t	 set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, old);
	sigaction(SIGPIPE, &ignore, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Words for whoever started it by hand. */
static void
greet(const struct serve *s, const struct conf *c, const struct options *o)
{
	if (geteuid() == 0)
		fputs("bpfcompat serve: running as root, so nginx and the API "
		    "do too; an ordinary user is enough\n", stderr);
	if (!o->demo && !c->anon_validate)
		fputs("bpfcompat serve: anonymous use is off; --public-demo "
		    "lets anybody validate and read\n", stderr);
	if (s->log_files)
		fprintf(stderr, "bpfcompat serve: logs are in %s\n",
		    s->log_dir);
}

static enum err
fetch(const struct serve *s, int sigfd, struct diag *d)
{
	enum err	 e = fetch_matrix(s->conf, s->conf->matrix, sigfd, d);

	if (e == ERR_OK || e == ERR_CANCELED)
		return e;
	/* What is there can be used; a missing one says so by itself. */
	fprintf(stderr, "bpfcompat serve: not all kernels are there: %s\n",
	    diag_text(d));
	*d = (struct diag)DIAG_INIT;
	return ERR_OK;
}

static enum err
run(struct serve *s, const struct options *o, int sigfd, struct diag *d)
{
	char	 path[PATH_MAX];
	int	 lock = -1;
	enum err e;

	if ((e = serve_find_nginx(s, d)) != ERR_OK ||
	    (e = set_paths(s, d)) != ERR_OK ||
	    (e = set_tls(s, o, d)) != ERR_OK)
		return e;
	path_join(path, sizeof(path), s->run_dir, "serve.lock", NULL);
	if ((e = fsio_lock(path, 0, &lock, d)) == ERR_BUSY)
		return diag_set(d, e, "workdir", "another \"serve\" runs in "
		    "%s; stop it or choose another --workdir", s->workdir);
	if (e != ERR_OK)
		return e;
	serve_end_leftovers(s);
	if ((e = serve_try_port(s, d)) == ERR_OK &&
	    (e = serve_write_conf(s, d)) == ERR_OK) {
		greet(s, s->conf, o);
		if (!o->no_fetch)
			e = fetch(s, sigfd, d);
		if (e == ERR_OK)
			e = serve_supervise(s, sigfd, d);
	}
	fsio_unlock(lock);
	return e;
}

int
verb_serve(struct conf *c, int argc, char **argv)
{
	struct options	 o = { ":8080", "", "", c->concurrency,
			    c->target_timeout, false, false };
	struct serve	*s = calloc(1, sizeof(*s));
	struct diag	 d = DIAG_INIT;
	sigset_t	 old;
	enum err	 e;
	int		 code, sigfd;

	if (s == NULL || !parse(c, &o, argc, argv, &code)) {
		free(s);
		return s == NULL ? CLI_ERROR : code;
	}
	s->conf = c;
	s->log_files = isatty(STDERR_FILENO);
	if (s->log_files)
		log_open("bpfcompat", LOG_ERROR);
	sigfd = block_signals(&old);
	if ((e = serve_parse_addr(o.addr, s, &d)) == ERR_OK) {
		export(c, &o);
		e = run(s, &o, sigfd, &d);
	}
	if (sigfd != -1)
		close(sigfd);
	free(s);
	return e == ERR_OK || e == ERR_CANCELED ? CLI_OK :
	    cli_error("serve", false, &d);
}
