#include "facts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/statfs.h>

#include <bpf/libbpf.h>
#include <linux/magic.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/json_out.h"

#define MODULES_MAX		256
#define CONFIG_LINES_MAX	(64 * 1024)
/* In memory, so it is gone with the boot it is true for. */
#define CONFIG_KEPT		"/run/bpfcompat-config"

/* Switches that decide about BPF programs; sorted, for bsearch(3). */
static const char *const config_names[] = {
	"CONFIG_BPF", "CONFIG_BPF_EVENTS", "CONFIG_BPF_JIT",
	"CONFIG_BPF_JIT_ALWAYS_ON", "CONFIG_BPF_KPROBE_OVERRIDE",
	"CONFIG_BPF_LIRC_MODE2", "CONFIG_BPF_LSM",
	"CONFIG_BPF_STREAM_PARSER", "CONFIG_BPF_SYSCALL",
	"CONFIG_BPF_UNPRIV_DEFAULT_OFF", "CONFIG_CGROUPS",
	"CONFIG_CGROUP_BPF", "CONFIG_CGROUP_NET_CLASSID",
	"CONFIG_DEBUG_INFO_BTF",
	"CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "CONFIG_FPROBE",
	"CONFIG_FTRACE_SYSCALLS", "CONFIG_FUNCTION_ERROR_INJECTION",
	"CONFIG_FUNCTION_TRACER", "CONFIG_HID_BPF", "CONFIG_HZ",
	"CONFIG_IKCONFIG_PROC", "CONFIG_IMA", "CONFIG_IPV6_SEG6_BPF", "CONFIG_KALLSYMS_ALL",
	"CONFIG_KPROBES", "CONFIG_KPROBE_EVENTS", "CONFIG_LSM",
	"CONFIG_LWTUNNEL_BPF", "CONFIG_MODULES", "CONFIG_NETFILTER_BPF_LINK",
	"CONFIG_NETKIT", "CONFIG_NET_ACT_BPF", "CONFIG_NET_CLS_ACT",
	"CONFIG_NET_CLS_BPF", "CONFIG_NET_SCH_BPF", "CONFIG_NET_SCH_INGRESS",
	"CONFIG_PERF_EVENTS", "CONFIG_PREEMPT", "CONFIG_PREEMPT_RT",
	"CONFIG_SCHED_CLASS_EXT", "CONFIG_SECURITY", "CONFIG_TRACEPOINTS",
	"CONFIG_UPROBE_EVENTS", "CONFIG_XDP_SOCKETS", "CONFIG_XFRM",
};

static bool
is_mount(const char *path, long magic)
{
	struct statfs	 fs;

	return statfs(path, &fs) == 0 && (long)fs.f_type == magic;
}

/* The first line of a small file, without its newline; false if none. */
static bool
read_line(const char *path, char *out, size_t size)
{
	FILE	*f = fopen(path, "re");
	bool	 ok;

	if (f == NULL)
		return false;
	ok = fgets(out, (int)size, f) != NULL;
	fclose(f);
	if (ok)
		out[strcspn(out, "\n")] = '\0';
	return ok;
}

static int
read_number(const char *path)
{
	char	 line[32], *end;
	long	 n;

	if (!read_line(path, line, sizeof(line)))
		return -1;
	n = strtol(line, &end, 10);
	return end == line || *end != '\0' || n < 0 || n > INT_MAX ? -1 :
	    (int)n;
}

static void
read_tracing(struct facts *f)
{
	static const struct { const char *dir; long magic; } at[] = {
		{ "/sys/kernel/tracing", TRACEFS_MAGIC },
		{ "/sys/kernel/debug/tracing", TRACEFS_MAGIC },
		{ "/sys/kernel/debug/tracing", DEBUGFS_MAGIC },
	};
	char	 path[128];
	size_t	 i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		if (!is_mount(at[i].dir, at[i].magic))
			continue;
		f->tracefs = true;
		snprintf(path, sizeof(path), "%s/kprobe_events", at[i].dir);
		f->kprobe_events |= access(path, W_OK) == 0;
		snprintf(path, sizeof(path), "%s/events/sched", at[i].dir);
		f->tracepoint_events |= access(path, R_OK) == 0;
	}
}

/*
 * Addresses shown as zero are as good as none.  The first symbol's may
 * really be zero, so a few are looked at.
 */
