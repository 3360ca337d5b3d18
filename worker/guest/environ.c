#include "environ.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/json_out.h"
#include "wire.h"

/* Cut in two at the first space: what it is, and the rest. */
static bool
next(FILE *f, char *line, size_t size, char **rest)
{
	if (f == NULL || fgets(line, (int)size, f) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	*rest = strchr(line, ' ');
	if (*rest == NULL)
		*rest = line + strlen(line);
	else
		*(*rest)++ = '\0';
	return true;
}

static long
memlock_kb(void)
{
	FILE	*f = fopen(WIRE_ENV_FILE, "re");
	char	 line[512], *rest;
	long	 kb = 0;

	while (next(f, line, sizeof(line), &rest))
		if (strcmp(line, "memlock_kb") == 0)
			kb = strtol(rest, NULL, 10);
	if (f != NULL)
		fclose(f);
	return kb > 0 ? kb : 0;
}

int64_t
environ_memlock(void)
{
	struct rlimit	 r;

	if (getrlimit(RLIMIT_MEMLOCK, &r) == -1 ||
	    r.rlim_cur == RLIM_INFINITY)
		return 0;
	return (int64_t)r.rlim_cur;
}

void
environ_enter(void)
{
	long		 kb = memlock_kb();
	struct rlimit	 r;

	if (kb == 0)
		return;
	/* Only the soft one: an experiment asks what more would do. */
	r.rlim_cur = (rlim_t)kb * 1024;
	r.rlim_max = RLIM_INFINITY;
	libbpf_set_memlock_rlim((size_t)kb * 1024);
	if (setrlimit(RLIMIT_MEMLOCK, &r) == -1)
		perror("bpfcompat-validator: cannot lower the memory lock "
		    "limit");
}

void
environ_settle(void)
{
	if (environ_memlock() != 0)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static void
write_sysctls(struct jsonw *w)
{
	FILE	*f = fopen(WIRE_ENV_FILE, "re");
	char	 line[512], *rest, *value;

	jsonw_obj(w, "sysctls");
	while (next(f, line, sizeof(line), &rest))
		if (strcmp(line, "sysctl") == 0 &&
		    (value = strchr(rest, ' ')) != NULL) {
			*value++ = '\0';
			jsonw_str(w, rest, value);
		}
	jsonw_end(w);
	if (f != NULL)
		fclose(f);
}

static void
write_failed(struct jsonw *w)
{
	FILE	*f = fopen(WIRE_ENV_FILE, "re");
	char	 line[512], *rest;

	jsonw_arr(w, "failed");
	while (next(f, line, sizeof(line), &rest))
		if (strcmp(line, "failed") == 0)
			jsonw_str(w, NULL, rest);
	jsonw_end(w);
	if (f != NULL)
		fclose(f);
}

static bool
has(const char *word)
{
	FILE	*f = fopen(WIRE_ENV_FILE, "re");
	char	 line[512], *rest;
	bool	 found = false;

	while (!found && next(f, line, sizeof(line), &rest))
		found = word == NULL || strcmp(line, word) == 0;
	if (f != NULL)
		fclose(f);
	return found;
}

void
environ_write(struct jsonw *w)
{
	if (!has(NULL))
		return;
	jsonw_obj(w, "environment");
	if (has("sysctl"))
		write_sysctls(w);
	/* As it is, not as it was asked for. */
	if (environ_memlock() != 0)
		jsonw_int(w, "memlock_kb", environ_memlock() / 1024);
	if (has("btf"))
		jsonw_str(w, "kernel_btf", "hidden");
	if (has("failed"))
		write_failed(w);
	jsonw_end(w);
}
