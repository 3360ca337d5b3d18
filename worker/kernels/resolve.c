#include "worker/kernels/resolve.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proc.h"
#include "base/timefmt.h"

/* A suite has some dozens of kernels of one flavour. */
#define NAMES_MAX	1024
#define TEXT_MAX	(16 * 1024 * 1024)
#define SAID_MAX	(16 * 1024)
#define DPKG_DEADLINE	30000

/* What "apt-cache show" says of one package, as far as it matters here. */
struct	stanza {
	char	 name[160];
	char	 version[128];
	int64_t	 installed_kib;
	bool	 on_binary;	/* depends on linux-binary-… */
};

const char *
resolve_release(const char *name, const char *prefix, const char *line,
    const char *flavour, const char *arch)
{
	char		 end[64];
	const char	*rel, *p;
	size_t		 n, m;
	bool		 generic = strcmp(flavour, "generic") == 0;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return NULL;
	rel = name + strlen(prefix);
	snprintf(end, sizeof(end), "%s%s-%s", generic ? "" : "-",
	    generic ? "" : flavour, arch);
	n = strlen(rel);
	m = strlen(end);
	if (n <= m || strcmp(rel + n - m, end) != 0)
		return NULL;
	n -= m;
	/* "-cloud-amd64" ends with "-amd64" too. */
	if (generic && ((n > 6 && strncmp(rel + n - 6, "-cloud", 6) == 0) ||
	    (n > 3 && strncmp(rel + n - 3, "-rt", 3) == 0)))
		return NULL;
	/* Digits, dot, digits, dot: a meta package has no third number. */
	p = rel + strspn(rel, "0123456789");
	if (p == rel || *p != '.')
		return NULL;
	p++;
	p += strspn(p, "0123456789");
	if (*p != '.' || (size_t)(p - rel) >= n)
		return NULL;
	if (line[0] != '\0' && (strlen(line) != (size_t)(p - rel) ||
	    strncmp(rel, line, strlen(line)) != 0))
		return NULL;
	return rel;
}

enum err
resolve_later(const char *a, const char *b, bool *later, struct diag *d)
{
	const char *const	 argv[] = { "dpkg", "--compare-versions", a,
		"gt", b, NULL };
	struct proc_opts	 o = PROC_OPTS_INIT;
	int			 code = 0;
	enum err		 e;

	o.argv = argv;
	e = proc_run(&o, NULL, 0, NULL, NULL, time_mono_ms() + DPKG_DEADLINE,
	    &code, d);
	if (e == ERR_NOTFOUND)
		return diag_set(d, ERR_UNAVAILABLE, NULL, "dpkg is missing; "
		    "install it");
	if (e == ERR_OK && code > 1)
		e = diag_set(d, ERR_CHILD, NULL, "dpkg cannot compare the "
		    "versions %s and %s", a, b);
	if (e == ERR_OK)
		*later = code == 0;
	return e;
}

/* The value when "line" is this field, else NULL. */
static const char *
field(const char *line, const char *name)
{
	size_t	 n = strlen(name);

	if (strncmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	return line + strspn(line, " ");
}

/* Reads the next paragraph of "*text"; false at the end. */
static bool
next_stanza(char **text, struct stanza *s)
{
	const char	*v;
	char		*line;

	memset(s, 0, sizeof(*s));
	while ((line = strsep(text, "\n")) != NULL) {
		if (line[0] == '\0') {
			if (s->name[0] != '\0')
				return true;
			continue;
		}
		if ((v = field(line, "Package")) != NULL)
			snprintf(s->name, sizeof(s->name), "%s", v);
		else if ((v = field(line, "Version")) != NULL)
			snprintf(s->version, sizeof(s->version), "%s", v);
		else if ((v = field(line, "Installed-Size")) != NULL)
			s->installed_kib = strtoll(v, NULL, 10);
		else if ((v = field(line, "Depends")) != NULL)
			s->on_binary = strstr(v, "linux-binary-") != NULL;
	}
	return s->name[0] != '\0';
}

/* Names in the suite that begin with "prefix" and fit the profile. */
static enum err
add_names(const struct apt_suite *s, const struct profile *p,
    const char *arch, const char *prefix, char **names, int *n,
    struct diag *d)
{
	const char *const	 argv[] =
	    { "apt-cache", "pkgnames", prefix, NULL };
	struct buf		 out = BUF_INIT(TEXT_MAX);
	char			*text = NULL, *rest, *line;
	int			 code = 0;
	enum err		 e;

	e = apt_run(s, argv, &out, NULL, &code, d);
	if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_CHILD, NULL, "apt-cache cannot read the "
		    "index of suite %s", s->name);
	rest = text = buf_steal(&out);
	while (e == ERR_OK && (line = strsep(&rest, "\n")) != NULL) {
		if (resolve_release(line, prefix, p->line, p->flavour,
		    arch) == NULL || *n == NAMES_MAX)
			continue;
		if ((names[*n] = strdup(line)) == NULL)
			e = ERR_NOMEM;
		else
			++*n;
	}
	free(text);
	buf_clear(&out);
	return e;
}

