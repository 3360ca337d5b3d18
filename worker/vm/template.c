#include "worker/vm/template_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/timefmt.h"
#include "worker/vm/qemu.h"

/* Raise it when the way of building or the devices change. */
#define LAYOUT		"template 2 " QEMU_MACHINE " " QEMU_CPU
/* More device state than this is a broken QEMU; usual are 400 KiB. */
#define STATE_MAX	(64 * 1024 * 1024)

#define QMP_EVENTS							\
	"{\"execute\":\"migrate-set-capabilities\",\"arguments\":"	\
	"{\"capabilities\":["						\
	"{\"capability\":\"events\",\"state\":true},"			\
	"{\"capability\":\"x-ignore-shared\",\"state\":true}]}}\n"

enum err
template_dir(const char *cache_dir, char out[static PATH_MAX])
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
	template_boot_id(&boot_id);
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
	    (e = template_dir(p->cache_dir, dir)) != ERR_OK ||
	    (e = path_join(path, sizeof(path), dir, t->key, NULL)) != ERR_OK)
		return diag_set(d, e, NULL, "no name for a template: %s",
		    err_text(e));
	t->dir = strdup(path);
	t->profile_id = strdup(p->profile_id);
	return t->dir == NULL || t->profile_id == NULL ? ERR_NOMEM : ERR_OK;
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
	free(t->profile_id);
	t->dir = t->profile_id = NULL;
}

void
template_boot_id(struct buf *b)
{
	fsio_read("/proc/sys/kernel/random/boot_id", b, NULL);
}

enum err
template_beside(const struct template *t, const char *prefix,
    char out[static PATH_MAX])
{
	const char	*slash = strrchr(t->dir, '/');
	int		 n;

	n = snprintf(out, PATH_MAX, "%.*s/%s%s", (int)(slash - t->dir),
	    t->dir, prefix, t->key);
	return n < 0 || n >= PATH_MAX ? ERR_TOOBIG : ERR_OK;
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

int64_t
template_changed_ns(int fd)
{
	struct stat	 st;

	return fstat(fd, &st) == -1 ? -1 :
	    (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

bool
template_intact(const struct template *t)
{
	return template_changed_ns(t->ram_fd) == t->changed_ns;
}

enum err
template_open(struct template *t, struct diag *d)
{
	enum err	 e;

	close_files(t);
	if (template_failed_lately(t))
		return diag_set(d, ERR_UNAVAILABLE, NULL, "saving or "
		    "continuing this guest failed a short time ago");
	/* QEMU maps the memory privately but insists on opening it to write. */
	t->ram_fd = open_in(t->dir, RAM_FILE, O_RDWR);
	t->state_fd = open_in(t->dir, STATE_FILE, O_RDONLY);
	if (t->ram_fd == -1 || t->state_fd == -1) {
		e = errno == ENOENT ? ERR_NOTFOUND :
		    diag_errno(d, "cannot open a template");
		close_files(t);
		return e;
	}
	if (template_about_read(t, d) != ERR_OK || !template_intact(t)) {
		template_discard(t, false, "the saved memory was changed");
		return diag_set(d, ERR_CORRUPT, NULL,
		    "the saved memory was changed");
	}
	/* The time of last use, for template_evict(). */
	utimensat(AT_FDCWD, t->dir, NULL, 0);
	return ERR_OK;
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

/* "other_user": QEMU is not us, but root, and opens the memory by itself. */
static enum err
fill(const char *dir, int64_t memory_mb, bool other_user,
    template_boot_fn boot, void *arg, int64_t deadline, struct diag *d)
{
	int		 ram = open_in(dir, RAM_FILE, O_RDWR | O_CREAT);
	int		 state = open_in(dir, STATE_FILE, O_RDWR | O_CREAT);
	struct vm	*vm = NULL;
	struct stat	 st;
	enum err	 e = ERR_OK;

	if (ram == -1 || state == -1 ||
	    ftruncate(ram, memory_mb * 1024 * 1024) == -1 ||
	    (other_user && fchmod(ram, 0666) == -1)) {
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
build_locked(struct template *t, int64_t memory_mb, bool other_user,
    template_boot_fn boot, void *arg, int64_t deadline, struct diag *d)
{
	char		 tmp[PATH_MAX], failed[PATH_MAX];
	int64_t		 start = time_mono_ms();
	enum err	 e;

	if ((e = template_beside(t, UNFINISHED, tmp)) != ERR_OK ||
	    (e = template_beside(t, FAILED, failed)) != ERR_OK ||
	    /* What a builder that was killed has left. */
	    (e = fsio_rmtree(tmp, d)) != ERR_OK ||
	    (e = fsio_mkdirs(tmp, d)) != ERR_OK)
		return e;
	e = fill(tmp, memory_mb, other_user, boot, arg, deadline, d);
	if (e == ERR_OK)
		e = template_about_write(t, tmp, time_mono_ms() - start, d);
	if (e == ERR_OK && rename(tmp, t->dir) == -1)
		e = diag_errno(d, "cannot keep a template");
	if (e == ERR_OK)
		unlink(failed);
	else
		fsio_rmtree(tmp, NULL);
	return e;
}

enum err
template_build(struct template *t, int64_t memory_mb, bool other_user,
    template_boot_fn boot, void *arg, int64_t deadline, struct diag *d)
{
	char		 lock[PATH_MAX], dir[PATH_MAX];
	enum err	 e;
	int		 fd = -1;

	if ((e = template_beside(t, LOCK, lock)) != ERR_OK)
		return e;
	snprintf(dir, sizeof(dir), "%.*s",
	    (int)(strrchr(t->dir, '/') - t->dir), t->dir);
	if ((e = fsio_mkdirs(dir, d)) != ERR_OK ||
	    (e = fsio_lock(lock, time_left_ms(deadline), &fd, d)) != ERR_OK)
		return e;
	if (!fsio_exists(t->dir) && !template_failed_lately(t))
		e = build_locked(t, memory_mb, other_user, boot, arg,
		    deadline, d);
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
