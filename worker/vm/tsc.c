#include "worker/vm/tsc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fsio.h"
#include "base/hash.h"

/* Windows measured, and how long each is. */
#define WINDOWS		5
#define WINDOW_NS	10000000
#define LOCK_WAIT_MS	5000
#define MHZ		1000
/* What no counter of ours runs at. */
#define KHZ_MIN		100000
#define KHZ_MAX		10000000

#if defined(__x86_64__)
static long long
now_ns(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* An interrupted window is wrong in either direction. */
static long
window(void)
{
	long long	 from = now_ns(), to;
	unsigned long long t = __builtin_ia32_rdtsc();

	do
		to = now_ns();
	while (to - from < WINDOW_NS);
	t = __builtin_ia32_rdtsc() - t;
	return (long)(t * 1000000 / (unsigned long long)(to - from));
}

static int
by_size(const void *a, const void *b)
{
	long	 x = *(const long *)a, y = *(const long *)b;

	return x < y ? -1 : x > y;
}

static long
measure(void)
{
	long	 v[WINDOWS];

	for (int i = 0; i < WINDOWS; i++)
		v[i] = window();
	qsort(v, WINDOWS, sizeof(v[0]), by_size);
	return (v[WINDOWS / 2] + MHZ / 2) / MHZ * MHZ;
}
#else
static long
measure(void)
{
	return 0;
}
#endif

static bool
answer_path(const char *cache_dir, char out[static PATH_MAX])
{
	struct buf	 b = BUF_INIT(4096);
	char		 key[SHA256_HEX_SIZE], name[32];
	bool		 ok;

	ok = fsio_read("/proc/sys/kernel/random/boot_id", &b, NULL) ==
	    ERR_OK && sha256_mem(b.data, b.len, key) == ERR_OK;
	buf_clear(&b);
	if (!ok)
		return false;
	snprintf(name, sizeof(name), "tsc-%.16s", key);
	return path_join(out, PATH_MAX, cache_dir, name, NULL) == ERR_OK;
}

static long
remembered(const char *path)
{
	struct buf	 b = BUF_INIT(64);
	long		 khz = 0;

	if (fsio_read(path, &b, NULL) == ERR_OK)
		khz = strtol(buf_str(&b), NULL, 10);
	buf_clear(&b);
	return khz >= KHZ_MIN && khz <= KHZ_MAX ? khz : 0;
}

long
tsc_khz(const char *cache_dir)
{
	char	 path[PATH_MAX], lock[PATH_MAX], text[32];
	long	 khz;
	int	 fd = -1, n;

	if (fsio_mkdirs(cache_dir, NULL) != ERR_OK ||
	    !answer_path(cache_dir, path) || path_join(lock, sizeof(lock),
	    cache_dir, "tsc.lock", NULL) != ERR_OK)
		return 0;
	if ((khz = remembered(path)) != 0)
		return khz;
	/* Two answers would be two keys. */
	if (fsio_lock(lock, LOCK_WAIT_MS, &fd, NULL) != ERR_OK)
		return 0;
	if ((khz = remembered(path)) == 0 && (khz = measure()) >= KHZ_MIN &&
	    khz <= KHZ_MAX) {
		n = snprintf(text, sizeof(text), "%ld\n", khz);
		if (fsio_write_atomic(path, text, (size_t)n, FSIO_FILE_MODE,
		    NULL) != ERR_OK)
			khz = 0;
	}
	fsio_unlock(fd);
	return khz >= KHZ_MIN && khz <= KHZ_MAX ? khz : 0;
}
