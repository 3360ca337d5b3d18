#include "worker/vm/template.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "worker/vm/qemu.h"

/* Raise it when the way of building or the devices change. */
#define LAYOUT		"template 1 " QEMU_MACHINE " " QEMU_CPU
#define RAM_FILE	"ram"
#define STATE_FILE	"state"
/* A builder's folder before it is whole; the rest of the name is the key. */
#define UNFINISHED	".new-"
/* A file that says that this template failed, and when. */
#define FAILED		".failed-"
#define EVICT_MAX	256
/* More device state than this is a broken QEMU; usual are 400 KiB. */
#define STATE_MAX	(64 * 1024 * 1024)

#define QMP_EVENTS							\
	"{\"execute\":\"migrate-set-capabilities\",\"arguments\":"	\
	"{\"capabilities\":["						\
	"{\"capability\":\"events\",\"state\":true},"			\
	"{\"capability\":\"x-ignore-shared\",\"state\":true}]}}\n"

static enum err
templates_dir(const char *cache_dir, char out[static PATH_MAX])
{
	return path_join(out, PATH_MAX, cache_dir, "templates", NULL);
}

static void
add_text(struct sha256 *h, const char *s)
{
	sha256_add(h, s, strlen(s) + 1);
}

static void
add_qemu(struct sha256 *h, const char *path)
{
	struct stat	 st;
	char		 line[128];

	add_text(h, path);
	if (stat(path, &st) == -1)
		return;
	snprintf(line, sizeof(line), "%jd %jd.%09ld", (intmax_t)st.st_size,
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	add_text(h, line);
}

static enum err
make_key(struct template *t, const struct template_parts *p)
{
	struct buf	 boot_id = BUF_INIT(4096);
	struct sha256	*h = NULL;
	char		 line[128];
	enum err	 e = sha256_new(&h);

	if (e != ERR_OK)
		return e;
	fsio_read("/proc/sys/kernel/random/boot_id", &boot_id, NULL);
	add_text(h, LAYOUT);
	add_text(h, buf_str(&boot_id));
	add_qemu(h, p->qemu);
	add_text(h, p->accel);
	add_text(h, p->initramfs_key);
	add_text(h, p->vmlinuz_sha256);
	add_text(h, p->cmdline);
	snprintf(line, sizeof(line), "%lld %lld %u %d",
	    (long long)p->memory_mb, (long long)p->cpus, (unsigned)p->uid,
	    p->network);
	add_text(h, line);
	sha256_hex(h, t->key);
	sha256_free(h);
	buf_clear(&boot_id);
	return ERR_OK;
}

enum err
template_init(struct template *t, const struct template_parts *p,
    struct diag *d)
{
	char		 dir[PATH_MAX], path[PATH_MAX];
	enum err	 e;

	memset(t, 0, sizeof(*t));
	t->ram_fd = t->state_fd = -1;
	if ((e = make_key(t, p)) != ERR_OK ||
	    (e = templates_dir(p->cache_dir, dir)) != ERR_OK ||
	    (e = path_join(path, sizeof(path), dir, t->key, NULL)) != ERR_OK)
		return diag_set(d, e, NULL, "no name for a template: %s",
		    err_text(e));
	return (t->dir = strdup(path)) == NULL ? ERR_NOMEM : ERR_OK;
}

static void
close_files(struct template *t)
{
	if (t->ram_fd != -1)
		close(t->ram_fd);
	if (t->state_fd != -1)
		close(t->state_fd);
	t->ram_fd = t->state_fd = -1;
}

void
template_clear(struct template *t)
{
	close_files(t);
	free(t->dir);
	t->dir = NULL;
}

/* "<cache>/templates/<prefix><key>" */
static enum err
beside(const struct template *t, const char *prefix,
    char out[static PATH_MAX])
{
	const char	*slash = strrchr(t->dir, '/');
	int		 n;

	n = snprintf(out, PATH_MAX, "%.*s/%s%s", (int)(slash - t->dir),
	    t->dir, prefix, t->key);
	return n < 0 || n >= PATH_MAX ? ERR_TOOBIG : ERR_OK;
}

static bool
failed_lately(const struct template *t)
{
	char		 path[PATH_MAX];
	struct stat	 st;

	return beside(t, FAILED, path) == ERR_OK && stat(path, &st) == 0 &&
	    time_now_ms() / 1000 - st.st_mtime < TEMPLATE_REST_S;
}

static int
open_in(const char *dir, const char *name, int flags)
{
	char	 path[PATH_MAX];

	if (path_join(path, sizeof(path), dir, name, NULL) != ERR_OK) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, FSIO_FILE_MODE);
}

