#include "domain/hostprobe_local.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/paths.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "domain/features.h"
#include "domain/select_match.h"

#define OS_RELEASE_MAX	((size_t)64 * 1024)
#define WARNINGS_MAX	8
#define TEXT_SIZE	256

/* Under a kernel before this one the feature is not there upstream. */
static const struct {
	enum host_feature	 f;
	const char		*list, *type;	/* in the probe's answer */
	unsigned int		 since;
} asked[] = {
	{ HOST_MAP_RINGBUF, "map_types", "ringbuf", KVER(5, 8) },
	{ HOST_MAP_PERF_EVENT_ARRAY, "map_types", "perf_event_array",
	    KVER(4, 3) },
	{ HOST_PROG_TRACEPOINT, "program_types", "tracepoint", KVER(4, 7) },
	{ HOST_PROG_KPROBE, "program_types", "kprobe", KVER(4, 1) },
	{ HOST_PROG_TRACING, "program_types", "tracing", KVER(5, 5) },
	{ HOST_PROG_XDP, "program_types", "xdp", KVER(4, 8) },
};

static const struct {
	enum host_feature	 f;
	const char		*name;
} files[] = {
	{ HOST_ATTACH_TRACEFS, "events" },
	{ HOST_ATTACH_KPROBE_EVENTS, "kprobe_events" },
};

/* A probe under way. */
struct	local {
	const struct hostprobe_opts	*o;
	struct utsname			 u;
	struct os_release		 os;
	struct jval			*kernel;	/* the child's answer */
	const char			*mode;		/* static */
	char				 warning[WARNINGS_MAX][TEXT_SIZE];
	size_t				 nwarnings;
};

static void __attribute__((format(printf, 2, 3)))
warn(struct local *l, const char *fmt, ...)
{
	va_list	 ap;

	if (l->nwarnings == WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(l->warning[l->nwarnings++], TEXT_SIZE, fmt, ap);
	va_end(ap);
}

/* --- options ------------------------------------------------------------------*/

struct	reading {
	const char		*label;
	struct hostprobe_opts	*o;
	struct diag		*d;
};

static enum err
read_option(const char *key, const struct jval *v, void *arg)
{
	const struct reading	*r = arg;
	const struct { const char *key; bool *to; } known[] = {
		{ "prefer_privileged", &r->o->prefer_privileged },
		{ "use_sudo", &r->o->use_sudo },
		{ "sudo_non_interactive", &r->o->sudo_non_interactive },
	};
	char			 field[DIAG_FIELD_MAX];

	snprintf(field, sizeof(field), "%s.%.60s", r->label, key);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].key, key) != 0)
			continue;
		if (v == NULL || jval_type(v) == JVAL_NULL)
			return ERR_OK;
		if (jval_type(v) != JVAL_BOOL)
			return diag_set(r->d, ERR_INVAL, field, "%s must be "
			    "true or false", field);
		*known[i].to = jval_bool(v, false);
		return ERR_OK;
	}
	return diag_set(r->d, ERR_INVAL, field, "%s is no option of a probe; "
	    "there are prefer_privileged, use_sudo and sudo_non_interactive",
	    field);
}

enum err
hostprobe_opts_read(const struct jval *v, const char *label,
    struct hostprobe_opts *o, struct diag *d)
{
	struct reading	 r = { label, o, d };

	if (v == NULL || jval_type(v) == JVAL_NULL)
		return ERR_OK;
	if (jval_type(v) != JVAL_OBJ)
		return diag_set(d, ERR_INVAL, label, "%s must be an object",
		    label);
	return jval_each(v, read_option, &r);
}

/* --- files --------------------------------------------------------------------*/

/* KEY=value or KEY="value" of os-release(5), its few escapes undone. */
static void
take_value(const char *s, size_t len, char *out, size_t size)
{
	char	 quote = len > 0 && (*s == '"' || *s == '\'') ? *s : '\0';
	size_t	 n = 0;

	for (size_t i = quote != '\0'; i < len && n + 1 < size; i++) {
		if (quote != '\0' && s[i] == quote)
			break;
		if (s[i] == '\\' && quote == '"' && i + 1 < len)
			i++;
		if ((unsigned char)s[i] >= 0x20)
			out[n++] = s[i];
	}
	out[n] = '\0';
}

