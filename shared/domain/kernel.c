#include "domain/kernel.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/paths.h"
#include "domain/profile.h"

static enum err
broken(struct diag *d, const char *field, const char *what)
{
	return diag_set(d, ERR_CORRUPT, field, "kernel.json: %s %s", field,
	    what);
}

/* A required text member. */
static enum err
take(const struct jval *j, const char *key, char **out, struct diag *d)
{
	const char	*s = jval_get_str(j, key, NULL);

	if (s == NULL || s[0] == '\0')
		return broken(d, key, "is missing");
	return (*out = strdup(s)) == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
take_sha(const struct jval *j, const char *key, char **out, struct diag *d)
{
	enum err	 e;

	if ((e = take(j, key, out, d)) != ERR_OK)
		return e;
	return hex_is_sha256(*out) ? ERR_OK :
	    broken(d, key, "is no SHA-256");
}

static enum err
take_packages(const struct jval *j, struct kernel *k, struct diag *d)
{
	const struct jval	*list = jval_get(j, "packages"), *p;
	struct kernel_package	*kp;
	enum err		 e;

	if (jval_len(list) < 1 || jval_len(list) > KERNEL_PACKAGES_MAX)
		return broken(d, "packages", "must list 1 to 8 packages");
	for (size_t i = 0; i < jval_len(list); i++) {
		p = jval_at(list, i);
		kp = &k->package[k->npackages++];
		kp->size_bytes = jval_get_int(p, "size_bytes", 0);
		if ((e = take(p, "name", &kp->name, d)) != ERR_OK ||
		    (e = take(p, "version", &kp->version, d)) != ERR_OK ||
		    (e = take(p, "suite", &kp->suite, d)) != ERR_OK ||
		    (e = take_sha(p, "sha256", &kp->sha256, d)) != ERR_OK ||
		    (e = take(p, "source_url", &kp->source_url, d)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
take_notes(const struct jval *j, struct kernel *k, struct diag *d)
{
	const struct jval	*list = jval_get(j, "notes");
	const char		*s;

	if (jval_len(list) > KERNEL_NOTES_MAX)
		return broken(d, "notes", "are too many");
	for (size_t i = 0; i < jval_len(list); i++) {
		s = jval_str(jval_at(list, i), "");
		if ((k->note[k->nnotes] = strdup(s)) == NULL)
			return ERR_NOMEM;
		k->nnotes++;
	}
	return ERR_OK;
}

static enum err
from_json(const struct jval *j, struct kernel *k, struct diag *d)
{
	enum err	 e;

	if ((e = take(j, "profile_id", &k->profile_id, d)) != ERR_OK ||
	    (e = take(j, "release", &k->release, d)) != ERR_OK ||
	    (e = take(j, "version_string", &k->version_string, d)) !=
	    ERR_OK ||
	    (e = take(j, "uname_version", &k->uname_version, d)) != ERR_OK ||
	    (e = take(j, "arch", &k->arch, d)) != ERR_OK ||
	    (e = take_sha(j, "vmlinuz_sha256", &k->vmlinuz_sha256, d)) !=
	    ERR_OK ||
	    (e = take_sha(j, "files_sha256", &k->files_sha256, d)) !=
	    ERR_OK ||
	    (e = take(j, "fetched_at", &k->fetched_at, d)) != ERR_OK ||
	    (e = take(j, "suite_date", &k->suite_date, d)) != ERR_OK ||
	    (e = take_packages(j, k, d)) != ERR_OK ||
	    (e = take_notes(j, k, d)) != ERR_OK)
		return e;
	if (!profile_id_ok(k->profile_id))
		return broken(d, "profile_id", "is no profile id");
	/* The release becomes a part of paths. */
	if (strchr(k->release, '/') != NULL || k->release[0] == '.')
		return broken(d, "release", "is no kernel release");
	k->has_modules = jval_get_bool(j, "has_modules", false);
	k->size_bytes = jval_get_int(j, "size_bytes", 0);
	return ERR_OK;
}

enum err
kernel_parse(const char *json, size_t len, struct kernel *out,
    struct diag *d)
{
	struct kernel	 k;
	struct jval	*j;
	enum err	 e;

	memset(&k, 0, sizeof(k));
	if (jval_parse(json, len, &j, d) != ERR_OK)
		return diag_set(d, ERR_CORRUPT, NULL, "kernel.json is no "
		    "JSON document");
	e = from_json(j, &k, d);
	jval_free(j);
	if (e != ERR_OK)
		kernel_clear(&k);
	else
		*out = k;
	return e;
}

enum err
kernel_read(const char *dir, struct kernel *out, struct diag *d)
{
	struct buf	 b = BUF_INIT(KERNEL_JSON_MAX);
	char		 path[PATH_MAX];
	const char	*slash = strrchr(dir, '/');
	struct kernel	 k;
	enum err	 e;

	if (path_join(path, sizeof(path), dir, KERNEL_JSON, NULL) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long");
	if (fsio_read(path, &b, NULL) != ERR_OK)
		e = diag_set(d, ERR_CORRUPT, NULL, "kernel.json cannot be "
		    "read");
	else
		e = kernel_parse(buf_str(&b), b.len, &k, d);
	buf_clear(&b);
	if (e != ERR_OK)
		return e;
	k.dir = strdup(dir);
	k.key = strdup(slash == NULL ? dir : slash + 1);
	path_join(path, sizeof(path), dir, KERNEL_VMLINUZ, NULL);
	if (k.dir == NULL || k.key == NULL)
		e = ERR_NOMEM;
	else if (!fsio_exists(path))
		e = diag_set(d, ERR_CORRUPT, NULL, "vmlinuz is missing");
	if (e != ERR_OK)
		kernel_clear(&k);
	else
		*out = k;
	return e;
}

enum err
kernel_find(const struct conf *c, const char *id, struct kernel *k,
    struct diag *d)
{
	char		 root[PATH_MAX], link[PATH_MAX], dir[PATH_MAX];
	char		 key[NAME_MAX + 1];
	struct diag	 why = DIAG_INIT;
	ssize_t		 n;

	if (!profile_id_ok(id) ||
	    paths_kernels(c, root, sizeof(root)) != ERR_OK ||
	    path_join(link, sizeof(link), root, id, KERNEL_CURRENT, NULL) !=
	    ERR_OK)
		return diag_set(d, ERR_INVAL, "profile", "bad profile id");
	n = readlink(link, key, sizeof(key) - 1);
	if (n == -1 && errno == ENOENT)
		return diag_set(d, ERR_NOTFOUND, "profile", "the kernel of "
		    "%s was never fetched; run \"bpfcompat kernels fetch "
		    "%s\"", id, id);
	if (n == -1)
		return diag_errno(d, "cannot read the kernel of %s", id);
	key[n] = '\0';
	if (!path_name_ok(key) ||
	    path_join(dir, sizeof(dir), root, id, key, NULL) != ERR_OK)
		return diag_set(d, ERR_CORRUPT, "profile", "the kernel of "
		    "%s points out of its folder", id);
	path_join(link, sizeof(link), dir, KERNEL_DAMAGED, NULL);
	if (fsio_exists(link))
		diag_set(&why, ERR_CORRUPT, NULL, "a check found it changed");
	if (why.code != ERR_OK || kernel_read(dir, k, &why) != ERR_OK)
		return diag_set(d, ERR_CORRUPT, "profile", "the kernel of %s "
		    "is damaged (%s); run \"bpfcompat kernels fetch %s\"",
		    id, diag_text(&why), id);
	return ERR_OK;
}

void
kernel_clear(struct kernel *k)
{
	for (int i = 0; i < k->npackages; i++) {
		free(k->package[i].name);
		free(k->package[i].version);
		free(k->package[i].suite);
		free(k->package[i].sha256);
		free(k->package[i].source_url);
	}
	for (int i = 0; i < k->nnotes; i++)
		free(k->note[i]);
	free(k->profile_id);
	free(k->dir);
	free(k->key);
	free(k->release);
	free(k->version_string);
	free(k->uname_version);
	free(k->arch);
	free(k->vmlinuz_sha256);
	free(k->files_sha256);
	free(k->fetched_at);
	free(k->suite_date);
	memset(k, 0, sizeof(*k));
}

static void
write_packages(struct jsonw *w, const struct kernel *k)
{
	const struct kernel_package	*p;

	jsonw_arr(w, "packages");
	for (int i = 0; i < k->npackages; i++) {
		p = &k->package[i];
		jsonw_obj(w, NULL);
		jsonw_str(w, "name", p->name);
		jsonw_str(w, "version", p->version);
		jsonw_str(w, "suite", p->suite);
		jsonw_str(w, "sha256", p->sha256);
		jsonw_int(w, "size_bytes", p->size_bytes);
		jsonw_str(w, "source_url", p->source_url);
		jsonw_end(w);
	}
	jsonw_end(w);
}

enum err
kernel_write(const struct kernel *k, struct buf *b)
{
	struct jsonw	 w;

	jsonw_init(&w, b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "profile_id", k->profile_id);
	jsonw_str(&w, "release", k->release);
	jsonw_str(&w, "version_string", k->version_string);
	jsonw_str(&w, "uname_version", k->uname_version);
	jsonw_str(&w, "arch", k->arch);
	write_packages(&w, k);
	jsonw_str(&w, "vmlinuz_sha256", k->vmlinuz_sha256);
	jsonw_str(&w, "files_sha256", k->files_sha256);
	jsonw_int(&w, "size_bytes", k->size_bytes);
	jsonw_bool(&w, "has_modules", k->has_modules);
	jsonw_str(&w, "fetched_at", k->fetched_at);
	jsonw_str(&w, "suite_date", k->suite_date);
	jsonw_arr(&w, "notes");
	for (int i = 0; i < k->nnotes; i++)
		jsonw_str(&w, NULL, k->note[i]);
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(b, '\n');
	return buf_err(b);
}