static bool
kallsyms_usable(void)
{
	FILE	*f = fopen("/proc/kallsyms", "re");
	char	 line[512];
	bool	 ok = false;
	int	 i;

	for (i = 0; f != NULL && !ok && i < 16; i++)
		ok = fgets(line, sizeof(line), f) != NULL &&
		    strtoull(line, NULL, 16) != 0;
	if (f != NULL)
		fclose(f);
	return ok;
}

static void
read_lockdown(struct facts *f)
{
	char	 line[128], *from, *to;

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	from = strchr(line, '[');
	to = from == NULL ? NULL : strchr(from, ']');
	if (to == NULL)
		return;
	*to = '\0';
	snprintf(f->lockdown, sizeof(f->lockdown), "%s", from + 1);
}

static int
compare_name(const void *line, const void *name)
{
	const char	*l = line, *n = *(const char *const *)name;

	for (; *n != '\0' && *l == *n; l++, n++)
		continue;
	if (*n == '\0' && *l == '=')
		return 0;
	/* "=" ends the name, as the NUL does the other. */
	return (*l == '=' ? 0 : (unsigned char)*l) - (unsigned char)*n;
}

static bool
config_wanted(const char *line)
{
	return line[0] == 'C' && bsearch(line, config_names,
	    sizeof(config_names) / sizeof(config_names[0]),
	    sizeof(config_names[0]), compare_name) != NULL;
}

/* "# CONFIG_X is not set" becomes "CONFIG_X=n"; false for other lines. */
static bool
config_line(char *line)
{
	char	*end;

	if (strncmp(line, "# CONFIG_", 9) != 0)
		return strncmp(line, "CONFIG_", 7) == 0;
	end = strstr(line, " is not set");
	if (end == NULL)
		return false;
	memcpy(end, "=n\n", 4);
	memmove(line, line + 2, strlen(line + 2) + 1);
	return true;
}

/* Reads plain and compressed files alike. */
static bool
read_config(struct facts *f, const char *path)
{
	struct buf	 b = BUF_INIT(CONFIG_LINES_MAX);
	gzFile		 gz = gzopen(path, "rbe");
	char		 line[512];

	if (gz == NULL)
		return false;
	gzbuffer(gz, CONFIG_LINES_MAX);
	while (gzgets(gz, line, sizeof(line)) != NULL)
		if (config_line(line) && config_wanted(line))
			buf_adds(&b, line);
	gzclose(gz);
	f->config = buf_steal(&b);
	buf_clear(&b);
	return f->config != NULL;
}

static void
find_config(struct facts *f, const char *release)
{
	snprintf(f->config_source, sizeof(f->config_source),
	    "/boot/config-%s", release);
	/* The few lines an earlier facts_keep() took out of it. */
	if (read_config(f, CONFIG_KEPT) ||
	    read_config(f, f->config_source))
		return;
	snprintf(f->config_source, sizeof(f->config_source),
	    "/proc/config.gz");
	if (!read_config(f, f->config_source))
		f->config_source[0] = '\0';
}

/* The value behind "option=" when the line has it. */
static bool
option_value(const char *line, const char *option, char *value, size_t size)
{
	size_t	 n = strlen(option);

	if (strncmp(line, option, n) != 0 || line[n] != '=')
		return false;
	snprintf(value, size, "%.*s", (int)strcspn(line + n + 1, "\n"),
	    line + n + 1);
	return true;
}

/* One that is not among those we keep. */
static int
search_config(const char *path, const char *option, char *value, size_t size)
{
	gzFile	 gz = gzopen(path, "rbe");
	char	 line[512];
	bool	 found = false;

	if (gz == NULL)
		return -ENOENT;
	while (!found && gzgets(gz, line, sizeof(line)) != NULL)
		found = config_line(line) &&
		    option_value(line, option, value, size);
	gzclose(gz);
	return found;
}

