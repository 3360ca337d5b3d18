#include "kmods.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/buf.h"
#include "run.h"
#include "target.h"

/* All of this kernel's modules, written by the host. */
#define ALL_MODULES	"/etc/modules.all"
#define ALL_MAX		(512U * 1024)

static bool
read_list(struct buf *b)
{
	int	 fd = open(ALL_MODULES, O_RDONLY | O_CLOEXEC);
	char	 chunk[4096];
	ssize_t	 n;

	if (fd == -1)
		return false;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(b, chunk, (size_t)n);
	close(fd);
	return b->len > 0 && buf_err(b) == ERR_OK;
}

/* What a module's functions and events are named after. */
static const char *
place_of(const struct prog *p, struct target *t)
{
	target_parse(p->section, t);
	switch (t->kind) {
	case TARGET_KPROBE:
	case TARGET_TRAMPOLINE:
	case TARGET_RAW_TRACEPOINT:
	case TARGET_BTF_TRACEPOINT:
		return t->name;
	case TARGET_TRACEPOINT:
		return t->group;
	default:
		return "";
	}
}

static bool
loaded(const char *module)
{
	char	 path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return access(path, F_OK) == 0;
}

static void
load(char *module)
{
	char	 prog[] = "/sbin/modprobe";
	char	*argv[] = { prog, module, NULL }, *env[] = { NULL };
	pid_t	 pid;

	if (posix_spawn(&pid, prog, NULL, NULL, argv, env) == 0)
		while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
			continue;
}

void
kmods_run(struct run *r)
{
	struct buf	 list = BUF_INIT(ALL_MAX);
	struct target	 t;
	const char	*place;
	char		 module[sizeof(r->progs->module)], tried[64] = "";
	size_t		 i;

	for (i = 0; i < r->nprogs; i++) {
		if (!r->progs[i].autoload)
			continue;
		place = place_of(&r->progs[i], &t);
		if (place[0] == '\0')
			continue;
		if (list.len == 0 && !read_list(&list)) {
			r->no_modules = true;
			break;
		}
		if (!kmods_match(buf_str(&list), place, module,
		    sizeof(module)) || loaded(module))
			continue;
		/* Many programs in a row go to the same module. */
		if (strcmp(module, tried) != 0)
			load(module);
		memcpy(tried, module, sizeof(tried));
		if (!loaded(module))
			memcpy(r->progs[i].module, module, sizeof(module));
	}
	buf_clear(&list);
}