/* "apt-cache show" of the names; *text is the caller's. */
static enum err
show(const struct apt_suite *s, char *const *names, int n, char **text,
    struct diag *d)
{
	const char	**argv;
	struct buf	 out = BUF_INIT(TEXT_MAX);
	int		 code = 0;
	enum err	 e;

	if ((argv = calloc((size_t)n + 3, sizeof(*argv))) == NULL)
		return ERR_NOMEM;
	argv[0] = "apt-cache";
	argv[1] = "show";
	for (int i = 0; i < n; i++)
		argv[i + 2] = names[i];
	/* A name it does not know makes it fail; the others are shown. */
	e = apt_run(s, argv, &out, NULL, &code, d);
	free(argv);
	if (e == ERR_OK)
		*text = buf_steal(&out);
	buf_clear(&out);
	return e;
}

/* The newest stanza that holds an image. */
static enum err
newest(const struct apt_suite *s, char *const *names, int n,
    struct stanza *best, struct diag *d)
{
	struct stanza	 st;
	char		*text = NULL, *rest;
	bool		 later;
	enum err	 e;

	best->name[0] = '\0';
	if ((e = show(s, names, n, &text, d)) != ERR_OK)
		return e;
	rest = text;
	while (e == ERR_OK && next_stanza(&rest, &st)) {
		/* In the split layout linux-image is an empty shell. */
		if (st.on_binary && strncmp(st.name, "linux-image-", 12) == 0)
			continue;
		later = best->name[0] == '\0';
		if (!later)
			e = resolve_later(st.version, best->version, &later,
			    d);
		if (e == ERR_OK && later)
			*best = st;
	}
	free(text);
	return e;
}

/* Adds the packages with the other parts of a split kernel. */
static enum err
companions(struct pick *p, struct diag *d)
{
	static const char *const prefix[] =
	    { "linux-modules-", "linux-base-" };
	char		 name[2][192], *names[2] = { name[0], name[1] };
	char		*text = NULL, *rest;
	struct stanza	 st;
	enum err	 e;

	for (int i = 0; i < 2; i++)
		snprintf(name[i], sizeof(name[i]), "%s%s", prefix[i],
		    p->release);
	if ((e = show(&p->suite, names, 2, &text, d)) != ERR_OK)
		return e;
	rest = text;
	p->modules_gone = true;
	while (next_stanza(&rest, &st)) {
		if (strcmp(st.version, p->version) != 0 ||
		    p->ndebs == PICK_DEBS_MAX)
			continue;
		if (strcmp(st.name, name[0]) == 0)
			p->modules_gone = false;
		snprintf(p->deb[p->ndebs].name, sizeof(p->deb[0].name), "%s",
		    st.name);
		p->ndebs++;
		p->installed_kib += st.installed_kib;
	}
	free(text);
	return ERR_OK;
}

/* A line of --print-uris: 'URI' file size SHA256:hex */
static bool
parse_uri(char *line, struct pick_deb *deb)
{
	char	*end, *word;

	if (line[0] != '\'' || (end = strchr(++line, '\'')) == NULL)
		return false;
	*end = '\0';
	if (snprintf(deb->uri, sizeof(deb->uri), "%s", line) >=
	    (int)sizeof(deb->uri))
		return false;
	line = end + 1;
	line += strspn(line, " ");
	if (strsep(&line, " ") == NULL || (word = strsep(&line, " ")) == NULL)
		return false;
	deb->size = strtoll(word, NULL, 10);
	if (line == NULL || strncmp(line, "SHA256:", 7) != 0)
		return false;
	line += 7;
	line[strcspn(line, " \r\n")] = '\0';
	if (!hex_is_sha256(line) || deb->size <= 0)
		return false;
	memcpy(deb->sha256, line, SHA256_HEX_SIZE);
	return true;
}

