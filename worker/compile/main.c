/*
 * bpfcompat-prepare: reads a spec, compiles and inspects (prepare.h).  Exit
 * code 0 when the files are there, whatever they say.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#include "base/log.h"
#include "worker/compile/box.h"
#include "worker/compile/prepare.h"

#define SPEC_MAX	(64 * 1024)

static enum err
read_spec(struct buf *b)
{
	ssize_t	 n;
	void	*p;

	do {
		if ((p = buf_reserve(b, 4096)) == NULL)
			return buf_err(b);
		n = read(STDIN_FILENO, p, 4096);
		if (n > 0)
			buf_commit(b, (size_t)n);
	} while (n > 0 || (n == -1 && errno == EINTR));
	return n == 0 ? ERR_OK : ERR_IO;
}

int
main(int argc, char **argv)
{
	struct buf	 text = BUF_INIT(SPEC_MAX);
	struct jval	*spec = NULL;
	struct conf	 conf;
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bpfcompat-prepare %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: bpfcompat-prepare < SPEC\n");
		return 1;
	}
	if ((e = conf_load(&conf, &d)) == ERR_OK &&
	    (e = box_limits((int)(conf.compile_timeout / 1000) + 1, &d)) ==
	    ERR_OK && (e = read_spec(&text)) == ERR_OK &&
	    (e = jval_parse(buf_str(&text), text.len, &spec, &d)) == ERR_OK)
		e = prepare_work(&conf, spec, &d);
	if (e != ERR_OK)
		fprintf(stderr, "bpfcompat-prepare: %s\n", d.msg[0] != '\0' ?
		    diag_text(&d) : err_text(e));
	jval_free(spec);
	buf_clear(&text);
	return e == ERR_OK ? 0 : 1;
}