int
facts_config(const struct facts *f, const char *option, char *value,
    size_t size)
{
	const char	*p = f->config;

	if (p == NULL)
		return -ENOENT;
	while (*p != '\0') {
		if (option_value(p, option, value, size))
			return 1;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return search_config(f->config_source, option, value, size);
}

int
facts_lsm_active(const struct facts *f, const char *module)
{
	const char	*p = f->lsm;
	size_t		 n = strlen(module), len;

	if (*p == '\0')
		return -ENOENT;
	for (; *p != '\0'; p += len, p += *p == ',') {
		len = strcspn(p, ",");
		if (len == n && memcmp(p, module, n) == 0)
			return 1;
	}
	return 0;
}

void
facts_keep(const char *release)
{
	struct facts	 f;
	FILE		*out;

	memset(&f, 0, sizeof(f));
	find_config(&f, release);
	if (f.config != NULL && access(f.config_source, R_OK) == 0 &&
	    strncmp(f.config_source, "/boot/", 6) == 0 &&
	    (out = fopen(CONFIG_KEPT, "we")) != NULL) {
		fputs(f.config, out);
		fclose(out);
	}
	facts_free(&f);
}

void
facts_read(struct facts *f, const char *release)
{
	struct stat	 st;

	f->kernel_btf = stat("/sys/kernel/btf/vmlinux", &st) == 0;
	f->kernel_btf_size = f->kernel_btf ? (int64_t)st.st_size : 0;
	read_tracing(f);
	f->cgroup2 = is_mount("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC);
	f->bpffs = is_mount("/sys/fs/bpf", BPF_FS_MAGIC);
	f->cpus = libbpf_num_possible_cpus();
	f->jit = read_number("/proc/sys/net/core/bpf_jit_enable");
	f->unprivileged_disabled =
	    read_number("/proc/sys/kernel/unprivileged_bpf_disabled");
	f->kallsyms = kallsyms_usable();
	if (!read_line("/sys/kernel/security/lsm", f->lsm, sizeof(f->lsm)))
		f->lsm[0] = '\0';
	read_lockdown(f);
	find_config(f, release);
}

void
facts_free(struct facts *f)
{
	free(f->config);
	f->config = NULL;
}

static void
write_config(struct jsonw *w, const struct facts *f)
{
	const char	*p = f->config, *nl, *eq;
	char		 name[64];

	jsonw_obj(w, "config");
	while (p != NULL && *p != '\0') {
		nl = strchrnul(p, '\n');
		eq = memchr(p, '=', (size_t)(nl - p));
		if (eq != NULL && (size_t)(eq - p) < sizeof(name)) {
			memcpy(name, p, (size_t)(eq - p));
			name[eq - p] = '\0';
			jsonw_strn(w, name, eq + 1, (size_t)(nl - eq - 1));
		}
		p = *nl == '\0' ? nl : nl + 1;
	}
	jsonw_end(w);
}

/* A list from words with commas between them. */
static void
write_words(struct jsonw *w, const char *key, const char *words)
{
	size_t	 n;

	jsonw_arr(w, key);
	for (; *words != '\0'; words += n, words += *words == ',') {
		n = strcspn(words, ",");
		jsonw_strn(w, NULL, words, n);
	}
	jsonw_end(w);
}

/* Modules that are loaded and have BTF. */
static void
write_modules(struct jsonw *w)
{
	DIR		*d = opendir("/sys/kernel/btf");
	struct dirent	*e;
	int		 n = 0;

	jsonw_arr(w, "module_btf");
	while (d != NULL && n++ < MODULES_MAX && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && strcmp(e->d_name, "vmlinux") != 0)
			jsonw_str(w, NULL, e->d_name);
	jsonw_end(w);
	if (d != NULL)
		closedir(d);
}

void
facts_write_kernel(struct jsonw *w, const struct facts *f)
{
	jsonw_obj(w, "kernel");
	if (f->cpus > 0)
		jsonw_int(w, "possible_cpus", f->cpus);
	write_words(w, "lsm", f->lsm);
	write_modules(w);
	jsonw_str(w, "lockdown", f->lockdown);
	if (f->jit >= 0) {
		jsonw_int(w, "bpf_jit_enable", f->jit);
		jsonw_bool(w, "jit", f->jit > 0);
	}
	if (f->unprivileged_disabled >= 0)
		jsonw_int(w, "unprivileged_bpf_disabled",
		    f->unprivileged_disabled);
	jsonw_bool(w, "kallsyms", f->kallsyms);
	jsonw_bool(w, "cgroup2", f->cgroup2);
	jsonw_bool(w, "bpffs", f->bpffs);
	jsonw_str_opt(w, "config_source", f->config_source);
	if (f->config != NULL)
		write_config(w, f);
	jsonw_end(w);
}

static void
write_prereq(struct jsonw *w, const char *key, bool there)
{
	jsonw_str(w, key, there ? "present" : "missing");
}

void
facts_write_prereqs(struct jsonw *w, const struct facts *f)
{
	jsonw_obj(w, "attach_prereqs");
	write_prereq(w, "tracefs", f->tracefs);
	write_prereq(w, "kprobe_events", f->kprobe_events);
	write_prereq(w, "tracepoint_events", f->tracepoint_events);
	write_prereq(w, "cgroup2", f->cgroup2);
	write_prereq(w, "bpffs", f->bpffs);
	jsonw_end(w);
}
