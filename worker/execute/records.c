#include "worker/execute/records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "base/timefmt.h"

#define RECORD_SCHEMA	"runtime_load.v0.1"
#define RECORD_MAX	((size_t)256 * 1024)
#define RECORDS_MAX	1024	/* loads that are listed */
#define NEW		"new-"

/* What became of a load. */
enum	fate { FATE_ATTACHED, FATE_PARTIAL, FATE_GONE, FATE_FOREIGN,
	FATE_DETACHED };
static const char *const fates[] = { "attached", "partial", "gone", "foreign",
	"detached" };

/* --- folders --------------------------------------------------------------------*/

static enum err
join(char *out, const char *dir, const char *prefix, const char *id)
{
	int	 n = snprintf(out, PATH_MAX, "%s/%s%s", dir, prefix, id);

	return n < 0 || n >= PATH_MAX ? ERR_TOOBIG : ERR_OK;
}

/* A folder of links and what is in it; links only, no way out. */
static void
drop(const char *bpffs, const char *name)
{
	int		 top, fd;
	struct dirent	*de;
	DIR		*dir;

	if ((top = open(bpffs, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	fd = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
	    O_CLOEXEC);
	if (fd != -1 && (dir = fdopendir(fd)) != NULL) {
		while ((de = readdir(dir)) != NULL)
			if (de->d_name[0] != '.')
				unlinkat(fd, de->d_name, 0);
		closedir(dir);
		unlinkat(top, name, AT_REMOVEDIR);
	}
	close(top);
}

static void
sweep(const char *bpffs)
{
	struct dirent	*de;
	DIR		*dir = opendir(bpffs);

	while (dir != NULL && (de = readdir(dir)) != NULL)
		if (strncmp(de->d_name, NEW, strlen(NEW)) == 0)
			drop(bpffs, de->d_name);
	if (dir != NULL)
		closedir(dir);
}

static enum err
make_folders(const struct records *r, struct diag *d)
{
	char		 path[PATH_MAX];
	struct statfs	 fs;
	enum err	 e;

	if ((e = path_join(path, sizeof(path), r->state, "loads", NULL)) !=
	    ERR_OK || (e = fsio_mkdirs(path, d)) != ERR_OK)
		return e;
	if (mkdir(r->bpffs, FSIO_DIR_MODE) == -1 && errno != EEXIST)
		return diag_errno(d, "cannot make the folder for pinned "
		    "links");
	if (statfs(r->bpffs, &fs) == -1)
		return diag_errno(d, "cannot look at the folder for pinned "
		    "links");
	if ((unsigned long)fs.f_type != BPF_FS_MAGIC) {
		diag_set(d, ERR_UNSUPPORTED, NULL, "the folder for pinned "
		    "links (BPFCOMPAT_RUNTIME_BPFFS) is on no BPF file "
		    "system; mount one: mount -t bpf bpf /sys/fs/bpf");
		diag_word(d, "no_bpffs");
		return ERR_UNSUPPORTED;
	}
	return ERR_OK;
}

enum err
records_open(struct records *r, bool write, int64_t deadline, struct diag *d)
{
	char		 path[PATH_MAX];
	enum err	 e;

	r->lock = -1;
	if (!write && !fsio_exists(r->state))
		return ERR_OK;
	if ((e = write ? make_folders(r, d) : ERR_OK) != ERR_OK ||
	    (e = path_join(path, sizeof(path), r->state, "lock", NULL)) !=
	    ERR_OK || (e = fsio_lock(path, time_left_ms(deadline), &r->lock,
	    d)) != ERR_OK)
		return e;
	sweep(r->bpffs);
	return ERR_OK;
}

void
records_close(struct records *r)
{
	if (r->lock != -1)
		fsio_unlock(r->lock);
	r->lock = -1;
}

/* --- one record --------------------------------------------------------------------*/

static enum err
boot_id(char *out, size_t size)
{
	struct buf	 b = BUF_INIT(4096);
	enum err	 e = fsio_read("/proc/sys/kernel/random/boot_id", &b,
			    NULL);

	snprintf(out, size, "%.*s", (int)strcspn(buf_str(&b), "\n"),
	    buf_str(&b));
	buf_clear(&b);
	return e;
}

static enum err
read_record(const struct records *r, const char *id, struct jval **doc,
    struct diag *d)
{
	char		 path[PATH_MAX], file[EXECUTE_ID_MAX + 8];
	struct buf	 b = BUF_INIT(RECORD_MAX);
	enum err	 e;

	snprintf(file, sizeof(file), "%s.json", id);
	if ((e = path_join(path, sizeof(path), r->state, "loads", file,
	    NULL)) == ERR_OK)
		e = fsio_read(path, &b, NULL);
	if (e == ERR_NOTFOUND)
		e = diag_set(d, e, "load_id", "there is no load %s", id);
	else if (e == ERR_OK)
		e = jval_parse(b.data, b.len, doc, d);
	buf_clear(&b);
	return e;
}

/* Does the kernel hold this link under its pin? */
static enum fate
link_fate(const struct records *r, const char *id, const struct jval *link)
{
	char		 dir[PATH_MAX], path[PATH_MAX];
	const char	*name = jval_get_str(link, "name", "");
	uint32_t	 link_id, prog_id;
	enum err	 e;

	if (!path_name_ok(name) || join(dir, r->bpffs, "", id) != ERR_OK ||
	    path_join(path, sizeof(path), dir, name, NULL) != ERR_OK)
		return FATE_FOREIGN;
	e = load_link_info(path, &link_id, &prog_id);
	if (e == ERR_NOTFOUND)
		return FATE_GONE;
	return e == ERR_OK && link_id == (uint32_t)jval_get_int(link,
	    "link_id", -1) && prog_id == (uint32_t)jval_get_int(link,
	    "prog_id", -1) ? FATE_ATTACHED : FATE_FOREIGN;
}

static enum fate
load_fate(const struct records *r, const struct jval *doc)
{
	const struct jval	*links = jval_get(doc, "links");
	const char		*id = jval_get_str(doc, "load_id", "");
	size_t			 there = 0, n = 0;
	enum fate		 f;

	if (jval_get_str(doc, "detached_at", "")[0] != '\0')
		return FATE_DETACHED;
	for (size_t i = 0; i < jval_len(links); i++) {
		if (!jval_get_bool(jval_at(links, i), "attached", false))
			continue;
		n++;
		f = link_fate(r, id, jval_at(links, i));
		if (f == FATE_FOREIGN)
			return f;
		there += f == FATE_ATTACHED;
	}
	return there == 0 ? FATE_GONE : there < n ? FATE_PARTIAL :
	    FATE_ATTACHED;
}

static enum err
copy_member(const char *key, const struct jval *v, void *arg)
{
	jval_write(v, arg, key, RECORD_MAX);
	return ERR_OK;
}

static void
show(const struct records *r, const struct jval *doc, struct jsonw *w,
    const char *key)
{
	const struct jval	*links = jval_get(doc, "links");
	const char		*id = jval_get_str(doc, "load_id", "");

	jsonw_obj(w, key);
	jval_each(doc, copy_member, w);
	jsonw_str(w, "state", fates[load_fate(r, doc)]);
	jsonw_arr(w, "kernel");
	for (size_t i = 0; i < jval_len(links); i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", jval_get_str(jval_at(links, i), "name",
		    ""));
		jsonw_str(w, "state", fates[link_fate(r, id, jval_at(links,
		    i))]);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

enum err
records_show(const struct records *r, const char *id, struct jsonw *w,
    const char *key, struct diag *d)
{
	struct jval	*doc = NULL;
	enum err	 e = read_record(r, id, &doc, d);

	if (e == ERR_OK)
		show(r, doc, w, key);
	jval_free(doc);
	return e;
}

/* --- all of them --------------------------------------------------------------------*/

typedef bool (*record_fn)(const struct records *, const struct jval *,
    void *arg);

/* Until "fn" says that it is enough. */
static enum err
each(const struct records *r, record_fn fn, void *arg, struct diag *d)
{
	char		 path[PATH_MAX], id[EXECUTE_ID_MAX + 1];
	struct dirent	**v = NULL;
	struct jval	*doc;
	bool		 more = true;
	size_t		 len;
	int		 n;

	if (path_join(path, sizeof(path), r->state, "loads", NULL) != ERR_OK)
		return ERR_TOOBIG;
	if ((n = scandir(path, &v, NULL, alphasort)) == -1)
		return errno == ENOENT ? ERR_OK : diag_errno(d, "cannot list "
		    "what is loaded");
	for (int i = 0; i < n; i++) {
		len = strspn(v[i]->d_name, "0123456789abcdef");
		doc = NULL;
		if (more && i < RECORDS_MAX && len > 0 &&
		    len <= EXECUTE_ID_MAX && strcmp(v[i]->d_name + len,
		    ".json") == 0) {
			snprintf(id, sizeof(id), "%.*s", (int)len,
			    v[i]->d_name);
			if (read_record(r, id, &doc, d) == ERR_OK)
				more = fn(r, doc, arg);
		}
		jval_free(doc);
		free(v[i]);
	}
	free(v);
	return ERR_OK;
}

static bool
show_one(const struct records *r, const struct jval *doc, void *w)
{
	show(r, doc, w, NULL);
	return true;
}

enum err
records_each(const struct records *r, struct jsonw *w, struct diag *d)
{
	return each(r, show_one, w, d);
}

struct	looking {
	const struct execute_request *rq;
	char			*id;
};

static bool
same(const struct records *r, const struct jval *doc, void *arg)
{
	struct looking			*l = arg;
	const struct execute_request	*rq = l->rq;

	if (strcmp(jval_get_str(doc, "artifact_sha256", ""), rq->sha256) !=
	    0 || strcmp(jval_get_str(doc, "tenant", ""), rq->tenant) != 0 ||
	    strcmp(jval_get_str(doc, "project", ""), rq->project) != 0 ||
	    strcmp(jval_get_str(doc, "artifact_name", ""), rq->name) != 0 ||
	    load_fate(r, doc) != FATE_ATTACHED)
		return true;
	snprintf(l->id, EXECUTE_ID_MAX + 1, "%s", jval_get_str(doc, "load_id",
	    ""));
	return false;
}

enum err
records_find(const struct records *r, const struct execute_request *rq,
    char id[static EXECUTE_ID_MAX + 1])
{
	struct looking	 l = { rq, id };

	id[0] = '\0';
	return each(r, same, &l, NULL);
}

/* --- a load comes and goes ------------------------------------------------------------*/

enum err
records_begin(const struct records *r, const char *id, char *dir, size_t size,
    struct diag *d)
{
	char	 path[PATH_MAX], file[EXECUTE_ID_MAX + 8];
	enum err e;

	snprintf(file, sizeof(file), "%s.json", id);
	if ((e = path_join(path, sizeof(path), r->state, "loads", file,
	    NULL)) != ERR_OK)
		return e;
	if (fsio_exists(path))
		return diag_set(d, ERR_EXISTS, "load_id", "there is a load %s "
		    "already", id);
	if ((size_t)snprintf(dir, size, "%s/" NEW "%s", r->bpffs, id) >= size)
		return ERR_TOOBIG;
	return mkdir(dir, FSIO_DIR_MODE) == 0 ? ERR_OK : diag_errno(d,
	    "cannot make a folder for the links");
}

void
records_abort(const struct records *r, const char *id)
{
	char	 name[EXECUTE_ID_MAX + sizeof(NEW)];

	snprintf(name, sizeof(name), NEW "%s", id);
	drop(r->bpffs, name);
}

void
records_links(struct jsonw *w, const char *key, const struct load_result *res,
    bool ids)
{
	jsonw_arr(w, key);
	for (size_t i = 0; i < res->nlinks; i++) {
		const struct load_link	*k = &res->links[i];

		jsonw_obj(w, NULL);
		jsonw_str(w, "name", k->name);
		jsonw_str(w, "type", k->type);
		jsonw_str(w, "kind", k->kind);
		jsonw_str_opt(w, "target", k->target);
		jsonw_bool(w, "attached", k->attached);
		if (ids || k->link_id != 0)
			jsonw_int(w, "link_id", k->link_id);
		if (ids || k->prog_id != 0)
			jsonw_int(w, "prog_id", k->prog_id);
		jsonw_str_opt(w, "error", k->error);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static enum err
put(const struct records *r, const char *id, const struct buf *b,
    struct diag *d)
{
	char	 path[PATH_MAX], file[EXECUTE_ID_MAX + 8];
	enum err e;

	snprintf(file, sizeof(file), "%s.json", id);
	if ((e = buf_err(b)) != ERR_OK || (e = path_join(path, sizeof(path),
	    r->state, "loads", file, NULL)) != ERR_OK)
		return e;
	return fsio_write_atomic(path, b->data, b->len, FSIO_FILE_MODE, d);
}

enum err
records_commit(const struct records *r, const struct execute_request *rq,
    const struct load_result *res, struct diag *d)
{
	char		 now[TIME_RFC3339_SIZE], boot[64];
	char		 from[PATH_MAX], to[PATH_MAX];
	struct buf	 b = BUF_INIT(RECORD_MAX);
	struct jsonw	 w;
	enum err	 e;

	time_rfc3339(time_now_ms(), now);
	jsonw_init(&w, &b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", RECORD_SCHEMA);
	jsonw_str(&w, "load_id", rq->id);
	jsonw_str(&w, "tenant", rq->tenant);
	jsonw_str(&w, "project", rq->project);
	jsonw_str(&w, "artifact_name", rq->name);
	jsonw_str(&w, "artifact_version", rq->version);
	jsonw_str_opt(&w, "artifact_variant", rq->variant);
	jsonw_str(&w, "artifact_sha256", rq->sha256);
	jsonw_str_opt(&w, "manifest_sha256", rq->manifest_sha256);
	jsonw_str_opt(&w, "run_id", rq->run_id);
	jsonw_str_opt(&w, "requested_by", rq->requested_by);
	jsonw_str_opt(&w, "approved_by", rq->approved_by);
	jsonw_str(&w, "loaded_at", now);
	if ((e = boot_id(boot, sizeof(boot))) == ERR_OK)
		jsonw_str(&w, "boot_id", boot);
	jsonw_int(&w, "uid", geteuid());
	records_links(&w, "links", res, true);
	jsonw_end(&w);
	/* A record without links is a load that is gone; never the reverse. */
	if ((e = put(r, rq->id, &b, d)) == ERR_OK &&
	    (e = join(from, r->bpffs, NEW, rq->id)) == ERR_OK &&
	    (e = join(to, r->bpffs, "", rq->id)) == ERR_OK &&
	    rename(from, to) == -1)
		e = diag_errno(d, "cannot name the folder of the links");
	buf_clear(&b);
	return e;
}

static enum err
note_detached(const struct records *r, const struct jval *doc, const char *by,
    struct diag *d)
{
	char		 now[TIME_RFC3339_SIZE];
	struct buf	 b = BUF_INIT(RECORD_MAX);
	struct jsonw	 w;
	enum err	 e;

	time_rfc3339(time_now_ms(), now);
	jsonw_init(&w, &b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jval_each(doc, copy_member, &w);
	jsonw_str(&w, "detached_at", now);
	jsonw_str_opt(&w, "detached_by", by);
	jsonw_end(&w);
	e = put(r, jval_get_str(doc, "load_id", ""), &b, d);
	buf_clear(&b);
	return e;
}

enum err
records_detach(const struct records *r, const char *id, const char *by,
    struct diag *d)
{
	struct jval	*doc = NULL;
	enum fate	 f;
	enum err	 e;

	if ((e = read_record(r, id, &doc, d)) != ERR_OK)
		return e;
	f = load_fate(r, doc);
	if (f == FATE_FOREIGN)
		e = diag_set(d, ERR_CORRUPT, "load_id", "something else than "
		    "what was loaded is pinned in the folder of load %s; "
		    "nothing was touched", id);
	else if (f != FATE_DETACHED) {
		drop(r->bpffs, id);
		e = note_detached(r, doc, by, d);
	}
	jval_free(doc);
	return e;
}
