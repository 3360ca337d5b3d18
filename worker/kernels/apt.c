#include "worker/kernels/apt.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/proc.h"
#include "base/timefmt.h"

extern char	**environ;

/* An index is 10 MB at most; a mirror that needs longer is away. */
#define UPDATE_DEADLINE_MS	(10 * 60 * 1000)
/* Somebody else is updating the same suite. */
#define LOCK_WAIT_MS		(15 * 60 * 1000)
#define RELEASE_MAX		(2 * 1024 * 1024)
#define SAID_MAX		(16 * 1024)
#define NETWORK		"check the network and the proxy settings of apt"
/* Written after a successful update; its age is the index's age. */
#define STAMP			"updated"

char **
apt_env(const struct apt_suite *s)
{
	size_t	 n = 0, k = 0;
	char	**env;

	while (environ[n] != NULL)
		n++;
	if ((env = calloc(n + 3, sizeof(*env))) == NULL)
		return NULL;
	/* The proxy variables of the caller stay. */
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "APT_CONFIG=", 11) != 0 &&
		    strncmp(environ[i], "LC_ALL=", 7) != 0 &&
		    (env[k] = strdup(environ[i])) != NULL)
			k++;
	if (asprintf(&env[k], "APT_CONFIG=%s/apt.conf", s->root) == -1) {
		env[k] = NULL;
		apt_env_free(env);
		return NULL;
	}
	if ((env[k + 1] = strdup("LC_ALL=C")) == NULL) {
		apt_env_free(env);
		return NULL;
	}
	return env;
}

void
apt_env_free(char **env)
{
	if (env == NULL)
		return;
	for (char **p = env; *p != NULL; p++)
		free(*p);
	free(env);
}

enum err
apt_run(const struct apt_suite *s, const char *const *argv, struct buf *out,
    struct buf *err, int *code, struct diag *d)
{
	struct proc_opts	 o = PROC_OPTS_INIT;
	char			**env;
	enum err		 e;

	if ((env = apt_env(s)) == NULL)
		return ERR_NOMEM;
	o.argv = argv;
	o.env = (const char *const *)(uintptr_t)env;
	e = proc_run(&o, NULL, 0, out, err,
	    time_mono_ms() + UPDATE_DEADLINE_MS, code, d);
	apt_env_free(env);
	return e;
}

/* The first line of "said" that begins with "E:" or "W:", cut there. */
static void
first_complaint(const char *said, char *out, size_t size)
{
	const char	*p = said, *nl;

	snprintf(out, size, "apt gave no reason");
	for (; p != NULL && *p != '\0'; p = nl == NULL ? NULL : nl + 1) {
		nl = strchr(p, '\n');
		if (strncmp(p, "E: ", 3) != 0 && strncmp(p, "W: ", 3) != 0)
			continue;
		snprintf(out, size, "%.*s", nl == NULL ? (int)strlen(p + 3) :
		    (int)(nl - p - 3), p + 3);
		if (p[0] == 'E')
			return;
	}
}