void
os_release_read(const char *path, struct os_release *r)
{
	const struct { const char *key; char *out; size_t size; } keys[] = {
		{ "ID=", r->id, sizeof(r->id) },
		{ "VERSION_ID=", r->version_id, sizeof(r->version_id) },
		{ "PRETTY_NAME=", r->pretty_name, sizeof(r->pretty_name) },
	};
	struct buf	 b = BUF_INIT(OS_RELEASE_MAX);

	memset(r, 0, sizeof(*r));
	if (fsio_read(path, &b, NULL) == ERR_OK)
		for (const char *p = buf_str(&b); *p != '\0';) {
			size_t	 n = strcspn(p, "\n");

			for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]);
			    i++) {
				size_t	 k = strlen(keys[i].key);

				if (n > k && strncmp(p, keys[i].key, k) == 0)
					take_value(p + k, n - k, keys[i].out,
					    keys[i].size);
			}
			p += n + (p[n] == '\n');
		}
	buf_clear(&b);
	for (char *p = r->id; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
}

/* --- asking the kernel ----------------------------------------------------------*/

static enum err
run_probe(struct local *l, const char *const *argv, const char *how)
{
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 out = BUF_INIT(HOSTPROBE_MAX);
	struct diag	 d = DIAG_INIT;
	int		 code = 0;
	enum err	 e;

	o.argv = argv;
	e = proc_run(&o, NULL, 0, &out, NULL, time_mono_ms() +
	    HOSTPROBE_TIMEOUT_MS, &code, &d);
	if (e == ERR_OK && code == 0)
		e = jval_parse(out.data, out.len, &l->kernel, &d);
	else if (e == ERR_OK)
		e = diag_set(&d, ERR_CHILD, NULL, "exit code %d", code);
	if (e == ERR_TIMEOUT)
		warn(l, "the %s probe did not answer within %d ms", how,
		    HOSTPROBE_TIMEOUT_MS);
	else if (e != ERR_OK)
		warn(l, "the %s probe did not come about: %.160s", how,
		    diag_text(&d));
	buf_clear(&out);
	return e;
}

static bool
wants_sudo(struct local *l, const struct conf *c)
{
	if (!l->o->prefer_privileged || geteuid() == 0)
		return false;
	if (!l->o->use_sudo)
		return false;
	if (!c->probe_sudo)
		warn(l, "sudo is not used: this server's operator has not "
		    "allowed it (BPFCOMPAT_RUNTIME_PROBE_ALLOW_SUDO)");
	return c->probe_sudo;
}

static void
ask_kernel(struct local *l, const struct conf *c)
{
	char		 path[PATH_MAX];
	const char	*plain[] = { path, NULL };
	const char	*silent[] = { "sudo", "-n", "--", path, NULL };
	const char	*asking[] = { "sudo", "--", path, NULL };
	struct diag	 d = DIAG_INIT;

	l->mode = "heuristic";
	if (paths_program(c, "bpfcompat-hostprobe", path, sizeof(path),
	    &d) != ERR_OK) {
		warn(l, "bpfcompat-hostprobe is not installed: only the "
		    "kernel's version speaks");
		return;
	}
	if (wants_sudo(l, c) && run_probe(l, l->o->sudo_non_interactive ||
	    !l->o->terminal ? silent : asking, "sudo") == ERR_OK) {
		l->mode = "heuristic+syscall_privileged_sudo";
		return;
	}
	if (run_probe(l, plain, "bpf(2)") == ERR_OK)
		l->mode = geteuid() == 0 ? "heuristic+syscall_privileged" :
		    "heuristic+syscall_unprivileged";
}

/* --- the document ---------------------------------------------------------------*/

static void
feature(struct jsonw *w, const char *name, const char *status,
    const char *confidence, const char *source, const char *reason)
{
	jsonw_obj(w, name);
	jsonw_str(w, "status", status);
	jsonw_str(w, "confidence", confidence);
	jsonw_str(w, "source", source);
	jsonw_str(w, "reason", reason);
}

/* By its number alone a vendor's kernel can have it, so never "no". */
static void
by_version(struct jsonw *w, const struct local *l, size_t i)
{
	unsigned int	 kernel = kver_parse(l->u.release);
	char		 text[64], since[KVER_TEXT_SIZE];
	bool		 there = kernel >= asked[i].since;

	snprintf(text, sizeof(text), kernel == 0 ?
	    "the kernel's version is not understood; upstream since %s" :
	    "upstream since %s", kver_text(asked[i].since, since));
	feature(w, host_feature_name(asked[i].f), there ? "supported" :
	    "unknown", there ? "medium" : "low", "heuristic", text);
	jsonw_end(w);
}