/* Lets apt say where each package is, how long, and its digest. */
static enum err
uris(struct pick *p, struct diag *d)
{
	struct buf	 out = BUF_INIT(TEXT_MAX), said = BUF_INIT(SAID_MAX);
	const char	*argv[] = { "apt-get", "-qq", "--print-uris",
		"download", NULL, NULL };
	char		 spec[300];
	int		 code = 0;
	enum err	 e = ERR_OK;

	for (int i = 0; e == ERR_OK && i < p->ndebs; i++) {
		struct pick_deb	*deb = &p->deb[i];
		char		*line;

		memcpy(deb->version, p->version, sizeof(deb->version));
		snprintf(spec, sizeof(spec), "%s=%s", deb->name,
		    deb->version);
		argv[4] = spec;
		buf_reset(&out);
		buf_reset(&said);
		e = apt_run(&p->suite, argv, &out, &said, &code, d);
		if (e != ERR_OK)
			break;
		line = buf_steal(&out);
		if (code != 0)
			e = apt_error(spec, buf_str(&said), d);
		else if (line == NULL || !parse_uri(line, deb))
			e = diag_set(d, ERR_UNSUPPORTED, NULL, "apt gives no "
			    "address or SHA-256 for %s", spec);
		free(line);
	}
	buf_clear(&out);
	buf_clear(&said);
	return e;
}

/* The best of one open suite; ERR_NOTFOUND when it has none. */
static enum err
in_suite(const struct apt_suite *s, const struct profile *p,
    const char *arch, struct pick *out, struct diag *d)
{
	char		**names;
	struct stanza	 best;
	const char	*rel;
	int		 n = 0;
	enum err	 e;

	if ((names = calloc(NAMES_MAX, sizeof(*names))) == NULL)
		return ERR_NOMEM;
	memset(&best, 0, sizeof(best));
	e = add_names(s, p, arch, "linux-image-", names, &n, d);
	if (e == ERR_OK)
		e = add_names(s, p, arch, "linux-binary-", names, &n, d);
	if (e == ERR_OK && n > 0)
		e = newest(s, names, n, &best, d);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (e != ERR_OK)
		return e;
	if (best.name[0] == '\0')
		return ERR_NOTFOUND;

	memset(out, 0, sizeof(*out));
	out->suite = *s;
	out->split = strncmp(best.name, "linux-binary-", 13) == 0;
	rel = best.name + (out->split ? 13 : 12);
	snprintf(out->release, sizeof(out->release), "%s", rel);
	memcpy(out->version, best.version, sizeof(out->version));
	memcpy(out->deb[0].name, best.name, sizeof(out->deb[0].name));
	out->ndebs = 1;
	out->installed_kib = best.installed_kib;
	if (out->split && (e = companions(out, d)) != ERR_OK)
		return e;
	return uris(out, d);
}

/* "why" may hold what was wrong with a suite. */
static enum err
nothing_found(const struct profile *p, const char *why, struct diag *d)
{
	struct buf	 b = BUF_INIT(1024);
	enum err	 e;

	for (int i = 0; i < p->nsuites; i++)
		buf_addf(&b, "%s%s", i > 0 ? ", " : "", p->suite[i]);
	e = diag_set(d, ERR_NOTFOUND, NULL, "no kernel of line %s, flavour "
	    "%s is left in suite %s%s%s", p->line[0] == '\0' ? "any" :
	    p->line, p->flavour, buf_str(&b), why[0] != '\0' ? "; " : "",
	    why);
	buf_clear(&b);
	return e;
}

static enum err
try_suite(const struct apt_source *src, const struct profile *p,
    const struct apt_want *want, struct pick *out, struct diag *d)
{
	struct apt_suite	 s = APT_SUITE_INIT;
	enum err		 e;

	e = apt_suite_open(src, want, &s, d);
	if (e == ERR_OK)
		e = in_suite(&s, p, want->arch, out, d);
	apt_suite_close(&s);
	out->suite.lock_fd = -1;
	return e;
}

enum err
resolve(const struct apt_source *src, const struct profile *p,
    const struct resolve_opts *o, struct pick *out, struct diag *d)
{
	struct pick	 one;
	struct diag	 why = DIAG_INIT;
	char		 note[sizeof(one.note)] = "";
	bool		 have = false, later;
	enum err	 e;

	for (int i = 0; i < p->nsuites; i++) {
		struct apt_want	 want = { o->kernel_dir, p->suite[i],
		    strcmp(p->arch, "arm64") == 0 ? "arm64" : "amd64",
		    o->ttl_ms, o->refresh };

		if (!apt_source_has(src, p->suite[i])) {
			snprintf(note, sizeof(note), "suite %s was left out: "
			    "apt of this machine knows no archive for it; "
			    "set BPFCOMPAT_DEBIAN_SECURITY", p->suite[i]);
			continue;
		}
		e = try_suite(src, p, &want, &one, &why);
		if (e == ERR_NOTFOUND)
			continue;
		if (e != ERR_OK)
			return diag_set(d, e, why.field, "%s",
			    diag_text(&why));
		later = !have;
		if (have && (e = resolve_later(one.version, out->version,
		    &later, d)) != ERR_OK)
			return e;
		if (later)
			*out = one;
		have = true;
	}
	if (!have)
		return nothing_found(p, why.msg[0] != '\0' ? why.msg : note,
		    d);
	memcpy(out->note, note, sizeof(note));
	return ERR_OK;
}
