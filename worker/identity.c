#include "worker/identity.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"

/* QEMU itself, besides the guest's memory. */
#define QEMU_OVERHEAD_MB	192
/* Left to the rest of the machine. */
#define KEEP_FREE_MB		512

/* Field 22 of /proc/PID/stat. */
long long
identity_start_time(int64_t pid)
{
	struct buf	 b = BUF_INIT(4096);
	char		 path[64], *p;
	long long	 ticks = -1;

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	if (fsio_read(path, &b, NULL) != ERR_OK ||
	    (p = strrchr(buf_str(&b), ')')) == NULL)
		goto out;
	/* After the name come the state (3rd) and 18 more fields. */
	for (int field = 2; field < 22 && p != NULL; field++)
		p = strchr(p + 1, ' ');
	if (p != NULL)
		ticks = strtoll(p + 1, NULL, 10);
out:
	buf_clear(&b);
	return ticks;
}

enum err
identity_self(struct identity *id, struct diag *d)
{
	struct buf	 b = BUF_INIT(128);
	enum err	 e;

	id->pid = getpid();
	if (gethostname(id->host, sizeof(id->host) - 1) == -1)
		return diag_errno(d, "cannot read the host name");
	id->host[sizeof(id->host) - 1] = '\0';
	e = fsio_read("/proc/sys/kernel/random/boot_id", &b, d);
	if (e == ERR_OK)
		snprintf(id->boot_id, sizeof(id->boot_id), "%.36s",
		    buf_str(&b));
	buf_clear(&b);
	if (e != ERR_OK)
		return e;
	snprintf(id->holder, sizeof(id->holder), "%s:%s:%lld:%lld", id->host,
	    id->boot_id, (long long)id->pid, identity_start_time(id->pid));
	return ERR_OK;
}

int
identity_alive(int64_t pid, const char *holder)
{
	const char	*start = strrchr(holder, ':');

	return start != NULL && identity_start_time(pid) == strtoll(start + 1, NULL, 10);
}

static int64_t
available_mb(void)
{
	struct buf	 b = BUF_INIT(16 * 1024);
	const char	*p;
	int64_t		 mb = 0;

	if (fsio_read("/proc/meminfo", &b, NULL) == ERR_OK &&
	    (p = strstr(buf_str(&b), "MemAvailable:")) != NULL)
		mb = strtoll(p + strlen("MemAvailable:"), NULL, 10) / 1024;
	buf_clear(&b);
	return mb;
}

int
identity_slots(int64_t guest_mb)
{
	cpu_set_t	 set;
	int64_t		 cores = 1, by_memory;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		cores = CPU_COUNT(&set);
	by_memory = (available_mb() - KEEP_FREE_MB) /
	    (guest_mb + QEMU_OVERHEAD_MB);
	if (by_memory < cores)
		cores = by_memory;
	return cores < 1 ? 1 : cores > 256 ? 256 : (int)cores;
}
