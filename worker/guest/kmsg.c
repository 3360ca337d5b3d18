#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

#include <linux/bpf.h>

#include "run.h"
#include "wire.h"

/* Maps that libbpf makes to find out what the kernel can do. */
#define PROBE_MAP	"libbpf_"

/* One process, one validation: this is about the process, as bpf(2) is. */
static struct {
	int			 fd;	/* -1: closed */
	const char		*phase;
	const struct prog	*progs;
	size_t			 next, from, to, total;
} log_ = { .fd = -1 };

long	 __real_syscall(long nr, ...);
long	 __wrap_syscall(long nr, ...);

void
kmsg_open(void)
{
	log_.fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

/* A name from outside must not look like anything but a name. */
static void
safe_name(const char *name, char *out, size_t size)
{
	size_t	 n = 0;

	for (; *name != '\0' && n + 1 < size; name++)
		out[n++] = (*name >= 'a' && *name <= 'z') ||
		    (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9') || *name == '_' ||
		    *name == '.' ? *name : '_';
	out[n] = '\0';
}

void
kmsg_step(const char *phase, const char *name, size_t index, size_t total)
{
	char	 line[256], safe[128];
	int	 n, keep = errno;

	if (log_.fd == -1)
		return;
	safe_name(name == NULL ? "" : name, safe, sizeof(safe));
	n = snprintf(line, sizeof(line), WIRE_STEP_PRIORITY WIRE_STEP
	    "%s %zu %zu%s%s\n", phase, index, total, safe[0] == '\0' ? "" :
	    " ", safe);
	/* Evidence only: without it the run goes on. */
	while (write(log_.fd, line, (size_t)n) == -1 && errno == EINTR)
		continue;
	errno = keep;
}

void
kmsg_loads(const char *phase, const struct prog *progs, size_t from,
    size_t to, size_t total)
{
	log_.phase = phase;
	log_.progs = progs;
	log_.next = log_.from = from;
	log_.to = to;
	log_.total = total;
}

/*
 * The kernel gets the first 15 bytes of a name.  Programs come in order, so
 * of two that begin alike the later one is meant the second time.
 */
static void
loading(const union bpf_attr *attr)
{
	size_t	 n = log_.to - log_.from, i, at;

	if (log_.progs == NULL || attr->prog_name[0] == '\0')
		return;
	for (i = 0; i < n; i++) {
		at = log_.from + (log_.next - log_.from + i) % n;
		if (strncmp(attr->prog_name, log_.progs[at].name,
		    sizeof(attr->prog_name) - 1) == 0)
			break;
	}
	if (i == n)
		return;
	log_.next = at + 1;
	kmsg_step(log_.phase, log_.progs[at].name, at + 1, log_.total);
}

static void
creating(const union bpf_attr *attr)
{
	char	 name[sizeof(attr->map_name) + 1] = "";

	memcpy(name, attr->map_name, sizeof(attr->map_name));
	if (name[0] != '\0' &&
	    strncmp(name, PROBE_MAP, strlen(PROBE_MAP)) != 0)
		kmsg_step("map", name, 0, 0);
}

long
__wrap_syscall(long nr, ...)
{
	va_list	 ap;
	long	 a[6];

	va_start(ap, nr);
	for (size_t i = 0; i < sizeof(a) / sizeof(a[0]); i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (nr == SYS_bpf && a[0] == BPF_PROG_LOAD)
		loading((const void *)a[1]);
	else if (nr == SYS_bpf && a[0] == BPF_MAP_CREATE)
		creating((const void *)a[1]);
	return __real_syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}
