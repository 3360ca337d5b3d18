#include "domain/profile.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/paths.h"
#include "base/yaml_in.h"

static const struct ykey package_keys[] = {
	{ "suites", Y_STRS, true, 1, PROFILE_SUITES_MAX, NULL },
	{ "line", Y_STR, false, 1, 16, NULL },
	{ "flavour", Y_STR, false, 1, 16, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey image_keys[] = {
	{ "source_url", Y_STR, false, 1, 2048, NULL },
	{ "local_path", Y_STR, false, 1, 1024, NULL },
	{ "sha256", Y_STR, false, 64, 64, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey boot_keys[] = {
	{ "memory_mb", Y_INT, true, 64, 65536, NULL },
	{ "cpus", Y_INT, true, 1, 64, NULL },
	{ "cmdline", Y_STR, false, 0, 1024, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey capability_keys[] = {
	{ "expected_btf", Y_BOOL, false, 0, 0, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

/* Peers' files carry it; our validator is pushed into the guest. */
static const struct ykey validator_keys[] = {
	{ "path", Y_STR, false, 0, 1024, NULL },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

static const struct ykey profile_keys[] = {
	{ "id", Y_STR, true, 1, PROFILE_ID_MAX, NULL },
	{ "base", Y_STR, false, 1, PROFILE_ID_MAX, NULL },
	{ "environment", Y_MAP, false, 0, 0, profile_env_keys },
	{ "distro", Y_STR, false, 1, 64, NULL },
	{ "version", Y_STR, false, 0, 64, NULL },
	{ "kernel_family", Y_STR, false, 1, 64, NULL },
	{ "arch", Y_STR, false, 1, 16, NULL },
	{ "runner", Y_STR, false, 0, 16, NULL },
	{ "package", Y_MAP, false, 0, 0, package_keys },
	{ "image", Y_MAP, false, 0, 0, image_keys },
	{ "boot", Y_MAP, false, 0, 0, boot_keys },
	{ "validator", Y_MAP, false, 0, 0, validator_keys },
	{ "capabilities", Y_MAP, false, 0, 0, capability_keys },
	{ NULL, Y_STR, false, 0, 0, NULL },
};

bool
profile_id_ok(const char *id)
{
	size_t	 n = strlen(id);

	return n >= 1 && n <= PROFILE_ID_MAX && path_name_ok(id) &&
	    id[0] != '_' && id[0] != '-';
}

static bool
one_of(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

/* Digits, a dot, digits: a kernel line such as 6.12. */
static bool
line_ok(const char *s)
{
	size_t	 a = strspn(s, "0123456789");
	size_t	 b;

	if (a == 0 || a > 3 || s[a] != '.')
		return false;
	b = strspn(s + a + 1, "0123456789");
	return b > 0 && b <= 3 && s[a + 1 + b] == '\0';
}

/* Suites become folder names and lines of an apt source. */
static bool
suite_ok(const char *s)
{
	static const char	 ok[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t			 n = strlen(s);

	return n >= 1 && n <= 40 && strspn(s, ok) == n && s[0] != '-';
}

static enum err
dup_to(char **to, const char *s)
{
	return (*to = strdup(s)) == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err
read_package(const struct ydoc *doc, const struct yval *v, struct profile *p,
    struct diag *d)
{
	static const char *const flavours[] =
	    { "cloud", "generic", "rt", NULL };
	const struct yval	*line, *flavour, *suites;
	char			 key[DIAG_FIELD_MAX];
	enum err		 e;

	line = yval_get(v, "line");
	if (line != NULL && !line_ok(yval_str(line, "")))
		return ydoc_fail(doc, line, d, "package.line", "must be a "
		    "kernel line such as \"6.12\", in quotes");
	flavour = yval_get(v, "flavour");
	if (flavour != NULL && !one_of(yval_str(flavour, ""), flavours))
		return ydoc_fail(doc, flavour, d, "package.flavour",
		    "must be cloud, generic or rt");
	if ((e = dup_to(&p->line, yval_str(line, ""))) != ERR_OK ||
	    (e = dup_to(&p->flavour, yval_str(flavour, "cloud"))) != ERR_OK)
		return e;
	suites = yval_get(v, "suites");
	for (size_t i = 0; i < yval_len(suites); i++) {
		const struct yval	*s = yval_at(suites, i);

		if (!suite_ok(yval_str(s, ""))) {
			snprintf(key, sizeof(key), "package.suites[%zu]", i);
			return ydoc_fail(doc, s, d, key, "must be a suite "
			    "name: lower-case letters, digits, hyphens");
		}
		if ((e = dup_to(&p->suite[p->nsuites], yval_str(s, ""))) !=
		    ERR_OK)
			return e;
		p->nsuites++;
	}
	return ERR_OK;
}

static enum err
read_image(const struct ydoc *doc, const struct yval *v, struct profile *p,
    struct diag *d)
{
	const struct yval	*url = yval_get(v, "source_url");
	const struct yval	*path = yval_get(v, "local_path");
	const struct yval	*sha = yval_get(v, "sha256");
	const char		*u = yval_str(url, "");

	if (v != NULL && url == NULL && path == NULL)
		return ydoc_fail(doc, v, d, "image",
		    "needs source_url or local_path");
	if (url != NULL && strncmp(u, "https://", 8) != 0 &&
	    strncmp(u, "http://", 7) != 0)
		return ydoc_fail(doc, url, d, "image.source_url",
		    "must begin with https:// or http://");
	if (sha != NULL && !hex_is_sha256(yval_str(sha, "")))
		return ydoc_fail(doc, sha, d, "image.sha256",
		    "must be 64 lower-case hex digits");
	if (dup_to(&p->image_url, u) != ERR_OK ||
	    dup_to(&p->image_path, yval_str(path, "")) != ERR_OK ||
	    dup_to(&p->image_sha256, yval_str(sha, "")) != ERR_OK)
		return ERR_NOMEM;
	return ERR_OK;
}

static enum err
read_source(const struct ydoc *doc, const struct yval *root,
    struct profile *p, struct diag *d)
{
	const struct yval	*package = yval_get(root, "package");
	const struct yval	*image = yval_get(root, "image");
	enum err		 e;

	if (package == NULL && image == NULL)
		return ydoc_fail(doc, root, d, "package", "is missing: a "
		    "profile needs package or image as its kernel's source");
	if (package != NULL && image != NULL)
		return ydoc_fail(doc, image, d, "image", "excludes package: "
		    "a kernel has one source");
	if ((e = read_image(doc, image, p, d)) != ERR_OK)
		return e;
	if (package == NULL) {
		p->source = p->image_url[0] != '\0' ? PROFILE_URL :
		    PROFILE_LOCAL;
		return dup_to(&p->line, "") == ERR_OK ?
		    dup_to(&p->flavour, "") : ERR_NOMEM;
	}
	p->source = PROFILE_PACKAGE;
	return read_package(doc, package, p, d);
}

static enum err
read_boot(const struct ydoc *doc, const struct yval *root, struct profile *p,
    struct diag *d)
{
	const struct yval	*boot = yval_get(root, "boot"), *btf;
	const struct yval	*cmdline = yval_get(boot, "cmdline");

	if (!profile_cmdline_ok(yval_str(cmdline, "")))
		return ydoc_fail(doc, cmdline, d, "boot.cmdline",
		    "must be printable ASCII without quotes or backslashes");
	p->memory_mb = (int)yval_int(yval_get(boot, "memory_mb"), 0);
	p->cpus = (int)yval_int(yval_get(boot, "cpus"), 0);
	btf = yval_get(yval_get(root, "capabilities"), "expected_btf");
	p->says_btf = btf != NULL;
	p->expected_btf = yval_bool(btf, false);
	return dup_to(&p->cmdline, yval_str(cmdline, ""));
}

static enum err
check_id(const struct ydoc *doc, const struct yval *root, const char *id,
    struct diag *d)
{
	const struct yval	*v = yval_get(root, "id");

	if (!profile_id_ok(yval_str(v, "")))
		return ydoc_fail(doc, v, d, "id", "must be letters, digits, "
		    "\".\", \"_\" and \"-\", beginning with a letter or digit");
	if (strcmp(yval_str(v, ""), id) != 0)
		return ydoc_fail(doc, v, d, "id", "is \"%s\" but the file is "
		    "called %s.yaml", yval_str(v, ""), id);
	return ERR_OK;
}

/* What a profile needs that is no variant. */
static enum err
check_names(const struct ydoc *doc, const struct yval *root, struct diag *d)
{
	static const char *const archs[] =
	    { "x86_64", "amd64", "arm64", "aarch64", NULL };
	static const char *const needed[] =
	    { "distro", "kernel_family", "arch", "boot", NULL };
	const struct yval	*v;
	const char		*arch, *runner;

	for (size_t i = 0; needed[i] != NULL; i++)
		if (yval_get(root, needed[i]) == NULL)
			return ydoc_fail(doc, root, d, needed[i],
			    "is missing");
	if ((v = yval_get(root, "environment")) != NULL)
		return ydoc_fail(doc, v, d, "environment", "needs base: it "
		    "says what differs from another profile");
	v = yval_get(root, "arch");
	arch = yval_str(v, "");
	if (!one_of(arch, archs))
		return ydoc_fail(doc, v, d, "arch", "must be x86_64 or "
		    "arm64, not \"%s\"", arch);
	v = yval_get(root, "runner");
	runner = yval_str(v, "");
	if (runner[0] != '\0' && strcmp(runner, "vm") != 0)
		return ydoc_fail(doc, v, d, "runner", "must be vm, not "
		    "\"%s\"", runner);
	return ERR_OK;
}

static enum err
read_names(const struct ydoc *doc, const struct yval *root,
    struct profile *p, struct diag *d)
{
	static const char *const arm[] = { "arm64", "aarch64", NULL };
	const char	*arch = yval_str(yval_get(root, "arch"), "");
	enum err	 e;

	if ((e = check_names(doc, root, d)) != ERR_OK)
		return e;
	if (dup_to(&p->arch, one_of(arch, arm) ? "arm64" : "x86_64") !=
	    ERR_OK ||
	    dup_to(&p->distro, yval_str(yval_get(root, "distro"), "")) !=
	    ERR_OK ||
	    dup_to(&p->version, yval_str(yval_get(root, "version"), "")) !=
	    ERR_OK ||
	    dup_to(&p->kernel_family, yval_str(yval_get(root,
	    "kernel_family"), "")) != ERR_OK)
		return ERR_NOMEM;
	return ERR_OK;
}

/* Only what differs: the rest is the base's. */
static enum err
read_variant(const struct ydoc *doc, const struct yval *root,
    struct profile *p, struct diag *d)
{
	static const char *const inherited[] = { "distro", "version",
	    "kernel_family", "arch", "runner", "package", "image", "boot",
	    "validator", "capabilities", NULL };
	const struct yval	*base = yval_get(root, "base"), *v;

	for (size_t i = 0; inherited[i] != NULL; i++)
		if ((v = yval_get(root, inherited[i])) != NULL)
			return ydoc_fail(doc, v, d, inherited[i], "is the "
			    "base's: a variant has id, base and environment "
			    "only");
	if (!profile_id_ok(yval_str(base, "")))
		return ydoc_fail(doc, base, d, "base",
		    "must be the id of a profile");
	if ((v = yval_get(root, "environment")) == NULL)
		return ydoc_fail(doc, root, d, "environment", "is missing: "
		    "a variant says what differs from its base");
	return profile_env_read(doc, v, p, d);
}

static enum err
from_doc(const struct ydoc *doc, const char *id, struct profile **out,
    struct diag *d)
{
	const struct yval	*root = ydoc_root(doc);
	struct profile		*p;
	enum err		 e;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	if ((e = check_id(doc, root, id, d)) == ERR_OK &&
	    (e = dup_to(&p->id, id)) == ERR_OK && (e = dup_to(&p->base,
	    yval_str(yval_get(root, "base"), ""))) == ERR_OK) {
		if (p->base[0] != '\0')
			e = read_variant(doc, root, p, d);
		else if ((e = read_names(doc, root, p, d)) == ERR_OK &&
		    (e = read_source(doc, root, p, d)) == ERR_OK)
			e = read_boot(doc, root, p, d);
	}
	if (e == ERR_OK)
		*out = p;
	else
		profile_free(p);
	return e;
}

enum err
profile_parse(const char *label, const char *text, size_t len,
    const char *id, struct profile **p, struct diag *d)
{
	struct ydoc	*doc;
	enum err	 e;

	e = ydoc_parse(label, text, len, profile_keys, &doc, d);
	if (e != ERR_OK)
		return e;
	e = from_doc(doc, id, p, d);
	ydoc_free(doc);
	return e;
}

/* "debian-12-6.1" out of ".../debian-12-6.1.yaml". */
static enum err
id_of(const char *path, char *id, size_t size, struct diag *d)
{
	const char	*base = strrchr(path, '/');
	size_t		 n;

	base = base == NULL ? path : base + 1;
	n = strlen(base);
	if (n <= 5 || strcmp(base + n - 5, ".yaml") != 0 || n - 5 >= size)
		return diag_set(d, ERR_INVAL, "id", "%s: a profile is a file "
		    "ID.yaml with an id of at most %d characters", base,
		    PROFILE_ID_MAX);
	memcpy(id, base, n - 5);
	id[n - 5] = '\0';
	return ERR_OK;
}

enum err
profile_load(const char *path, const char *label, struct profile **p,
    struct diag *d)
{
	char		 id[PROFILE_ID_MAX + 1];
	struct ydoc	*doc;
	enum err	 e;

	if ((e = id_of(path, id, sizeof(id), d)) != ERR_OK ||
	    (e = ydoc_load(path, label, profile_keys, &doc, d)) != ERR_OK)
		return e;
	e = from_doc(doc, id, p, d);
	ydoc_free(doc);
	return e;
}

void
profile_free(struct profile *p)
{
	if (p == NULL)
		return;
	free(p->id);
	free(p->distro);
	free(p->version);
	free(p->kernel_family);
	free(p->arch);
	for (int i = 0; i < p->nsuites; i++)
		free(p->suite[i]);
	free(p->line);
	free(p->flavour);
	free(p->image_url);
	free(p->image_path);
	free(p->image_sha256);
	free(p->cmdline);
	free(p->base);
	profile_env_clear(&p->env);
	free(p);
}

const char *
profile_source_mode(const struct profile *p)
{
	return p->source == PROFILE_LOCAL ? "manual-local" : "url";
}

const char *
profile_transport_note(const struct profile *p)
{
	if (p->source != PROFILE_PACKAGE)
		return "guests boot kernel packages; booting a distribution "
		    "image is not supported";
	if (strcmp(p->arch, "x86_64") != 0)
		return "guests are x86_64; arm64 is not supported";
	return "";
}

bool
profile_transport_supported(const struct profile *p)
{
	return profile_transport_note(p)[0] == '\0';
}

const char *
profile_transport(const struct profile *p)
{
	return profile_transport_supported(p) ? "ssh" : "unsupported";
}

static int
is_yaml(const struct dirent *de)
{
	size_t	 n = strlen(de->d_name);

	return de->d_name[0] != '.' && n > 5 &&
	    strcmp(de->d_name + n - 5, ".yaml") == 0;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp((*(struct profile *const *)a)->id,
	    (*(struct profile *const *)b)->id);
}

static enum err
load_entry(const char *dir, const char *name, struct profile **p,
    struct diag *d)
{
	char	 path[PATH_MAX], label[NAME_MAX + 16];

	if (path_join(path, sizeof(path), dir, name, NULL) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL, "path too long: %s",
		    name);
	snprintf(label, sizeof(label), "profiles/%s", name);
	return profile_load(path, label, p, d);
}

/* Variants get the rest from their bases. */
static enum err
resolve(struct profile_set *s, struct diag *d)
{
	const struct profile	*base;
	struct profile		*p;
	enum err		 e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < s->n; i++) {
		p = s->item[i];
		if (p->base[0] == '\0')
			continue;
		base = profile_set_find(s, p->base);
		if (base == NULL)
			e = diag_set(d, ERR_INVAL, "base", "profiles/%s.yaml: "
			    "base: there is no profile %s", p->id, p->base);
		else if (base->base[0] != '\0')
			e = diag_set(d, ERR_INVAL, "base", "profiles/%s.yaml: "
			    "base: %s is a variant itself; name its base, %s",
			    p->id, base->id, base->base);
		else if (base->source != PROFILE_PACKAGE)
			e = diag_set(d, ERR_INVAL, "base", "profiles/%s.yaml: "
			    "base: %s is a disk image, which has its own "
			    "environment", p->id, base->id);
		else
			e = profile_inherit(p, base);
	}
	return e;
}

enum err
profile_set_load(const char *dir, struct profile_set *set, struct diag *d)
{
	struct profile_set	 s = { NULL, 0 };
	struct dirent		**de = NULL;
	enum err		 e = ERR_OK;
	int			 n;

	n = scandir(dir, &de, is_yaml, NULL);
	if (n == -1)
		return diag_errno(d, "cannot read the profiles folder");
	if (n > PROFILES_MAX)
		e = diag_set(d, ERR_TOOBIG, NULL, "more than %d profiles",
		    PROFILES_MAX);
	else if ((s.item = calloc((size_t)n + 1, sizeof(*s.item))) == NULL)
		e = ERR_NOMEM;
	for (int i = 0; i < n; i++) {
		if (e == ERR_OK) {
			e = load_entry(dir, de[i]->d_name, &s.item[s.n], d);
			s.n += e == ERR_OK;
		}
		free(de[i]);
	}
	free(de);
	if (e != ERR_OK) {
		profile_set_clear(&s);
		return e;
	}
	qsort(s.item, s.n, sizeof(*s.item), by_id);
	if ((e = resolve(&s, d)) == ERR_OK)
		*set = s;
	else
		profile_set_clear(&s);
	return e;
}

enum err
profile_set_load_default(const struct conf *c, struct profile_set *set,
    struct diag *d)
{
	char		 dir[PATH_MAX];
	enum err	 e;

	e = paths_data(c, "matrices/profiles", dir, sizeof(dir), d);
	return e != ERR_OK ? e : profile_set_load(dir, set, d);
}

void
profile_set_clear(struct profile_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		profile_free(set->item[i]);
	free(set->item);
	set->item = NULL;
	set->n = 0;
}

const struct profile *
profile_set_find(const struct profile_set *set, const char *id)
{
	size_t	 lo = 0, hi = set->n, mid;
	int	 cmp;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		cmp = strcmp(id, set->item[mid]->id);
		if (cmp == 0)
			return set->item[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}