enum err
template_open(struct template *t, struct diag *d)
{
	close_files(t);
	if (failed_lately(t))
		return diag_set(d, ERR_UNAVAILABLE, NULL, "saving or "
		    "continuing this guest failed a short time ago");
	/* QEMU maps the memory privately but insists on opening it to write. */
	t->ram_fd = open_in(t->dir, RAM_FILE, O_RDWR);
	t->state_fd = open_in(t->dir, STATE_FILE, O_RDONLY);
	if (t->ram_fd == -1 || t->state_fd == -1) {
		close_files(t);
		return errno == ENOENT ? ERR_NOTFOUND :
		    diag_errno(d, "cannot open a template");
	}
	/* The time of last use, for template_evict(). */
	utimensat(AT_FDCWD, t->dir, NULL, 0);
	return ERR_OK;
}

void
template_discard(struct template *t)
{
	char	 path[PATH_MAX];

	close_files(t);
	fsio_rmtree(t->dir, NULL);
	if (beside(t, FAILED, path) == ERR_OK)
		fsio_write_atomic(path, "", 0, FSIO_FILE_MODE, NULL);
}

/* --- build --------------------------------------------------------------- */

/* Stops a guest and writes all of it but the memory to "state_fd". */
static enum err
save(struct vm *vm, int state_fd, int64_t deadline, struct diag *d)
{
	enum err	 e;

	if ((e = vm_monitor(vm, "{\"execute\":\"stop\"}\n", -1, deadline,
	    d)) != ERR_OK ||
	    (e = vm_monitor(vm, QMP_EVENTS, -1, deadline, d)) != ERR_OK ||
	    (e = vm_monitor(vm, "{\"execute\":\"getfd\",\"arguments\":"
	    "{\"fdname\":\"state\"}}\n", state_fd, deadline, d)) != ERR_OK ||
	    (e = vm_monitor(vm, "{\"execute\":\"migrate\",\"arguments\":"
	    "{\"uri\":\"fd:state\"}}\n", -1, deadline, d)) != ERR_OK)
		return e;
	return vm_wait_migration(vm, deadline, d);
}

static enum err
fill(const char *dir, int64_t memory_mb, uid_t owner, template_boot_fn boot,
    void *arg, int64_t deadline, struct diag *d)
{
	int		 ram = open_in(dir, RAM_FILE, O_RDWR | O_CREAT);
	int		 state = open_in(dir, STATE_FILE, O_RDWR | O_CREAT);
	struct vm	*vm = NULL;
	struct stat	 st;
	enum err	 e = ERR_OK;

	if (ram == -1 || state == -1 ||
	    ftruncate(ram, memory_mb * 1024 * 1024) == -1 ||
	    (owner != 0 && fchown(ram, owner, (gid_t)-1) == -1)) {
		e = diag_errno(d, "cannot make a template");
		goto out;
	}
	if ((e = boot(arg, ram, deadline, &vm, d)) == ERR_OK &&
	    (e = save(vm, state, deadline, d)) == ERR_CHILD)
		e = ERR_UNSUPPORTED;
	if (e == ERR_OK && (fstat(state, &st) == -1 || st.st_size == 0 ||
	    st.st_size > STATE_MAX))
		e = diag_set(d, ERR_CHILD, NULL, "QEMU saved %lld bytes of "
		    "state", (long long)st.st_size);
out:
	vm_free(vm);
	if (ram != -1)
		close(ram);
	if (state != -1)
		close(state);
	return e;
}

static enum err
build_locked(struct template *t, int64_t memory_mb, uid_t owner,
    template_boot_fn boot, void *arg, int64_t deadline, struct diag *d)
{
	char		 tmp[PATH_MAX];
	enum err	 e;

	if ((e = beside(t, UNFINISHED, tmp)) != ERR_OK ||
	    /* What a builder that was killed has left. */
	    (e = fsio_rmtree(tmp, d)) != ERR_OK ||
	    (e = fsio_mkdirs(tmp, d)) != ERR_OK)
		return e;
	e = fill(tmp, memory_mb, owner, boot, arg, deadline, d);
	if (e == ERR_OK && rename(tmp, t->dir) == -1)
		e = diag_errno(d, "cannot keep a template");
	if (e != ERR_OK)
		fsio_rmtree(tmp, NULL);
	return e;
}

