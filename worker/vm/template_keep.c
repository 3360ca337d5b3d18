/*
 * What is kept about templates and about those that failed, what people are
 * told of them, and how they go.
 */
#include "worker/vm/template_impl.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "base/timefmt.h"

#define EVICT_MAX	256
/* Doubling up to TEMPLATE_REST_MAX_S needs no more. */
#define REST_STEPS	6

/* --- records --------------------------------------------------------------- */

static enum err
read_record(const char *path, struct jval **doc, struct diag *d)
{
	struct buf	 b = BUF_INIT(ABOUT_MAX);
	enum err	 e = fsio_read(path, &b, d);

	if (e == ERR_OK)
		e = jval_parse(b.data, b.len, doc, d);
	buf_clear(&b);
	return e;
}

static enum err
write_record(const char *path, struct buf *b, struct diag *d)
{
	enum err	 e = buf_err(b);

	return e != ERR_OK ? e : fsio_write_atomic(path, b->data, b->len,
	    FSIO_FILE_MODE, d);
}

/* Opens the object; "at" is now. */
static void
begin_record(const struct template *t, struct jsonw *w, struct buf *b)
{
	char	 at[TIME_RFC3339_SIZE];

	time_rfc3339(time_now_ms(), at);
	jsonw_init(w, b, JSONW_COMPACT);
	jsonw_obj(w, NULL);
	jsonw_str(w, "profile_id", t->profile_id);
	jsonw_str(w, "at", at);
}

enum err
template_about_write(const struct template *t, const char *dir,
    int64_t build_ms, struct diag *d)
{
	struct buf	 b = BUF_INIT(ABOUT_MAX);
	struct jsonw	 w;
	char		 path[PATH_MAX];
	enum err	 e;
	int		 fd;

	if ((e = path_join(path, sizeof(path), dir, RAM_FILE, NULL)) !=
	    ERR_OK)
		return e;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return diag_errno(d, "cannot read a template");
	begin_record(t, &w, &b);
	jsonw_int(&w, "changed_ns", template_changed_ns(fd));
	jsonw_int(&w, "build_ms", build_ms);
	jsonw_end(&w);
	close(fd);
	if ((e = path_join(path, sizeof(path), dir, ABOUT_FILE, NULL)) ==
	    ERR_OK)
		e = write_record(path, &b, d);
	buf_clear(&b);
	return e;
}

enum err
template_about_read(struct template *t, struct diag *d)
{
	struct jval	*doc = NULL;
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), t->dir, ABOUT_FILE, NULL)) !=
	    ERR_OK || (e = read_record(path, &doc, d)) != ERR_OK)
		return e;
	t->changed_ns = jval_get_int(doc, "changed_ns", -1);
	jval_free(doc);
	return ERR_OK;
}

/* The record of a failure; NULL: there is none. */
static struct jval *
failure(const struct template *t, time_t *when)
{
	struct jval	*doc = NULL;
	struct stat	 st;
	char		 path[PATH_MAX];

	if (template_beside(t, FAILED, path) != ERR_OK ||
	    stat(path, &st) == -1 || read_record(path, &doc, NULL) != ERR_OK)
		return NULL;
	*when = st.st_mtime;
	return doc;
}

bool
template_failed_lately(const struct template *t)
{
	time_t		 when;
	struct jval	*doc = failure(t, &when);
	int64_t		 n, rest;

	if (doc == NULL)
		return false;
	n = jval_get_int(doc, "count", 1);
	rest = n > REST_STEPS ? TEMPLATE_REST_MAX_S :
	    (int64_t)TEMPLATE_REST_S << (n < 1 ? 0 : n - 1);
	jval_free(doc);
	return time_now_ms() / 1000 - when < rest;
}

void
template_discard(struct template *t, bool lasting, const char *reason)
{
	struct buf	 b = BUF_INIT(ABOUT_MAX);
	struct jval	*before;
	struct jsonw	 w;
	char		 path[PATH_MAX];
	time_t		 when;

	template_remove(t->dir);
	before = failure(t, &when);
	begin_record(t, &w, &b);
	jsonw_str(&w, "reason", reason);
	jsonw_int(&w, "count", jval_get_int(before, "count", 0) + lasting);
	jsonw_end(&w);
	if (template_beside(t, FAILED, path) == ERR_OK)
		write_record(path, &b, NULL);
	jval_free(before);
	buf_clear(&b);
}

/* --- removal --------------------------------------------------------------- */

