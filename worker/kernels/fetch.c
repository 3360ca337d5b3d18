#include "worker/kernels/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/timefmt.h"
#include "worker/kernels/resolve.h"
#include "worker/kernels/unpack.h"
#include "worker/kernels/vmlinuz.h"

/* Somebody else fetches the same kernel over a slow line. */
#define LOCK_WAIT_MS	(60 * 60 * 1000)
/* xz packs modules about four to one; unpacked ones lie there twice. */
#define SPLIT_FACTOR	6
/* Less than this after a failure is the failure's cause. */
#define SPACE_LOW	(8LL * 1024 * 1024)

struct	task {
	const struct fetch	*f;
	const struct profile	*p;
	struct pick		 pick;
	char			 dir[PATH_MAX];	/* KERNEL_DIR/<profile id> */
	char			 key[160];
	int64_t			 got;	/* bytes of the packages before */
	int64_t			 total;
	int			 at;	/* package under way */
};

static void
say(const struct task *t, enum kernels_stage stage, const char *text)
{
	t->f->say(t->f->arg, stage, 0, 0, text);
}

static enum err
in_dir(const struct task *t, const char *name, char *out, struct diag *d)
{
	if (path_join(out, PATH_MAX, t->dir, name, NULL) == ERR_OK)
		return ERR_OK;
	return diag_set(d, ERR_TOOBIG, NULL,
	    "the kernel folder's path is too long");
}

