/*
 * bpfcompat admin doctor: the policy in force.  The web program prints it,
 * as it is the one that decides; this verb only finds it.
 */
#include <limits.h>
#include <stdio.h>

#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/cli/cli.h"
#include "worker/cli/flags.h"
#include "worker/cli/verb_admin.h"

#define DOCTOR_MS	10000	/* it reads a handful of files */

int
admin_doctor(struct conf *c, int argc, char **argv)
{
	const struct flag	 table[] = {
		FLAG_S("workdir", &c->workdir, "DIR", "work folder"),
		FLAG_LAST
	};
	const struct flags	 f = { "admin doctor", "", "Prints who gets "
	    "through on each route under the environment as it is,\n"
	    "and warns of what is unsafe in it (exit code 1).", 0, table };
	char			 program[PATH_MAX];
	const char		*args[] = { program, "--workdir", NULL,
				    "--policy", NULL };
	struct proc_opts	 o = PROC_OPTS_INIT;
	struct buf		 out = BUF_INIT(64 * 1024);
	struct buf		 err = BUF_INIT(16 * 1024);
	struct diag		 d = DIAG_INIT;
	int			 n, code;

	if (!flags_parse(&f, argc, argv, &n, &code))
		return code;
	args[2] = c->workdir;
	o.argv = args;
	o.inherit_env = true;
	if (paths_program(c, "bpfcompat-fcgi", program, sizeof(program), &d) !=
	    ERR_OK || proc_run(&o, NULL, 0, &out, &err, time_mono_ms() +
	    DOCTOR_MS, &code, &d) != ERR_OK)
		code = cli_error("admin doctor", false, &d);
	fputs(buf_str(&out), stdout);
	fputs(buf_str(&err), stderr);
	buf_clear(&out);
	buf_clear(&err);
	return code;
}