enum err
template_build(struct template *t, int64_t memory_mb, uid_t owner,
    template_boot_fn boot, void *arg, int64_t deadline, struct diag *d)
{
	char		 lock[PATH_MAX], dir[PATH_MAX];
	enum err	 e;
	int		 fd = -1;

	if ((e = beside(t, ".lock-", lock)) != ERR_OK)
		return e;
	snprintf(dir, sizeof(dir), "%.*s",
	    (int)(strrchr(t->dir, '/') - t->dir), t->dir);
	if ((e = fsio_mkdirs(dir, d)) != ERR_OK ||
	    (e = fsio_lock(lock, time_left_ms(deadline), &fd, d)) != ERR_OK)
		return e;
	if (!fsio_exists(t->dir) && !failed_lately(t))
		e = build_locked(t, memory_mb, owner, boot, arg, deadline, d);
	fsio_unlock(fd);
	return e;
}

/* --- use ----------------------------------------------------------------- */

enum err
template_resume(struct vm *vm, int state_fd, int64_t deadline,
    struct diag *d)
{
	char		 cmd[128];
	enum err	 e;

	snprintf(cmd, sizeof(cmd), "{\"execute\":\"migrate-incoming\","
	    "\"arguments\":{\"uri\":\"fd:%d\"}}\n", state_fd);
	if ((e = vm_monitor(vm, QMP_EVENTS, -1, deadline, d)) != ERR_OK ||
	    (e = vm_monitor(vm, cmd, -1, deadline, d)) != ERR_OK ||
	    (e = vm_wait_migration(vm, deadline, d)) != ERR_OK)
		return e;
	return vm_monitor(vm, "{\"execute\":\"cont\"}\n", -1, deadline, d);
}

/* --- eviction ------------------------------------------------------------ */

struct	entry {
	char	 name[NAME_MAX + 1];
	time_t	 used;
	int64_t	 bytes;
};

static int
newest_first(const void *a, const void *b)
{
	const struct entry	*x = a, *y = b;

	return x->used == y->used ? 0 : x->used < y->used ? 1 : -1;
}

/* Blocks on disk; the memory file has holes. */
static int64_t
bytes_of(int dirfd_, const char *name)
{
	static const char	*const files[] = { RAM_FILE, STATE_FILE };
	char			 path[NAME_MAX + 16];
	struct stat		 st;
	int64_t			 sum = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", name, files[i]);
		if (fstatat(dirfd_, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
			sum += (int64_t)st.st_blocks * 512;
	}
	return sum;
}

static size_t
list(const char *dir, struct entry *v, size_t max)
{
	struct dirent	*de;
	struct stat	 st;
	size_t		 n = 0;
	DIR		*dp = opendir(dir);

	while (dp != NULL && n < max && (de = readdir(dp)) != NULL) {
		if (!hex_is_sha256(de->d_name) || fstatat(dirfd(dp),
		    de->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		snprintf(v[n].name, sizeof(v[n].name), "%s", de->d_name);
		v[n].used = st.st_mtime;
		v[n++].bytes = bytes_of(dirfd(dp), de->d_name);
	}
	if (dp != NULL)
		closedir(dp);
	return n;
}

void
template_evict(const char *cache_dir, int64_t max, const char *keep_key)
{
	struct entry	*v = calloc(EVICT_MAX, sizeof(*v));
	char		 dir[PATH_MAX], path[PATH_MAX];
	int64_t		 sum = 0;
	size_t		 n;

	if (v == NULL || templates_dir(cache_dir, dir) != ERR_OK) {
		free(v);
		return;
	}
	n = list(dir, v, EVICT_MAX);
	qsort(v, n, sizeof(*v), newest_first);
	for (size_t i = 0; i < n; i++) {
		sum += v[i].bytes;
		/* VMs that run on it keep their open files. */
		if (sum > max && strcmp(v[i].name, keep_key) != 0 &&
		    path_join(path, sizeof(path), dir, v[i].name, NULL) ==
		    ERR_OK) {
			fsio_rmtree(path, NULL);
			sum -= v[i].bytes;
		}
	}
	free(v);
}