/* Version and digest of what was picked, as a file name. */
static void
make_key(struct task *t)
{
	struct sha256	*h;
	char		 sha[SHA256_HEX_SIZE] = "";
	size_t		 n;

	/* The first package alone would hide a change in the modules. */
	if (sha256_new(&h) == ERR_OK) {
		for (int i = 0; i < t->pick.ndebs; i++)
			sha256_add(h, t->pick.deb[i].sha256, 64);
		sha256_hex(h, sha);
		sha256_free(h);
	}
	snprintf(t->key, sizeof(t->key), "%.100s-%.12s", t->pick.version,
	    sha);
	n = strspn(t->key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.-");
	for (; t->key[n] != '\0'; n++)
		if (strchr("+~:_", t->key[n]) != NULL)
			t->key[n] = '_';
}

/* Points "current" to the key, in one step. */
static enum err
flip(const struct task *t, struct diag *d)
{
	char		 link[PATH_MAX], tmp[PATH_MAX], old[NAME_MAX + 1];
	ssize_t		 n;
	enum err	 e;

	if ((e = in_dir(t, KERNEL_CURRENT, link, d)) != ERR_OK ||
	    (e = in_dir(t, ".current", tmp, d)) != ERR_OK)
		return e;
	n = readlink(link, old, sizeof(old) - 1);
	if (n > 0) {
		old[n] = '\0';
		if (strcmp(old, t->key) == 0)
			return ERR_OK;
	}
	unlink(tmp);
	if (symlink(t->key, tmp) == -1 || rename(tmp, link) == -1)
		return diag_errno(d, "cannot set the current kernel");
	return ERR_OK;
}

/* Is the picked kernel there already, whole? */
static bool
is_there(const struct task *t, struct diag *d)
{
	char		 dir[PATH_MAX], bad[PATH_MAX];
	struct kernel	 k;

	if (in_dir(t, t->key, dir, d) != ERR_OK ||
	    path_join(bad, sizeof(bad), dir, KERNEL_DAMAGED, NULL) != ERR_OK ||
	    fsio_exists(bad) || kernel_read(dir, &k, d) != ERR_OK)
		return false;
	kernel_clear(&k);
	return true;
}

static int64_t
free_bytes(const char *dir)
{
	struct statvfs	 v;

	return statvfs(dir, &v) == -1 ? INT64_MAX :
	    (int64_t)v.f_bavail * (int64_t)v.f_frsize;
}

/* Better to say it now than after a minute of download. */
static enum err
check_space(struct task *t, struct diag *d)
{
	int64_t	 need = t->pick.installed_kib * 1024 *
		    (t->pick.split ? SPLIT_FACTOR : 2);
	int64_t	 have = free_bytes(t->dir);

	t->total = 0;
	for (int i = 0; i < t->pick.ndebs; i++)
		t->total += t->pick.deb[i].size;
	need += t->total;
	if (have >= need)
		return ERR_OK;
	return diag_set(d, ERR_NOSPACE, NULL, "the disk is full: about %lld "
	    "MB are needed for kernels and %lld MB are free; free some or "
	    "set BPFCOMPAT_KERNEL_DIR", (long long)need / 1000000,
	    (long long)have / 1000000);
}

static void
moved(void *arg, double part)
{
	const struct task	*t = arg;

	t->f->say(t->f->arg, KSTAGE_DOWNLOAD, (uint64_t)t->got +
	    (uint64_t)(part * (double)t->pick.deb[t->at].size),
	    (uint64_t)t->total, t->pick.deb[t->at].name);
}

static enum err
download(struct task *t, char paths[][PATH_MAX], struct diag *d)
{
	char		 dir[PATH_MAX], name[80];
	enum err	 e;

	if ((e = in_dir(t, FETCH_DOWNLOAD, dir, d)) != ERR_OK ||
	    (e = fsio_mkdirs(dir, d)) != ERR_OK)
		return e;
	for (t->at = 0; t->at < t->pick.ndebs; t->at++) {
		const struct pick_deb	*deb = &t->pick.deb[t->at];
		struct fetch_item	 it = { &t->pick.suite, deb->uri,
			deb->sha256, paths[t->at], moved, t };

		snprintf(name, sizeof(name), "%s.deb", deb->sha256);
		if (path_join(paths[t->at], PATH_MAX, dir, name, NULL) !=
		    ERR_OK)
			return diag_set(d, ERR_TOOBIG, NULL, "path too long");
		moved(t, 0);
		if ((e = fetch_file(&it, d)) != ERR_OK)
			return e;
		t->got += deb->size;
	}
	return ERR_OK;
}

static enum err
set_text(char **to, const char *s)
{
	return (*to = strdup(s)) == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
add_note(struct kernel *k, const char *text)
{
	if (text[0] == '\0' || k->nnotes == KERNEL_NOTES_MAX)
		return ERR_OK;
	return set_text(&k->note[k->nnotes++], text);
}

static enum err
describe_packages(const struct task *t, struct kernel *k)
{
	char	 uri[APT_URI_MAX];

	for (int i = 0; i < t->pick.ndebs; i++) {
		const struct pick_deb	*deb = &t->pick.deb[i];
		struct kernel_package	*p = &k->package[k->npackages++];

		apt_uri_public(deb->uri, uri, sizeof(uri));
		p->size_bytes = deb->size;
		if (set_text(&p->name, deb->name) != ERR_OK ||
		    set_text(&p->version, deb->version) != ERR_OK ||
		    set_text(&p->suite, t->pick.suite.name) != ERR_OK ||
		    set_text(&p->sha256, deb->sha256) != ERR_OK ||
		    set_text(&p->source_url, uri) != ERR_OK)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err
describe(const struct task *t, const struct vmlinuz_info *v, struct kernel *k)
{
	char	 now[TIME_RFC3339_SIZE], version[320];

	time_rfc3339(time_now_ms(), now);
	snprintf(version, sizeof(version), "Linux version %s (%s)",
	    v->release, v->builder);
	if (set_text(&k->profile_id, t->p->id) != ERR_OK ||
	    set_text(&k->release, v->release) != ERR_OK ||
	    set_text(&k->version_string, version) != ERR_OK ||
	    set_text(&k->uname_version, v->version) != ERR_OK ||
	    set_text(&k->arch, t->p->arch) != ERR_OK ||
	    set_text(&k->fetched_at, now) != ERR_OK ||
	    set_text(&k->suite_date, t->pick.suite.date) != ERR_OK ||
	    describe_packages(t, k) != ERR_OK ||
	    add_note(k, t->pick.suite.note) != ERR_OK ||
	    add_note(k, t->pick.note) != ERR_OK)
		return ERR_NOMEM;
	if (!k->has_modules)
		return add_note(k, t->pick.modules_gone ? "the suite no "
		    "longer carries this kernel's modules; only what is "
		    "built in is there" : "the package has no modules");
	return ERR_OK;
}

/* Digests, kernel.json: the last files of the folder. */
static enum err
seal(const struct task *t, const char *out, struct kernel *k,
    struct diag *d)
{
	struct vmlinuz_info	 v;
	struct buf		 b = BUF_INIT(KERNEL_JSON_MAX);
	char			 path[PATH_MAX], sha[SHA256_HEX_SIZE];
	enum err		 e;

	path_join(path, sizeof(path), out, KERNEL_VMLINUZ, NULL);
	if ((e = vmlinuz_read(path, &v, d)) != ERR_OK)
		return e;
	if (strcmp(v.release, t->pick.release) != 0)
		return diag_set(d, ERR_CORRUPT, NULL, "the package says it "
		    "holds kernel %s but the image says %s", t->pick.release,
		    v.release);
	if ((e = describe(t, &v, k)) != ERR_OK ||
	    (e = sha256_file(path, sha)) != ERR_OK ||
	    (e = set_text(&k->vmlinuz_sha256, sha)) != ERR_OK ||
	    (e = unpack_list(out, sha, &k->size_bytes, d)) != ERR_OK ||
	    (e = set_text(&k->files_sha256, sha)) != ERR_OK)
		return e;
	path_join(path, sizeof(path), out, KERNEL_JSON, NULL);
	if ((e = kernel_write(k, &b)) == ERR_OK)
		e = fsio_write_atomic(path, buf_str(&b), b.len,
		    FSIO_FILE_MODE, d);
	buf_clear(&b);
	return e;
}

/* Everything is on the disk before the folder gets its name. */
static enum err
publish(const struct task *t, const char *out, struct diag *d)
{
	char		 dir[PATH_MAX];
	int		 fd;
	enum err	 e;

	if ((e = in_dir(t, t->key, dir, d)) != ERR_OK)
		return e;
	if ((fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return diag_errno(d, "cannot open the new kernel's folder");
	if (syncfs(fd) == -1)
		e = diag_errno(d, "cannot write the new kernel to the disk");
	close(fd);
	/* What was there is damaged, or is_there() had seen it. */
	if (e != ERR_OK || (e = fsio_rmtree(dir, d)) != ERR_OK)
		return e;
	if (rename(out, dir) == -1)
		return diag_errno(d, "cannot move the new kernel to its "
		    "place");
	return flip(t, d);
}

static void
unpacked(void *arg, int done, int total)
{
	const struct task	*t = arg;

	t->f->say(t->f->arg, KSTAGE_UNPACK, (uint64_t)done, (uint64_t)total,
	    t->pick.version);
}

static enum err
install(struct task *t, char paths[][PATH_MAX], struct diag *d)
{
	const char	*debs[PICK_DEBS_MAX];
	char		 work[PATH_MAX], out[PATH_MAX];
	struct unpack_job job = { work, debs, t->pick.ndebs,
		t->pick.release, unpacked, t };
	struct kernel	 k;
	enum err	 e;

	memset(&k, 0, sizeof(k));
	for (int i = 0; i < t->pick.ndebs; i++)
		debs[i] = paths[i];
	if ((e = in_dir(t, FETCH_WORK, work, d)) != ERR_OK ||
	    (e = in_dir(t, FETCH_WORK "/out", out, d)) != ERR_OK ||
	    (e = fsio_mkdirs(work, d)) != ERR_OK)
		return e;
	if ((e = unpack(&job, &k.has_modules, d)) == ERR_OK) {
		say(t, KSTAGE_CHECK, t->pick.version);
		e = seal(t, out, &k, d);
	}
	if (e == ERR_OK)
		e = publish(t, out, d);
	kernel_clear(&k);
	return e;
}

/* Left-overs of a fetch that was interrupted; only called with the lock. */
static enum err
sweep(const struct task *t, bool downloads, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = in_dir(t, FETCH_WORK, path, d)) != ERR_OK ||
	    (e = fsio_rmtree(path, d)) != ERR_OK || !downloads ||
	    (e = in_dir(t, FETCH_DOWNLOAD, path, d)) != ERR_OK)
		return e;
	return fsio_rmtree(path, d);
}

static enum err
pick(struct task *t, struct diag *d)
{
	struct resolve_opts	 o = { t->f->kernel_dir, t->f->ttl_ms,
		t->f->refresh };
	struct buf		 suites = BUF_INIT(1024);
	enum err		 e;

	for (int i = 0; i < t->p->nsuites; i++)
		buf_addf(&suites, "%s%s", i > 0 ? ", " : "", t->p->suite[i]);
	say(t, KSTAGE_INDEX, buf_str(&suites));
	buf_clear(&suites);
	if ((e = resolve(t->f->source, t->p, &o, &t->pick, d)) == ERR_OK)
		make_key(t);
	return e;
}

static enum err
fetch_locked(struct task *t, bool *fresh, struct diag *d)
{
	char		 paths[PICK_DEBS_MAX][PATH_MAX];
	struct diag	 why = DIAG_INIT;
	enum err	 e;

	if ((e = sweep(t, false, d)) != ERR_OK || (e = pick(t, d)) != ERR_OK)
		return e;
	*fresh = !is_there(t, &why);
	if (!*fresh)
		return flip(t, d);
	if ((e = check_space(t, d)) == ERR_OK &&
	    (e = download(t, paths, d)) == ERR_OK)
		e = install(t, paths, d);
	/* A broken cause is named by its symptom; a full disk has many. */
	if (e != ERR_OK && e != ERR_NOSPACE && free_bytes(t->dir) < SPACE_LOW)
		e = diag_set(d, ERR_NOSPACE, NULL, "the disk is full; free "
		    "some space or set BPFCOMPAT_KERNEL_DIR");
	/* Downloads are kept after a failure: the next try goes on there. */
	if (e == ERR_OK)
		return sweep(t, true, d);
	sweep(t, false, NULL);
	return e;
}

static enum err
lock(const struct task *t, int *fd, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = fsio_mkdirs(t->dir, d)) != ERR_OK ||
	    (e = in_dir(t, FETCH_LOCK, path, d)) != ERR_OK)
		return e;
	if (fsio_lock(path, 0, fd, NULL) == ERR_OK)
		return ERR_OK;
	say(t, KSTAGE_WAIT, "for another process that fetches it");
	return fsio_lock(path, LOCK_WAIT_MS, fd, d);
}

enum err
fetch_kernel(const struct fetch *f, const struct profile *p, char *text,
    size_t size, struct diag *d)
{
	struct task	*t;
	int		 fd = -1;
	bool		 fresh = false;
	enum err	 e;

	if (p->source != PROFILE_PACKAGE)
		return diag_set(d, ERR_UNSUPPORTED, NULL, "%s is no kernel "
		    "package: %s", p->id, profile_transport_note(p));
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return ERR_NOMEM;
	t->f = f;
	t->p = p;
	if (path_join(t->dir, sizeof(t->dir), f->kernel_dir, p->id, NULL) !=
	    ERR_OK)
		e = diag_set(d, ERR_TOOBIG, NULL,
		    "the kernel folder's path is too long");
	else if ((e = lock(t, &fd, d)) == ERR_OK)
		e = fetch_locked(t, &fresh, d);
	if (e == ERR_OK)
		snprintf(text, size, "%s, %s from %s%s%s", t->pick.release,
		    t->pick.version, t->pick.suite.name,
		    t->pick.modules_gone ? ", without modules" : "",
		    fresh ? "" : ", already here");
	fsio_unlock(fd);
	free(t);
	return e;
}
