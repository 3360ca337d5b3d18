/*
 * Inside of "bpfcompat serve": the nginx configuration and the supervision
 * of the three children.  verb_serve.c has the verb.
 */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/conf.h"
#include "base/err.h"

struct	serve {
	const struct conf *conf;
	char		 workdir[PATH_MAX];	/* absolute */
	char		 run_dir[PATH_MAX];	/* sockets, pid files, config */
	char		 log_dir[PATH_MAX];
	char		 htdocs[PATH_MAX];
	char		 conf_dir[PATH_MAX];	/* nginx's parts */
	char		 api_socket[PATH_MAX];
	char		 wait_socket[PATH_MAX];
	char		 nginx_conf[PATH_MAX];
	char		 nginx[PATH_MAX];	/* program */
	char		 fcgi[PATH_MAX];
	char		 worker[PATH_MAX];
	char		 host[128];	/* of --addr; loopback by default */
	int		 port;
	char		 tls_cert[PATH_MAX];	/* "" without TLS */
	char		 tls_key[PATH_MAX];
	char		 client_ca[PATH_MAX];	/* "": no client certificates */
	bool		 log_files;	/* children log into log_dir */
};

/*
 * ":8080", "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:80" into host and port.
 * Without a host it is loopback: nothing is offered to a network unasked.
 */
enum err	 serve_parse_addr(const char *addr, struct serve *,
		    struct diag *);
/* Can we listen there?  ERR_BUSY or ERR_DENIED with the remedy. */
enum err	 serve_try_port(const struct serve *, struct diag *);
/* Finds nginx, also where only root's PATH looks. */
enum err	 serve_find_nginx(struct serve *, struct diag *);
/* Fills in serve.conf.in and lets nginx check the result. */
enum err	 serve_write_conf(const struct serve *, struct diag *);
/* "http://127.0.0.1:8080" */
void		 serve_url(const struct serve *, char *out, size_t size);

/* Ends what a "serve" that was killed has left; the caller holds its lock. */
void		 serve_end_leftovers(const struct serve *);
/*
 * Starts the children, waits until the page answers, prints "ready", then
 * keeps them running until SIGINT, SIGTERM (blocked by the caller, readable
 * from "sigfd").  Stops everything before it returns.
 */
enum err	 serve_supervise(const struct serve *, int sigfd,
		    struct diag *);

#endif /* !CLI_SERVE_H */
