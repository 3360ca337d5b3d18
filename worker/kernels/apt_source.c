/*
 * Where this machine gets Debian packages from.  apt is asked, not its
 * files, so that every form of configuration counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/kernels/apt.h"

/* Asking apt about itself takes milliseconds; a hang is a fault. */
#define ASK_DEADLINE_MS	60000
#define ASK_OUT_MAX	(4 * 1024 * 1024)

/* Runs with the machine's own configuration. */
static enum err
ask(const char *const *argv, struct buf *out, struct diag *d)
{
	struct proc_opts	 o = PROC_OPTS_INIT;
	struct buf		 said = BUF_INIT(16 * 1024);
	int			 code = 0;
	enum err		 e;

	o.argv = argv;
	o.inherit_env = true;
	e = proc_run(&o, NULL, 0, out, &said,
	    time_mono_ms() + ASK_DEADLINE_MS, &code, d);
	if (e == ERR_NOTFOUND)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "%s is missing; "
		    "kernels come from Debian packages: install apt", argv[0]);
	else if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_UNAVAILABLE, NULL, "%s failed: %s",
		    argv[0], buf_str(&said));
	buf_clear(&said);
	return e;
}

/* Is it a suite of Debian's own archive, by its name? */
static bool
debian_suite(const char *release, const char *ending)
{
	static const char *const names[] = { "buster", "bullseye", "bookworm",
		"trixie", "forky", "duke", "sid", "oldoldstable",
		"oldstable", "stable", "testing", "unstable", NULL };
	size_t	 n;

	for (const char *const *p = names; *p != NULL; p++) {
		n = strlen(*p);
		if (strncmp(release, *p, n) == 0 &&
		    strcmp(release + n, ending) == 0)
			return true;
	}
	return false;
}

/*
 * One line "URI|release|label".  The label is what the archive calls
 * itself; before the first "apt-get update" apt does not know it and prints
 * the variable's name.
 */
static void
take_line(struct apt_source *s, char *line)
{
	char	*uri, *release, *label;
	bool	 known;

	uri = strsep(&line, "|");
	release = strsep(&line, "|");
	label = line;
	if (label == NULL || strlen(uri) >= APT_URI_MAX ||
	    strncmp(uri, "cdrom:", 6) == 0)
		return;
	known = label[0] != '$' && label[0] != '\0';
	if (s->archive[0] == '\0' && (known ? strcmp(label, "Debian") == 0 :
	    debian_suite(release, "") || debian_suite(release, "-updates")))
		snprintf(s->archive, sizeof(s->archive), "%s", uri);
	if (s->security[0] == '\0' && (known ?
	    strcmp(label, "Debian-Security") == 0 :
	    debian_suite(release, "-security")))
		snprintf(s->security, sizeof(s->security), "%s", uri);
}

static enum err
find_archives(struct apt_source *s, bool release_info, struct diag *d)
{
	const char	*argv[] = { "apt-get", "indextargets", release_info ?
		"--release-info" : "--no-release-info", "--format",
		"$(REPO_URI)|$(RELEASE)|$(LABEL)", NULL };
	struct buf	 out = BUF_INIT(ASK_OUT_MAX);
	char		*text = NULL, *rest, *line;
	enum err	 e;

	if ((e = ask(argv, &out, d)) == ERR_OK) {
		rest = text = buf_steal(&out);
		while ((line = strsep(&rest, "\n")) != NULL)
			take_line(s, line);
	}
	free(text);
	buf_clear(&out);
	return e;
}

/*
 * Settings about the way to the archive are the administrator's business
 * and hold for us too; everything else of the machine's configuration
 * (hooks, pins, other archives, trust) does not.
 */
static bool
is_transport(const char *line)
{
	static const char *const keys[] = { "Acquire::http", "Acquire::https",
		"Acquire::socks", "Acquire::tor", "Acquire::ForceIPv",
		"Acquire::Retries", "Acquire::By-Hash",
		"Acquire::Check-Valid-Until", "Acquire::Check-Date",
		"Acquire::Max-FutureTime", NULL };

	for (const char *const *p = keys; *p != NULL; p++)
		if (strncmp(line, *p, strlen(*p)) == 0)
			return true;
	return false;
}