void
template_remove(const char *dir)
{
	const char	*slash = strrchr(dir, '/');
	unsigned char	 r[8];
	char		 hex[2 * sizeof(r) + 1], away[PATH_MAX];
	int		 n;

	rnd_bytes(r, sizeof(r));
	hex_encode(r, sizeof(r), hex);
	n = snprintf(away, sizeof(away), "%.*s/" LEAVING "%s",
	    (int)(slash - dir), dir, hex);
	/* Whole or not there: nobody finds half of it meanwhile. */
	if (n > 0 && n < (int)sizeof(away) && rename(dir, away) == 0)
		fsio_rmtree(away, NULL);
}

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
bytes_of(int at, const char *name)
{
	static const char	*const files[] = { RAM_FILE, STATE_FILE,
				    ABOUT_FILE };
	char			 path[PATH_MAX];
	struct stat		 st;
	int64_t			 sum = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", name, files[i]);
		if (fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
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

/* When this machine started, by the clock of files. */
static time_t
boot_time(void)
{
	struct timespec	 up = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &up);
	return time_now_ms() / 1000 - up.tv_sec;
}

static bool
begins(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Does nobody build this one? */
static bool
abandoned(const char *dir, const char *key)
{
	char	 lock[PATH_MAX];
	int	 fd = -1, n;

	n = snprintf(lock, sizeof(lock), "%s/" LOCK "%s", dir, key);
	if (n < 0 || n >= (int)sizeof(lock) ||
	    fsio_lock(lock, 0, &fd, NULL) != ERR_OK)
		return false;
	fsio_unlock(fd);
	return true;
}

/* Is it of no use to anybody, now and later? */
static bool
is_litter(const char *dir, const char *name, const struct stat *st,
    time_t boot)
{
	if (begins(name, LEAVING))
		return true;
	if (begins(name, UNFINISHED))
		return abandoned(dir, name + strlen(UNFINISHED));
	/* A key holds for one start of the machine; using it is a change. */
	if (begins(name, LOCK) || begins(name, FAILED) ||
	    hex_is_sha256(name))
		return st->st_mtime < boot;
	return false;
}

static void
sweep(const char *dir)
{
	struct dirent	*de;
	struct stat	 st;
	char		 path[PATH_MAX];
	time_t		 boot = boot_time();
	DIR		*dp = opendir(dir);

	while (dp != NULL && (de = readdir(dp)) != NULL)
		if (fstatat(dirfd(dp), de->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
		    is_litter(dir, de->d_name, &st, boot) &&
		    path_join(path, sizeof(path), dir, de->d_name, NULL) ==
		    ERR_OK)
			fsio_rmtree(path, NULL);
	if (dp != NULL)
		closedir(dp);
}

void
template_evict(const char *cache_dir, int64_t max, const char *keep_key)
{
	struct entry	*v = calloc(EVICT_MAX, sizeof(*v));
	char		 dir[PATH_MAX], path[PATH_MAX];
	int64_t		 sum = 0;
	size_t		 n;

	if (v == NULL || template_dir(cache_dir, dir) != ERR_OK) {
		free(v);
		return;
	}
	sweep(dir);
	n = list(dir, v, EVICT_MAX);
	qsort(v, n, sizeof(*v), newest_first);
	for (size_t i = 0; i < n; i++) {
		sum += v[i].bytes;
		/* VMs that run on it keep their open files. */
		if (sum > max && strcmp(v[i].name, keep_key) != 0 &&
		    path_join(path, sizeof(path), dir, v[i].name, NULL) ==
		    ERR_OK) {
			template_remove(path);
			sum -= v[i].bytes;
		}
	}
	free(v);
}

/* --- what people are told --------------------------------------------------- */

/* Is there one of this profile under another key? */
static bool
has_other(const struct template *t)
{
	struct entry	*v = calloc(EVICT_MAX, sizeof(*v));
	char		 dir[PATH_MAX], path[PATH_MAX];
	struct jval	*doc;
	bool		 found = false;
	size_t		 n;

	snprintf(dir, sizeof(dir), "%.*s",
	    (int)(strrchr(t->dir, '/') - t->dir), t->dir);
	n = v == NULL ? 0 : list(dir, v, EVICT_MAX);
	for (size_t i = 0; i < n && !found; i++) {
		doc = NULL;
		if (strcmp(v[i].name, t->key) != 0 && path_join(path,
		    sizeof(path), dir, v[i].name, ABOUT_FILE, NULL) ==
		    ERR_OK && read_record(path, &doc, NULL) == ERR_OK)
			found = strcmp(jval_get_str(doc, "profile_id", ""),
			    t->profile_id) == 0;
		jval_free(doc);
	}
	free(v);
	return found;
}

void
template_look(const struct template *t, struct template_look *l)
{
	struct jval	*doc = NULL;
	char		 path[PATH_MAX];
	time_t		 when;

	memset(l, 0, sizeof(*l));
	if (path_join(path, sizeof(path), t->dir, ABOUT_FILE, NULL) ==
	    ERR_OK && read_record(path, &doc, NULL) == ERR_OK) {
		l->is = TEMPLATE_READY;
		l->bytes = bytes_of(AT_FDCWD, t->dir);
		l->build_ms = jval_get_int(doc, "build_ms", 0);
	} else if ((doc = failure(t, &when)) != NULL) {
		l->is = TEMPLATE_UNUSABLE;
		jval_copy_str(doc, "reason", l->reason, sizeof(l->reason));
	} else if (has_other(t))
		l->is = TEMPLATE_STALE;
	jval_copy_str(doc, "at", l->at, sizeof(l->at));
	jval_free(doc);
}

void
template_look_write(const struct template_look *l, struct jsonw *w,
    const char *key)
{
	static const char *const names[TEMPLATE__MAX] = {
		"none", "ready", "stale", "unusable",
	};

	jsonw_obj(w, key);
	jsonw_str(w, "state", names[l->is]);
	jsonw_str_opt(w, "at", l->at);
	jsonw_str_opt(w, "reason", l->reason);
	jsonw_int_opt(w, "size_bytes", l->bytes);
	jsonw_int_opt(w, "build_ms", l->build_ms);
	jsonw_end(w);
}