static void
by_answer(struct jsonw *w, const struct local *l, size_t i,
    const struct jval *a)
{
	const char	*status = jval_get_str(a, "status", "");
	const char	*error = jval_get_str(a, "error", "");
	int64_t		 err = jval_get_int(a, "error_code", 0);
	bool		 yes = strcmp(status, "supported") == 0;
	bool		 no = strcmp(status, "unsupported") == 0;
	unsigned int	 kernel = kver_parse(l->u.release);
	char		 text[TEXT_SIZE];

	snprintf(text, sizeof(text), yes ? "bpf(2) took a %s" : no ?
	    "bpf(2): this kernel has no %s" : "bpf(2) refused a %s: %s",
	    asked[i].type, error);
	feature(w, host_feature_name(asked[i].f), yes ? "supported" : no ?
	    "unsupported" : "unknown", yes || no ? "high" : "low", "syscall",
	    text);
	if (err != 0)
		jsonw_int(w, "errno", -err);
	if (!yes && !no) {
		jsonw_bool(w, "restricted", strcmp(status,
		    "permission_denied") == 0);
		jsonw_bool(w, "expected_from_version", kernel != 0 &&
		    kernel >= asked[i].since);
	}
	jsonw_end(w);
}

static void
by_file(struct jsonw *w, enum host_feature f, const char *name)
{
	static const char *const dirs[] = { "/sys/kernel/tracing",
		"/sys/kernel/debug/tracing" };
	char	 path[128];

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (access(path, F_OK) == 0) {
			feature(w, host_feature_name(f), "supported",
			    "medium", "filesystem", path);
			jsonw_end(w);
			return;
		}
	}
	feature(w, host_feature_name(f), "unknown", "low", "filesystem",
	    "not found");
	jsonw_end(w);
}

static void
features_json(struct jsonw *w, const struct local *l)
{
	jsonw_obj(w, "features");
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct jval	*a = jval_get(jval_get(l->kernel,
					    asked[i].list), asked[i].type);

		if (a != NULL)
			by_answer(w, l, i, a);
		else
			by_version(w, l, i);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		by_file(w, files[i].f, files[i].name);
	jsonw_end(w);
}

/* A fact with where it is from; without a value it was not to be had. */
static void
fact(struct jsonw *w, const char *name, const struct jval *v,
    const char *source)
{
	bool	 there = v != NULL && !(jval_type(v) == JVAL_STR &&
		    jval_str(v, "")[0] == '\0') &&
		    !(jval_type(v) == JVAL_ARR && jval_len(v) == 0);

	jsonw_obj(w, name);
	if (there)
		jval_write(v, w, "value", TEXT_SIZE);
	else
		jsonw_bool(w, "unknown", true);
	jsonw_str(w, "source", source);
	jsonw_end(w);
}

static void
facts_json(struct jsonw *w, const struct local *l)
{
	const struct jval	*k = jval_get(l->kernel, "kernel");
	const struct { const char *name, *key, *source; } of_kernel[] = {
		{ "lockdown", "lockdown", "/sys/kernel/security/lockdown" },
		{ "lsm", "lsm", "/sys/kernel/security/lsm" },
		{ "jit", "bpf_jit_enable",
		    "/proc/sys/net/core/bpf_jit_enable" },
		{ "unprivileged_bpf_disabled", "unprivileged_bpf_disabled",
		    "/proc/sys/kernel/unprivileged_bpf_disabled" },
		{ "bpffs", "bpffs", "statfs(2) of /sys/fs/bpf" },
		{ "cgroup2", "cgroup2", "statfs(2) of /sys/fs/cgroup" },
		{ "module_btf", "module_btf", "/sys/kernel/btf" },
		{ "config", "config", "/proc/config.gz or /boot" },
	};

	jsonw_obj(w, "facts");
	for (size_t i = 0; i < sizeof(of_kernel) / sizeof(of_kernel[0]); i++)
		fact(w, of_kernel[i].name, jval_get(k, of_kernel[i].key),
		    of_kernel[i].source);
	fact(w, "cap_effective", jval_get(l->kernel, "cap_effective"),
	    "/proc/self/status of the probe");
	fact(w, "euid", jval_get(l->kernel, "euid"), "geteuid(2)");
	jsonw_end(w);
}

