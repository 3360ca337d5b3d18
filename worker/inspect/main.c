/*
 * bpfcompat-inspect: reads a BPF object from standard input, in a sandbox,
 * and writes what it is (facts.h) to standard output.  Objects come from
 * strangers; this process is the only one on this machine that looks inside
 * of one, and all it could do when taken over is write a wrong document.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#include "worker/inspect/facts.h"
#include "worker/inspect/sandbox.h"

/* No larger upload is possible (BPFCOMPAT_API_MAX_ARTIFACT_BYTES). */
#define OBJECT_MAX	((size_t)512 * 1024 * 1024)
#define CHUNK		((size_t)1024 * 1024)

enum	{ EXIT_DONE = 0, EXIT_USAGE = 1, EXIT_SANDBOX = 3, EXIT_FAILED = 4 };

static enum err
read_all(int fd, struct buf *b)
{
	ssize_t	 n;
	void	*p;

	do {
		if ((p = buf_reserve(b, CHUNK)) == NULL)
			return buf_err(b);
		do {
			n = read(fd, p, CHUNK);
		} while (n == -1 && errno == EINTR);
		if (n == -1)
			return ERR_IO;
		buf_commit(b, (size_t)n);
	} while (n > 0);
	return ERR_OK;
}

static enum err
write_all(int fd, const struct buf *b)
{
	size_t	 at = 0;
	ssize_t	 n;

	while (at < b->len) {
		n = write(fd, b->data + at, b->len - at);
		if (n == -1 && errno != EINTR)
			return ERR_IO;
		if (n > 0)
			at += (size_t)n;
	}
	return ERR_OK;
}

int
main(int argc, char **argv)
{
	struct buf	 in = BUF_INIT(OBJECT_MAX + CHUNK);
	struct buf	 out = BUF_INIT(FACTS_MAX);
	struct diag	 d = DIAG_INIT;
	enum err	 e;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bpfcompat-inspect %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: bpfcompat-inspect < OBJECT\n");
		return EXIT_USAGE;
	}
	if (sandbox_enter(&d) != ERR_OK) {
		fprintf(stderr, "bpfcompat-inspect: %s\n", diag_text(&d));
		return EXIT_SANDBOX;
	}
	if ((e = read_all(STDIN_FILENO, &in)) == ERR_OK &&
	    (e = facts_write(in.data, in.len, &out)) == ERR_OK)
		e = write_all(STDOUT_FILENO, &out);
	/* The C library's way out makes calls that are not allowed. */
	_exit(e == ERR_OK ? EXIT_DONE : EXIT_FAILED);
}
