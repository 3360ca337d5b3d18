/*
 * bpfcompat-worker: claims validation jobs and works them off.  Everything
 * is configured by environment (bpfcompat env) and --workdir.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"

#include "base/conf.h"
#include "base/log.h"
#include "worker/loop.h"

static int
usage(FILE *to, int code)
{
	fputs("usage: bpfcompat-worker [--workdir DIR]\n"
	    "Runs validation jobs until SIGTERM, which drains: running "
	    "targets may finish,\nthe rest is handed back.  A second signal "
	    "ends it at once.\n", to);
	return code;
}

int
main(int argc, char **argv)
{
	struct loop_opts	 o = { NULL };
	struct engine		 g;
	struct conf		 c;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bpfcompat-worker %s\n", PACKAGE_VERSION);
		return 0;
	}
	if ((e = conf_load(&c, &d)) != ERR_OK) {
		fprintf(stderr, "bpfcompat-worker: %s\n", diag_text(&d));
		return 1;
	}
	if (argc == 3 && strcmp(argv[1], "--workdir") == 0)
		c.workdir = argv[2];
	else if (argc != 1)
		return usage(stderr, 1);
	log_open("bpfcompat-worker",
	    (enum log_level)log_level_parse(c.log_level));
	if ((e = engine_open(&c, &g, &d)) == ERR_OK)
		e = loop_run(&g, &o, &d);
	engine_close(&g);
	if (e == ERR_OK || e == ERR_CANCELED) {
		log_event(LOG_INFO, "worker.stopped");
		return 0;
	}
	d.code = e;
	log_event(LOG_ERROR, "worker.failed", LOG_S("error", diag_text(&d)));
	return 1;
}
