/*
 * bpfcompat-fcgi: the HTTP API behind nginx.  Start-up, the two pools, and
 * what one child does; nothing else.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "base/fsio.h"
#include "base/log.h"
#include "config.h"
#include "policy.h"
#include "prefork.h"
#include "serve.h"
#include "transport.h"

struct	options {
	char		 api_socket[PATH_MAX];
	char		 wait_socket[PATH_MAX];
	unsigned int	 mode;
	bool		 policy;	/* print it and end */
};

static void
usage(FILE *f)
{
	fputs("usage: bpfcompat-fcgi [--workdir DIR] [--matrix FILE]\n"
	    "           [--api-socket PATH] [--wait-socket PATH]\n"
	    "           [--api-children N] [--wait-children N]\n"
	    "           [--socket-mode OCTAL] [--policy]\n"
	    "Serves the HTTP API to nginx by FastCGI on two unix sockets\n"
	    "(default: WORKDIR/run/api.sock and WORKDIR/run/wait.sock).\n"
	    "--policy prints who gets through on each route, and warnings (exit\n"
	    "code 1), instead.\n"
	    "The environment says the rest; \"bpfcompat env\" lists it.\n", f);
}

/* Flags that are also variables go through the environment's one check. */
static const struct option longopts[] = {
	{ "workdir", required_argument, NULL, 'w' },
	{ "matrix", required_argument, NULL, 'm' },
	{ "api-children", required_argument, NULL, 'A' },
	{ "wait-children", required_argument, NULL, 'W' },
	{ "api-socket", required_argument, NULL, 'a' },
	{ "wait-socket", required_argument, NULL, 's' },
	{ "socket-mode", required_argument, NULL, 'M' },
	{ "policy", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
set_socket(char *out, const char *path)
{
	snprintf(out, PATH_MAX, "%s", path);
}

static bool
set_mode(unsigned int *mode, const char *text)
{
	char		*end;
	unsigned long	 n = strtoul(text, &end, 8);

	*mode = (unsigned int)n;
	return end != text && *end == '\0' && n <= 0777;
}

/* Exits for --help, --version and wrong usage. */
static void
parse(int argc, char **argv, struct options *o)
{
	int	 ch;
	bool	 ok = true;

	while (ok && (ch = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		switch (ch) {
		case 'w':
			setenv("BPFCOMPAT_WORKDIR", optarg, 1);
			break;
		case 'm':
			setenv("BPFCOMPAT_MATRIX", optarg, 1);
			break;
		case 'A':
			setenv("BPFCOMPAT_FCGI_API_CHILDREN", optarg, 1);
			break;
		case 'W':
			setenv("BPFCOMPAT_FCGI_WAIT_CHILDREN", optarg, 1);
			break;
		case 'a':
			set_socket(o->api_socket, optarg);
			break;
		case 's':
			set_socket(o->wait_socket, optarg);
			break;
		case 'M':
			ok = set_mode(&o->mode, optarg);
			break;
		case 'p':
			o->policy = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'V':
			puts("bpfcompat-fcgi " PACKAGE_VERSION);
			exit(0);
		default:
			ok = false;
		}
	if (!ok || optind != argc) {
		usage(stderr);
		exit(2);
	}
}

/* WORKDIR/run/NAME, for a socket that was not named. */
static enum err
default_socket(const struct conf *conf, const char *name, char *out,
    struct diag *d)
{
	char		 dir[PATH_MAX];
	enum err	 e;

	if (out[0] != '\0')
		return ERR_OK;
	if ((e = path_join(dir, sizeof(dir), conf->workdir, "run", NULL)) !=
	    ERR_OK || (e = fsio_mkdirs(dir, d)) != ERR_OK)
		return e;
	return path_join(out, PATH_MAX, dir, name, NULL);
}

static int
child(void *arg, bool wait, int listen_fd, int stop_fd)
{
	struct app		*app = arg;
	struct transport	*t = NULL;
	enum err		 e;

	app->wait_pool = wait;
	if ((e = transport_new(listen_fd, stop_fd, &t)) != ERR_OK) {
		log_event(LOG_ERROR, "fcgi.child_failed",
		    LOG_S("code", err_code(e)));
		return 1;
	}
	while ((e = transport_accept(t)) == ERR_OK)
		serve_request(app, t);
	if (e != ERR_CANCELED)
		log_event(LOG_ERROR, "fcgi.accept_failed",
		    LOG_S("code", err_code(e)));
	transport_free(t);
	app_clear(app);
	return e == ERR_CANCELED ? 0 : 1;
}

/* Warnings are no error, but a script wants to know. */
static int
show_policy(const struct conf *conf, struct diag *d)
{
	struct buf	 b = BUF_INIT(64 * 1024);
	struct app	 app;
	size_t		 warnings = 0;
	enum err	 e;

	if ((e = app_init(&app, conf, d)) != ERR_OK)
		return -1;
	e = policy_print(&app, &b, &warnings);
	fputs(buf_str(&b), stdout);
	buf_clear(&b);
	app_clear(&app);
	return e != ERR_OK ? -1 : warnings > 0;
}

/* The master needs the folder only; each child opens the database itself. */
static enum err
run(const struct conf *conf, struct options *o, struct diag *d)
{
	struct app		 app;
	struct pool_opts	 pools[2];
	enum err		 e;

	if ((e = fsio_mkdirs(conf->workdir, d)) != ERR_OK ||
	    (e = default_socket(conf, "api.sock", o->api_socket, d)) !=
	    ERR_OK ||
	    (e = default_socket(conf, "wait.sock", o->wait_socket, d)) !=
	    ERR_OK || (e = app_init(&app, conf, d)) != ERR_OK)
		return e;
	pools[0] = (struct pool_opts){ "api", o->api_socket, o->mode,
	    (int)conf->fcgi_api_children, false };
	pools[1] = (struct pool_opts){ "wait", o->wait_socket, o->mode,
	    (int)conf->fcgi_wait_children, true };
	e = prefork_run(pools, 2, child, &app, d);
	app_clear(&app);
	return e;
}

int
main(int argc, char **argv)
{
	struct options	 o = { .mode = 0600 };
	struct conf	 conf;
	struct diag	 d = DIAG_INIT;
	enum err	 e;
	int		 code;

	parse(argc, argv, &o);
	umask(077);
	if ((e = conf_load(&conf, &d)) == ERR_OK) {
		log_open("bpfcompat-fcgi",
		    (enum log_level)log_level_parse(conf.log_level));
		if (o.policy && (code = show_policy(&conf, &d)) != -1)
			return code;
		e = o.policy ? d.code : run(&conf, &o, &d);
	}
	if (e == ERR_OK)
		return 0;
	d.code = e;
	fprintf(stderr, "bpfcompat-fcgi: %s\n", diag_text(&d));
	return 1;
}