/* The first that is found in what apt said; bad signatures before all. */
static const struct {
	const char	*word;
	enum err	 code;
	const char	*remedy;
} complaints[] = {
	{ "No space left", ERR_NOSPACE, "free some disk space" },
	{ "Write error", ERR_NOSPACE, "free some disk space" },
	{ "no longer signed", ERR_DENIED, "the archive's signature "
	    "is missing; use another archive" },
	{ "not signed", ERR_DENIED, "the archive's signature is "
	    "missing; use another archive" },
	{ "NO_PUBKEY", ERR_DENIED, "the signing key is not in the "
	    "keyring; update debian-archive-keyring" },
	{ "BADSIG", ERR_DENIED, "the signature is wrong; use another "
	    "archive" },
	{ "EXPKEYSIG", ERR_DENIED, "the signing key has expired; "
	    "update debian-archive-keyring" },
	{ "Hash Sum mismatch", ERR_DENIED, "the file is not what the "
	    "signed index says; use another archive" },
	{ "unexpected size", ERR_DENIED, "the file is not what the "
	    "signed index says; use another archive" },
	{ "is expired", ERR_UNAVAILABLE, "the mirror is stale; use "
	    "another one or check this machine's clock" },
	{ "is not valid yet", ERR_UNAVAILABLE, "check this machine's "
	    "clock" },
	{ "does not have a Release file", ERR_NOTFOUND, "the archive "
	    "does not carry this suite" },
	{ "404", ERR_NOTFOUND, "it is gone from the archive; try "
	    "--refresh" },
	{ "File not found", ERR_NOTFOUND, "it is gone from the "
	    "archive; try --refresh" },
	{ "No such file or directory", ERR_NOTFOUND, "it is gone "
	    "from the archive; try --refresh" },
	{ "Could not resolve", ERR_UNAVAILABLE, NETWORK },
	{ "Temporary failure resolving", ERR_UNAVAILABLE, NETWORK },
	{ "Could not connect", ERR_UNAVAILABLE, NETWORK },
	{ "Unable to connect", ERR_UNAVAILABLE, NETWORK },
	{ "Cannot initiate the connection", ERR_UNAVAILABLE,
	    NETWORK },
	{ "onnection failed", ERR_UNAVAILABLE, NETWORK },
	{ "onnection refused", ERR_UNAVAILABLE, NETWORK },
	{ "onnection timed out", ERR_UNAVAILABLE, NETWORK },
	{ "is unreachable", ERR_UNAVAILABLE, NETWORK },
	{ "Connection reset", ERR_UNAVAILABLE, NETWORK },
	{ "Error reading from server", ERR_UNAVAILABLE, NETWORK },
	{ "  50", ERR_UNAVAILABLE, "the archive is out of order; try "
	    "again later" },
};

enum err
apt_error(const char *what, const char *said, struct diag *d)
{
	char	 reason[600];

	first_complaint(said, reason, sizeof(reason));
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]);
	    i++)
		if (strcasestr(said, complaints[i].word) != NULL)
			return diag_set(d, complaints[i].code, NULL,
			    "%s: %s (%s)", what, complaints[i].remedy,
			    reason);
	/* Not excused as an absent network is: it may be an attack. */
	return diag_set(d, ERR_CHILD, NULL, "%s: apt failed (%s)", what,
	    reason);
}

/* Development suites are frozen on many mirrors; their Release expires. */
static bool
may_expire(const char *suite)
{
	return strcmp(suite, "sid") == 0 || strcmp(suite, "unstable") == 0 ||
	    strcmp(suite, "forky") == 0 || strcmp(suite, "testing") == 0 ||
	    strcmp(suite, "experimental") == 0;
}

static enum err
write_in(const struct apt_suite *s, const char *name, const struct buf *b,
    bool *changed, struct diag *d)
{
	struct buf	 old = BUF_INIT(256 * 1024);
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), s->root, name, NULL)) !=
	    ERR_OK || (e = buf_err(b)) != ERR_OK)
		return diag_set(d, e, NULL, "cannot set up apt");
	if (fsio_read(path, &old, NULL) == ERR_OK && old.len == b->len &&
	    memcmp(buf_str(&old), buf_str(b), b->len) == 0) {
		buf_clear(&old);
		return ERR_OK;
	}
	buf_clear(&old);
	*changed = true;
	return fsio_write_atomic(path, buf_str(b), b->len, FSIO_FILE_MODE, d);
}

static enum err
write_conf(const struct apt_source *src, const struct apt_want *want,
    const struct apt_suite *s, bool *changed, struct diag *d)
{
	struct buf	 b = BUF_INIT(256 * 1024);
	enum err	 e;

	buf_addf(&b, "Dir \"%s/\";\n", s->root);
	buf_adds(&b, "Dir::Etc \"etc/\";\n"
	    "Dir::Etc::parts \"apt.conf.d\";\n"
	    "Dir::State \"state/\";\n");
	buf_addf(&b, "Dir::State::status \"%s/status\";\n", s->root);
	buf_adds(&b, "Dir::Cache \"cache/\";\n"
	    "Dir::Cache::srcpkgcache \"\";\n");
	buf_addf(&b, "APT::Architecture \"%s\";\n"
	    "#clear APT::Architectures;\n"
	    "APT::Architectures { \"%s\"; };\n", want->arch, want->arch);
	/* The private root is closed to apt's own user. */
	if (geteuid() == 0)
		buf_adds(&b, "APT::Sandbox::User \"root\";\n");
	buf_adds(&b, "APT::Update::Error-Mode \"any\";\n"
	    "Acquire::Languages \"none\";\n"
	    "Acquire::GzipIndexes \"true\";\n");
	buf_adds(&b, buf_str(&src->transport));
	e = write_in(s, "apt.conf", &b, changed, d);
	buf_clear(&b);
	return e;
}

