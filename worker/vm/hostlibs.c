#include "worker/vm/hostlibs.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/proc.h"
#include "base/timefmt.h"

#define LIST_MAX	(64 * 1024)
#define LIST_WAIT_MS	10000

static enum err
add(struct hostlibs *h, const char *path, size_t len)
{
	if (h->n == HOSTLIBS_MAX)
		return ERR_FULL;
	if ((h->path[h->n] = strndup(path, len)) == NULL)
		return ERR_NOMEM;
	h->n++;
	return ERR_OK;
}

void
hostlibs_clear(struct hostlibs *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->path[i]);
	h->n = 0;
}

/* Path of the dynamic loader; "" for a static program. */
static enum err
interpreter(const char *program, char out[static PATH_MAX], struct diag *d)
{
	Elf64_Ehdr	 eh;
	Elf64_Phdr	 ph;
	enum err	 e = ERR_OK;
	int		 fd = open(program, O_RDONLY | O_CLOEXEC);

	out[0] = '\0';
	if (fd == -1)
		return diag_errno(d, "cannot open %s", program);
	if (pread(fd, &eh, sizeof(eh), 0) != (ssize_t)sizeof(eh) ||
	    memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 ||
	    eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_phentsize != sizeof(ph)) {
		e = diag_set(d, ERR_UNSUPPORTED, NULL,
		    "%s is not a 64-bit ELF program", program);
		goto out;
	}
	for (unsigned i = 0; i < eh.e_phnum; i++) {
		if (pread(fd, &ph, sizeof(ph), (off_t)(eh.e_phoff +
		    i * sizeof(ph))) != (ssize_t)sizeof(ph))
			break;
		if (ph.p_type != PT_INTERP || ph.p_filesz == 0 ||
		    ph.p_filesz >= PATH_MAX)
			continue;
		if (pread(fd, out, ph.p_filesz, (off_t)ph.p_offset) !=
		    (ssize_t)ph.p_filesz)
			out[0] = '\0';
		out[ph.p_filesz] = '\0';
		break;
	}
out:
	close(fd);
	return e;
}

/* "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f...)" */
static enum err
add_line(struct hostlibs *h, const char *line, struct diag *d)
{
	const char	*to = strstr(line, "=> "), *path;

	if (to == NULL)
		return ERR_OK;
	path = to + 3;
	if (path[0] != '/')
		return diag_set(d, ERR_NOTFOUND, NULL,
		    "a library is not installed: %s", line);
	return add(h, path, strcspn(path, " "));
}

enum err
hostlibs_parse(const char *text, struct hostlibs *h, struct diag *d)
{
	char		*copy = strdup(text), *next = copy, *line;
	enum err	 e = copy == NULL ? ERR_NOMEM : ERR_OK;

	while (e == ERR_OK && (line = strsep(&next, "\n")) != NULL)
		e = add_line(h, line, d);
	free(copy);
	return e;
}

enum err
hostlibs_find(const char *program, struct hostlibs *h, struct diag *d)
{
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 out = BUF_INIT(LIST_MAX);
	char		 loader[PATH_MAX];
	const char	*argv[] = { loader, "--list", program, NULL };
	enum err	 e;
	int		 code = 0;

	h->n = 0;
	if ((e = interpreter(program, loader, d)) != ERR_OK ||
	    loader[0] == '\0')
		return e;
	if ((e = add(h, loader, strlen(loader))) != ERR_OK)
		return e;
	o.argv = argv;
	e = proc_run(&o, NULL, 0, &out, NULL, time_mono_ms() + LIST_WAIT_MS,
	    &code, d);
	if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_NOTFOUND, NULL, "a library that %s "
		    "needs is not installed", program);
	if (e == ERR_OK)
		e = hostlibs_parse(buf_str(&out), h, d);
	buf_clear(&out);
	if (e != ERR_OK)
		hostlibs_clear(h);
	return e;
}
