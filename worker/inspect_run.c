#include "worker/inspect_run.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "domain/objfacts.h"

#define KILLED		128	/* + signal */
#define EXIT_SANDBOX	3	/* of the inspector */

static enum err
understand(const struct buf *text, struct buf *out, struct diag *d)
{
	struct jval	*facts = NULL;
	enum err	 e;

	e = jval_parse(buf_str(text), text->len, &facts, NULL);
	if (e == ERR_OK)
		e = objfacts_write(facts, out);
	jval_free(facts);
	if (e == ERR_OK)
		return ERR_OK;
	return diag_set(d, e, NULL, "what the inspector says of the object "
	    "cannot be read (%s)", err_text(e));
}

static enum err
why_not(int code, struct diag *d)
{
	if (code >= KILLED)
		return diag_set(d, ERR_CHILD, NULL, "the inspector was killed "
		    "by signal %d: the object asks for more time or memory "
		    "than inspecting may take, or is damaged on purpose",
		    code - KILLED);
	if (code == EXIT_SANDBOX)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the inspector has "
		    "no sandbox here: the kernel of this machine must have "
		    "seccomp filters");
	return diag_set(d, ERR_CHILD, NULL, "the inspector gave up on the "
	    "object (exit code %d)", code);
}

enum err
inspect_run(const struct conf *c, int fd, struct buf *out, struct diag *d)
{
	struct buf	 text = BUF_INIT(OBJFACTS_MAX);
	char		 program[PATH_MAX];
	const char	*argv[] = { program, NULL };
	const char	*env[] = { NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	int		 code = 0;
	enum err	 e;

	if ((e = paths_program(c, "bpfcompat-inspect", program,
	    sizeof(program), d)) != ERR_OK)
		return e;
	o.argv = argv;
	o.env = env;
	o.in = fd;
	e = proc_run(&o, NULL, 0, &text, NULL, time_mono_ms() +
	    INSPECT_TIMEOUT_MS, &code, d);
	if (e == ERR_TIMEOUT)
		diag_set(d, e, NULL, "looking into the object took too long");
	else if (e == ERR_OK && code != 0)
		e = why_not(code, d);
	else if (e == ERR_OK)
		e = understand(&text, out, d);
	buf_clear(&text);
	return e;
}

enum err
inspect_file(const struct conf *c, const char *path, struct buf *out,
    struct diag *d)
{
	struct stat	 st;
	enum err	 e;
	int		 fd;

	/* Not on a pipe or a terminal: it would wait for ever. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return diag_errno(d, "cannot read %s", path);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		e = diag_set(d, ERR_INVAL, NULL, "%s is not a regular file",
		    path);
	else
		e = inspect_run(c, fd, out, d);
	close(fd);
	return e;
}