static enum err
write_sources(const struct apt_source *src, const struct apt_want *want,
    const struct apt_suite *s, bool *changed, struct diag *d)
{
	struct buf	 b = BUF_INIT(16 * 1024);
	enum err	 e;

	buf_addf(&b, "deb [arch=%s signed-by=%s%s] %s %s main\n", want->arch,
	    src->keyring, may_expire(want->suite) ? " check-valid-until=no" :
	    "", apt_source_uri(src, want->suite), want->suite);
	e = write_in(s, "etc/sources.list", &b, changed, d);
	buf_clear(&b);
	return e;
}

static enum err
make_root(const struct apt_suite *s, struct diag *d)
{
	static const char *const dirs[] = { "etc/apt.conf.d",
		"etc/preferences.d", "etc/sources.list.d",
		"etc/trusted.gpg.d", "state/lists/partial",
		"cache/archives/partial" };
	char		 path[PATH_MAX];
	enum err	 e;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (path_join(path, sizeof(path), s->root, dirs[i], NULL) !=
		    ERR_OK)
			return diag_set(d, ERR_TOOBIG, NULL,
			    "the kernel folder's path is too long");
		if ((e = fsio_mkdirs(path, d)) != ERR_OK)
			return e;
	}
	path_join(path, sizeof(path), s->root, "status", NULL);
	return fsio_exists(path) ? ERR_OK :
	    fsio_write_atomic(path, "", 0, FSIO_FILE_MODE, d);
}

/* Milliseconds since the last good update; -1: never. */
static int64_t
index_age(const struct apt_suite *s)
{
	struct stat	 st;
	char		 path[PATH_MAX];
	int64_t		 age;

	if (path_join(path, sizeof(path), s->root, STAMP, NULL) != ERR_OK ||
	    stat(path, &st) == -1)
		return -1;
	age = time_now_ms() - (int64_t)st.st_mtim.tv_sec * 1000;
	return age < 0 ? 0 : age;
}

static void
drop_stamp(const struct apt_suite *s)
{
	char	 path[PATH_MAX];

	if (path_join(path, sizeof(path), s->root, STAMP, NULL) == ERR_OK)
		unlink(path);
}

static enum err
update(const struct apt_suite *s, struct diag *d)
{
	static const char *const argv[] =
	    { "apt-get", "-q", "update", NULL };
	struct buf	 out = BUF_INIT(SAID_MAX), said = BUF_INIT(SAID_MAX);
	char		 path[PATH_MAX], what[128];
	int		 code = 0;
	enum err	 e;

	if ((e = apt_run(s, argv, &out, &said, &code, d)) == ERR_OK &&
	    code != 0) {
		snprintf(what, sizeof(what), "cannot get the index of suite "
		    "%s", s->name);
		e = apt_error(what, buf_str(&said), d);
	}
	buf_clear(&out);
	buf_clear(&said);
	if (e != ERR_OK)
		return e;
	path_join(path, sizeof(path), s->root, STAMP, NULL);
	return fsio_write_atomic(path, "", 0, FSIO_FILE_MODE, d);
}

static int
is_release(const struct dirent *de)
{
	size_t	 n = strlen(de->d_name);

	return n > 7 && strcmp(de->d_name + n - 7, "Release") == 0;
}

/* The value of a header line of a Release file into "out". */
static bool
header(const char *text, const char *key, char *out, size_t size)
{
	size_t		 n = strlen(key);
	const char	*p = text;

	for (; p != NULL; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, n) != 0)
			continue;
		p += n;
		p += strspn(p, " ");
		snprintf(out, size, "%.*s", (int)strcspn(p, "\r\n"), p);
		return true;
	}
	return false;
}

