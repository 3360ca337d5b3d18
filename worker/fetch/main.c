/*
 * bpfcompat-fetch URL: fetches one artifact into its standard output, which
 * has to be an empty file.  A process of its own: the services that answer
 * requests and the command line hold keys and a database, this one nothing,
 * and it ends with its parent's patience.  What it fetched is worth nothing
 * until the caller has compared the digest.
 *
 * An error is one line on standard error: the code of the error, a word or
 * "-", and the sentence.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/http.h"

static enum err
fetch(const char *url, struct diag *d)
{
	struct http_guard	 g = { 0 };
	struct conf		 c;
	struct http_want	 w = { .url = url, .plain = true, .guard = &g };
	enum err		 e;

	if ((e = conf_load(&c, d)) != ERR_OK)
		return e;
	g.internal = c.fetch_internal;
	if ((e = net_list_read(c.fetch_nets, "BPFCOMPAT_FETCH_ALLOW_NETS",
	    &g.allow, d)) != ERR_OK)
		return e;
	w.ca_path = c.fetch_ca;
	w.timeout_ms = c.fetch_timeout;
	return http_file(&w, STDOUT_FILENO, c.fetch_max, d);
}

int
main(int argc, char **argv)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	if (argc != 2) {
		fputs("bpfcompat-fetch: bpfcompat starts this program\n",
		    stderr);
		return 2;
	}
	if ((e = fetch(argv[1], &d)) == ERR_OK)
		return 0;
	fprintf(stderr, "%s %s %s\n", err_code(e), d.word != NULL ? d.word :
	    "-", d.msg[0] != '\0' ? d.msg : err_text(e));
	return 1;
}