static enum err
find_transport(struct apt_source *s, struct diag *d)
{
	static const char *const argv[] = { "apt-config", "dump", NULL };
	struct buf	 out = BUF_INIT(ASK_OUT_MAX);
	char		*text = NULL, *rest, *line;
	enum err	 e;

	if ((e = ask(argv, &out, d)) == ERR_OK) {
		rest = text = buf_steal(&out);
		while ((line = strsep(&rest, "\n")) != NULL)
			if (is_transport(line))
				buf_addf(&s->transport, "%s\n", line);
		e = buf_err(&s->transport);
	}
	free(text);
	buf_clear(&out);
	return e;
}

/* Passwords for the archive stay in the machine's files. */
static enum err
find_netrc(struct apt_source *s, struct diag *d)
{
	static const char *const argv[] = { "apt-config", "shell",
		"netrc", "Dir::Etc::netrc/f", "netrcparts",
		"Dir::Etc::netrcparts/d", NULL };
	struct buf	 out = BUF_INIT(ASK_OUT_MAX);
	char		*text = NULL, *rest, *line, *value;
	enum err	 e;

	if ((e = ask(argv, &out, d)) == ERR_OK) {
		rest = text = buf_steal(&out);
		while ((line = strsep(&rest, "\n")) != NULL) {
			/* name='value' */
			value = strchr(line, '\'');
			if (value == NULL || strpbrk(value + 1, "\"\\"))
				continue;
			value++;
			value[strcspn(value, "'")] = '\0';
			line[strcspn(line, "=")] = '\0';
			buf_addf(&s->transport, "Dir::Etc::%s \"%s\";\n",
			    line, value);
		}
		e = buf_err(&s->transport);
	}
	free(text);
	buf_clear(&out);
	return e;
}

enum err
apt_source_find(const struct conf *c, struct apt_source *s, struct diag *d)
{
	enum err	 e;

	memset(s, 0, sizeof(*s));
	buf_init(&s->transport, 64 * 1024);
	snprintf(s->keyring, sizeof(s->keyring), "%s", c->debian_keyring);
	if (access(s->keyring, R_OK) == -1)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "the keyring %s is "
		    "missing; install debian-archive-keyring or set "
		    "BPFCOMPAT_DEBIAN_KEYRING", s->keyring);
	snprintf(s->archive, sizeof(s->archive), "%s", c->debian_archive);
	snprintf(s->security, sizeof(s->security), "%s", c->debian_security);
	if ((e = find_transport(s, d)) != ERR_OK ||
	    (e = find_netrc(s, d)) != ERR_OK)
		return e;
	/* First by what the archives call themselves, then by suite names. */
	for (int info = 1; info >= 0; info--)
		if ((s->archive[0] == '\0' || s->security[0] == '\0') &&
		    (e = find_archives(s, info == 1, d)) != ERR_OK)
			return e;
	if (s->archive[0] == '\0')
		return diag_set(d, ERR_UNAVAILABLE, NULL, "apt of this "
		    "machine knows no Debian archive; set "
		    "BPFCOMPAT_DEBIAN_ARCHIVE to the base URI of one");
	return ERR_OK;
}

void
apt_source_clear(struct apt_source *s)
{
	buf_clear(&s->transport);
}

const char *
apt_source_uri(const struct apt_source *s, const char *suite)
{
	size_t	 n = strlen(suite);

	return n > 9 && strcmp(suite + n - 9, "-security") == 0 ?
	    s->security : s->archive;
}

bool
apt_source_has(const struct apt_source *s, const char *suite)
{
	return apt_source_uri(s, suite)[0] != '\0';
}

void
apt_uri_public(const char *uri, char *out, size_t size)
{
	const char	*host = strstr(uri, "://"), *at, *slash;

	if (host != NULL) {
		host += 3;
		slash = host + strcspn(host, "/");
		at = memchr(host, '@', (size_t)(slash - host));
		if (at != NULL) {
			snprintf(out, size, "%.*s%s", (int)(host - uri), uri,
			    at + 1);
			return;
		}
	}
	snprintf(out, size, "%s", uri);
}