static bool
release_time(const char *text, const char *key, int64_t *ms)
{
	char		 value[64];
	struct tm	 tm;

	memset(&tm, 0, sizeof(tm));
	if (!header(text, key, value, sizeof(value)) ||
	    strptime(value, "%a, %d %b %Y %H:%M:%S", &tm) == NULL)
		return false;
	*ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

/* Date and validity of the suite, from the Release file apt has checked. */
static enum err
read_release(struct apt_suite *s, struct diag *d)
{
	struct buf	 b = BUF_INIT(RELEASE_MAX);
	struct dirent	**de = NULL;
	char		 dir[PATH_MAX], path[PATH_MAX];
	char		 until[TIME_RFC3339_SIZE];
	int64_t		 ms;
	int		 n;

	path_join(dir, sizeof(dir), s->root, "state/lists", NULL);
	n = scandir(dir, &de, is_release, alphasort);
	for (int i = 0; i < n; i++) {
		if (b.len == 0 && path_join(path, sizeof(path), dir,
		    de[i]->d_name, NULL) == ERR_OK)
			fsio_read(path, &b, NULL);
		free(de[i]);
	}
	free(de);
	if (!release_time(buf_str(&b), "Date:", &ms)) {
		buf_clear(&b);
		return diag_set(d, ERR_CORRUPT, NULL, "the Release file of "
		    "suite %s has no date", s->name);
	}
	time_rfc3339(ms, s->date);
	if (release_time(buf_str(&b), "Valid-Until:", &ms) &&
	    ms < time_now_ms()) {
		time_rfc3339(ms, until);
		snprintf(s->note, sizeof(s->note), "the index of suite %s is "
		    "of %s and was valid until %s: the mirror is stale",
		    s->name, s->date, until);
	}
	buf_clear(&b);
	return ERR_OK;
}

static enum err
prepare(const struct apt_source *src, const struct apt_want *want,
    struct apt_suite *s, bool *changed, struct diag *d)
{
	char		 path[PATH_MAX], name[96];
	enum err	 e;

	snprintf(s->name, sizeof(s->name), "%s", want->suite);
	snprintf(name, sizeof(name), "%s-%s", want->suite, want->arch);
	if (path_join(s->root, sizeof(s->root), want->kernel_dir, ".apt",
	    name, NULL) != ERR_OK ||
	    path_join(path, sizeof(path), s->root, ".lock", NULL) != ERR_OK)
		return diag_set(d, ERR_TOOBIG, NULL,
		    "the kernel folder's path is too long");
	/* It stands between quotes in apt.conf. */
	if (strpbrk(s->root, "\"\\\n") != NULL)
		return diag_set(d, ERR_INVAL, NULL, "the kernel folder's path "
		    "must not contain quotes or backslashes");
	if ((e = fsio_mkdirs(s->root, d)) != ERR_OK ||
	    (e = fsio_lock(path, LOCK_WAIT_MS, &s->lock_fd, d)) != ERR_OK ||
	    (e = make_root(s, d)) != ERR_OK ||
	    (e = write_conf(src, want, s, changed, d)) != ERR_OK)
		return e;
	return write_sources(src, want, s, changed, d);
}

enum err
apt_suite_open(const struct apt_source *src, const struct apt_want *want,
    struct apt_suite *s, struct diag *d)
{
	bool		 changed = false;
	char		 stale[sizeof(s->note)] = "";
	int64_t		 age;
	struct diag	 why = DIAG_INIT;
	enum err	 e;

	if ((e = prepare(src, want, s, &changed, d)) != ERR_OK)
		return e;
	/* An index from another archive is worth nothing. */
	if (changed)
		drop_stamp(s);
	age = index_age(s);
	if (want->refresh || age < 0 || age >= want->ttl_ms) {
		e = update(s, &why);
		/* Only an absent network is excused, and only by an index. */
		if (e == ERR_UNAVAILABLE && !want->refresh && age >= 0)
			snprintf(stale, sizeof(stale), "used the index of "
			    "%lld hours ago: %.400s",
			    (long long)(age / 3600000), diag_text(&why));
		else if (e != ERR_OK)
			return diag_set(d, e, why.field, "%s",
			    diag_text(&why));
	}
	if ((e = read_release(s, d)) != ERR_OK)
		return e;
	if (stale[0] != '\0')
		snprintf(s->note, sizeof(s->note), "%s", stale);
	return ERR_OK;
}

void
apt_suite_close(struct apt_suite *s)
{
	fsio_unlock(s->lock_fd);
	s->lock_fd = -1;
}
