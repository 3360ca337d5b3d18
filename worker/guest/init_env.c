/*
 * The environment of a variant (wire.h): what its parameters ask for is set
 * here, read back, and left in a file for the validator.  What cannot be set
 * is told there too: then nothing is judged in this guest.
 */
#include "init.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sys/mount.h>

#include "wire.h"

#define BTF_DIR	"/sys/kernel/btf"

/* "net.core.x" is the file /proc/sys/net/core/x. */
static bool
sysctl_path(const char *name, char *path, size_t size)
{
	int	 n = snprintf(path, size, "/proc/sys/%s", name);
	char	*p;

	if (n < 0 || (size_t)n >= size || strstr(name, "..") != NULL ||
	    strchr(name, '/') != NULL)
		return false;
	for (p = path + sizeof("/proc/sys/") - 1; *p != '\0'; p++)
		if (*p == '.')
			*p = '/';
	return true;
}

/* 0 or an errno. */
static int
write_value(const char *path, const char *value)
{
	FILE	*f = fopen(path, "we");
	int	 err = 0;

	if (f == NULL)
		return errno;
	/* Without a buffer, so that the kernel's answer is ours. */
	setvbuf(f, NULL, _IONBF, 0);
	if (fputs(value, f) == EOF)
		err = errno;
	fclose(f);
	return err;
}

static void
set_sysctl(FILE *out, char *word)
{
	char	*value = strchr(word, '=');
	char	 path[256], is[256] = "";
	FILE	*f;
	int	 err;

	if (value == NULL)
		return;
	*value++ = '\0';
	if (!sysctl_path(word, path, sizeof(path))) {
		fprintf(out, "failed sysctl %s: not a name\n", word);
		return;
	}
	if ((err = write_value(path, value)) != 0) {
		fprintf(out, "failed sysctl %s=%s: %s\n", word, value,
		    err == ENOENT ? "this kernel does not have it" :
		    strerror(err));
		return;
	}
	if ((f = fopen(path, "re")) != NULL) {
		if (fgets(is, sizeof(is), f) != NULL)
			is[strcspn(is, "\n")] = '\0';
		fclose(f);
	}
	fprintf(out, "sysctl %s %s\n", word, is);
}

/* Loaders look for BTF there and nowhere else, as far as the guest goes. */
static void
hide_btf(FILE *out)
{
	if (mount("none", BTF_DIR, "tmpfs", MS_RDONLY | MS_NOSUID,
	    "mode=0555,size=4k") == -1 && errno != ENOENT)
		fprintf(out, "failed hiding " BTF_DIR ": %s\n",
		    strerror(errno));
	else
		fputs("btf hidden\n", out);
}

static void
one(FILE *out, char *word)
{
	static const size_t	 s = sizeof(WIRE_PARAM_SYSCTL) - 1;
	static const size_t	 m = sizeof(WIRE_PARAM_MEMLOCK) - 1;

	if (strncmp(word, WIRE_PARAM_SYSCTL, s) == 0)
		set_sysctl(out, word + s);
	else if (strncmp(word, WIRE_PARAM_MEMLOCK, m) == 0)
		fprintf(out, "memlock_kb %s\n", word + m);
	else if (strcmp(word, WIRE_PARAM_BTF) == 0)
		hide_btf(out);
}

void
setup_environment(void)
{
	char	 line[4096], *p, *rest = line;
	FILE	*in = fopen("/proc/cmdline", "re"), *out = NULL;

	if (in == NULL)
		return;
	if (fgets(line, sizeof(line), in) == NULL)
		line[0] = '\0';
	fclose(in);
	if (strstr(line, " bpfcompat.") == NULL ||
	    (out = fopen(WIRE_ENV_FILE, "we")) == NULL)
		return;
	while ((p = strsep(&rest, " \n")) != NULL)
		one(out, p);
	fclose(out);
}