static void
document(struct local *l, struct buf *out)
{
	const char	*arch = arch_name(l->u.machine);
	char		 now[TIME_RFC3339_SIZE];
	struct jsonw	 w;

	time_rfc3339(time_now_ms(), now);
	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", HOSTPROBE_SCHEMA);
	jsonw_str(&w, "collected_at", now);
	jsonw_obj(&w, "host");
	jsonw_str(&w, "hostname", l->u.nodename);
	jsonw_str(&w, "arch", arch == NULL ? l->u.machine : arch);
	jsonw_end(&w);
	jsonw_obj(&w, "os");
	jsonw_str(&w, "id", l->os.id);
	jsonw_str(&w, "version_id", l->os.version_id);
	jsonw_str(&w, "pretty_name", l->os.pretty_name);
	jsonw_str(&w, "catalogue_distro", distro_of_os(l->os.id));
	jsonw_str(&w, "source", "/etc/os-release");
	jsonw_end(&w);
	jsonw_obj(&w, "kernel");
	jsonw_str(&w, "release", l->u.release);
	jsonw_str_opt(&w, "version", l->u.version);
	jsonw_str(&w, "source", "uname(2)");
	jsonw_end(&w);
	jsonw_obj(&w, "btf");
	jsonw_bool(&w, "kernel_available",
	    access("/sys/kernel/btf/vmlinux", F_OK) == 0);
	jsonw_str(&w, "source", "/sys/kernel/btf/vmlinux");
	jsonw_end(&w);
	jsonw_str(&w, "probe_mode", l->mode);
	features_json(&w, l);
	facts_json(&w, l);
	if (l->kernel != NULL) {
		jsonw_obj(&w, "bpf");
		jval_write(jval_get(l->kernel, "map_types"), &w, "map_types",
		    TEXT_SIZE);
		jval_write(jval_get(l->kernel, "program_types"), &w,
		    "program_types", TEXT_SIZE);
		jsonw_end(&w);
	}
	if (l->nwarnings > 0) {
		jsonw_arr(&w, "warnings");
		for (size_t i = 0; i < l->nwarnings; i++)
			jsonw_str(&w, NULL, l->warning[i]);
		jsonw_end(&w);
	}
	jsonw_end(&w);
}

/* --- the cache ------------------------------------------------------------------*/

/* One for each way of asking, and gone with the boot it is true for. */
static enum err
cache_path(const struct conf *c, const struct hostprobe_opts *o, char *out,
    size_t size, char *dir, size_t dir_size)
{
	struct buf	 b = BUF_INIT(128);
	char		 name[128];
	enum err	 e;

	if ((e = paths_cache(c, dir, dir_size)) == ERR_OK)
		e = fsio_read("/proc/sys/kernel/random/boot_id", &b, NULL);
	if (e == ERR_OK) {
		snprintf(name, sizeof(name), "hostprobe-%.36s-%u-%d%d%d.json",
		    buf_str(&b), (unsigned int)geteuid(),
		    o->prefer_privileged, o->use_sudo, c->probe_sudo);
		e = path_join(out, size, dir, name, NULL);
	}
	buf_clear(&b);
	return e;
}

static bool
from_cache(const struct conf *c, const char *path, struct buf *out)
{
	struct buf	 b = BUF_INIT(HOSTPROBE_MAX);
	struct jval	*doc = NULL;
	struct stat	 st;
	int64_t		 age;
	bool		 ok;

	if (c->probe_ttl == 0 || stat(path, &st) == -1)
		return false;
	age = time_now_ms() - (int64_t)st.st_mtime * 1000;
	ok = age >= 0 && age <= c->probe_ttl && st.st_uid == geteuid() &&
	    fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(b.data, b.len, &doc, NULL) == ERR_OK &&
	    buf_add(out, b.data, b.len) == ERR_OK;
	jval_free(doc);
	buf_clear(&b);
	return ok;
}

enum err
hostprobe_local(const struct conf *c, const struct hostprobe_opts *o,
    struct buf *out, struct diag *d)
{
	struct local	 l = { .o = o };
	char		 path[PATH_MAX], dir[PATH_MAX];
	size_t		 start = out->len;
	enum err	 e;

	if (cache_path(c, o, path, sizeof(path), dir, sizeof(dir)) != ERR_OK)
		path[0] = '\0';
	if (!o->fresh && path[0] != '\0' && from_cache(c, path, out))
		return ERR_OK;
	if (uname(&l.u) == -1)
		return diag_errno(d, "cannot tell the kernel's release");
	os_release_read("/etc/os-release", &l.os);
	if (kver_parse(l.u.release) == 0)
		warn(&l, "the kernel's version is not understood");
	ask_kernel(&l, c);
	document(&l, out);
	jval_free(l.kernel);
	e = buf_err(out);
	/* Without a cache the next one asks again. */
	if (e == ERR_OK && path[0] != '\0' && c->probe_ttl > 0 &&
	    fsio_mkdirs(dir, NULL) == ERR_OK)
		fsio_write_atomic(path, out->data + start, out->len - start,
		    FSIO_FILE_MODE, NULL);
	return e;
}
