#include "worker/vm/initramfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/vm/cpio.h"
#include "worker/vm/hostlibs.h"
#include "worker/vm/modules.h"

/* Part of every key: raise it when the way of building changes. */
#define LAYOUT		"initramfs 2"
#define ARCHIVE_MAX	((size_t)192 * 1024 * 1024)
#define LOCK_WAIT_MS	60000
#define APPLETS_MAX	(64 * 1024)
#define ALIAS_MAX	((size_t)8 * 1024 * 1024)
/* Archives of each kind kept in the cache. */
#define KEEP_MAX	32

static const char	*const bin_dirs[] = { "/bin/", "/usr/bin/",
			    "/usr/sbin/", "/sbin/", "/usr/local/bin/",
			    "/usr/local/sbin/" };

/*
 * Loaded by init in this order.  The network is the way in; the console
 * driver carries the control port (and SSH without a network).
 */
static const char	*const boot_modules[] = {
	"virtio_pci", "virtio_net", "virtio_console", "virtio_rng",
};

/* There for modprobe: what attaching or a behaviour test may ask for. */
static const char	*const spare_modules[] = {
	"veth", "dummy", "ifb", "tun", "vxlan", "geneve", "ipip", "ip_gre",
	"sit", "bridge", "macvlan", "vrf", "bonding", "wireguard",
	"cls_bpf", "cls_flower", "cls_matchall", "cls_u32", "act_bpf",
	"act_gact", "act_mirred", "sch_ingress", "sch_fq", "sch_fq_codel",
	"sch_htb", "sch_prio", "sch_netem", "sch_tbf", "nsh", "fou",
	"nf_conntrack", "nf_nat", "nf_tables", "nft_ct", "nft_compat",
	"nf_defrag_ipv4", "nf_defrag_ipv6", "nfnetlink", "x_tables",
	"ip_tables", "iptable_filter", "xt_bpf", "xt_conntrack",
	"tcp_bbr", "tcp_dctcp", "tcp_vegas", "tls", "xfrm_interface",
	"esp4", "bpf_crypto_skcipher", "overlay", "loop", "fuse", "vsock",
	"vsock_loopback", "inet_diag", "tcp_diag", "udp_diag", "unix_diag",
	"netlink_diag", "xsk_diag", "sctp", "mptcp_diag", "af_packet",
	"psample", "ip_set", "ip_vs", "pktgen",
};

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

/* A file stands for its content by its place, size and time of change. */
static enum err
key_file(struct sha256 *h, const char *path, struct diag *d)
{
	struct stat	 st;
	char		 line[PATH_MAX + 128];
	int		 n;

	if (stat(path, &st) == -1)
		return diag_errno(d, "cannot find %s", path);
	n = snprintf(line, sizeof(line), "%s %ju %jd %jd.%09ld\n", path,
	    (uintmax_t)st.st_ino, (intmax_t)st.st_size,
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	sha256_add(h, line, (size_t)n);
	return ERR_OK;
}

static enum err
find_program(const char *name, char *out, size_t size, struct diag *d)
{
	for (size_t i = 0; i < NITEMS(bin_dirs); i++) {
		snprintf(out, size, "%s%s", bin_dirs[i], name);
		if (access(out, X_OK) == 0)
			return ERR_OK;
	}
	return diag_set(d, ERR_NOTFOUND, NULL, "%s is not installed; install "
	    "the Debian package %s", name, strcmp(name, "busybox") == 0 ?
	    "busybox-static" : "dropbear-bin");
}

/* --- the cache ----------------------------------------------------------- */

struct	found {
	char	 name[NAME_MAX + 1];
	time_t	 used;
};

static int
newer_first(const void *a, const void *b)
{
	const struct found	*x = a, *y = b;

	return x->used == y->used ? 0 : x->used < y->used ? 1 : -1;
}

/* Removes the least recently used archives of one kind over KEEP_MAX. */
static void
prune(const char *dir, const char *kind)
{
	struct found	 all[KEEP_MAX * 4];
	struct dirent	*de;
	struct stat	 st;
	size_t		 n = 0;
	DIR		*dp = opendir(dir);

	if (dp == NULL)
		return;
	while (n < NITEMS(all) && (de = readdir(dp)) != NULL) {
		if (strncmp(de->d_name, kind, strlen(kind)) != 0 ||
		    fstatat(dirfd(dp), de->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		snprintf(all[n].name, sizeof(all[n].name), "%s", de->d_name);
		all[n++].used = st.st_mtime;
	}
	qsort(all, n, sizeof(all[0]), newer_first);
	for (size_t i = KEEP_MAX; i < n; i++)
		unlinkat(dirfd(dp), all[i].name, 0);
	closedir(dp);
}

/*
 * The content of "<cache>/initramfs/<kind>-<key>.cpio" comes from "fill";
 * only one process builds it, the others wait for that.
 */
typedef enum err (*fill_fn)(struct cpio *, const void *arg, struct diag *);

static enum err
build(const char *dir, const char *kind, const char *path,
    fill_fn fill, const void *arg, struct diag *d)
{
	struct buf	 b = BUF_INIT(ARCHIVE_MAX);
	struct cpio	*c = NULL;
	enum err	 e;

	if ((e = cpio_new(&b, &c)) != ERR_OK ||
	    (e = fill(c, arg, d)) != ERR_OK)
		goto out;
	cpio_end(c);
	if ((e = buf_err(&b)) != ERR_OK) {
		diag_set(d, e, NULL, "cannot build an initramfs: %s",
		    err_text(e));
		goto out;
	}
	e = fsio_write_atomic(path, b.data, b.len, FSIO_FILE_MODE, d);
	if (e == ERR_OK)
		prune(dir, kind);
out:
	cpio_free(c);
	buf_clear(&b);
	return e;
}

static enum err
cached(const struct initramfs_src *src, const char *kind, const char *key,
    fill_fn fill, const void *arg, char **out, struct diag *d)
{
	char		 dir[PATH_MAX], path[PATH_MAX], lock[PATH_MAX];
	char		 name[128];
	enum err	 e;
	int		 fd = -1;

	if (src->key_only)
		return ERR_OK;
	snprintf(name, sizeof(name), "%s-%s.cpio", kind, key);
	if ((e = path_join(dir, sizeof(dir), src->cache_dir, "initramfs",
	    NULL)) != ERR_OK || (e = path_join(path, sizeof(path), dir, name,
	    NULL)) != ERR_OK || (e = path_join(lock, sizeof(lock), dir,
	    "lock", NULL)) != ERR_OK)
		return diag_set(d, e, NULL, "the cache folder's name is too "
		    "long");
	/* The time of last use, for prune(). */
	if (utimensat(AT_FDCWD, path, NULL, 0) == -1) {
		if ((e = fsio_mkdirs(dir, d)) != ERR_OK ||
		    (e = fsio_lock(lock, LOCK_WAIT_MS, &fd, d)) != ERR_OK)
			return e;
		if (!fsio_exists(path))
			e = build(dir, kind, path, fill, arg, d);
		fsio_unlock(fd);
	}
	if (e == ERR_OK && (*out = strdup(path)) == NULL)
		e = ERR_NOMEM;
	return e;
}

/* --- base ---------------------------------------------------------------- */

struct	base {
	const struct initramfs_src	*src;
	char		 busybox[PATH_MAX];
	char		 dropbear[PATH_MAX];
	struct hostlibs	 libs;
};

/* Every applet as a link to busybox, except what we bring ourselves. */
static enum err
add_applets(struct cpio *c, const char *busybox, struct diag *d)
{
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 out = BUF_INIT(APPLETS_MAX);
	const char	*argv[] = { busybox, "--list-full", NULL };
	char		*next, *line;
	enum err	 e;
	int		 code = 0;

	o.argv = argv;
	e = proc_run(&o, NULL, 0, &out, NULL, time_mono_ms() + 10000, &code,
	    d);
	if (e == ERR_OK && code != 0)
		e = diag_set(d, ERR_CHILD, NULL, "%s --list-full failed",
		    busybox);
	next = e == ERR_OK ? out.data : NULL;
	while ((line = strsep(&next, "\n")) != NULL)
		if (line[0] != '\0' && strcmp(line, "linuxrc") != 0 &&
		    strcmp(line, "sbin/init") != 0 &&
		    strcmp(line, "bin/busybox") != 0)
			cpio_link(c, line, "/bin/busybox");
	buf_clear(&out);
	return e;
}

static void
add_folders(struct cpio *c)
{
	static const char	*const dirs[] = { "dev", "proc", "sys", "run",
				    "tmp", "mnt", "var/log", "var/run",
				    "etc/dropbear" };
	static const char	 passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
				    "nobody:x:65534:65534:nobody:/:"
				    "/bin/false\n";
	static const char	 group[] = "root:x:0:\nnogroup:x:65534:\n";
	static const char	 shells[] = "/bin/sh\n";

	for (size_t i = 0; i < NITEMS(dirs); i++)
		cpio_dir(c, dirs[i], 0755);
	cpio_dir(c, "root", 0700);
	cpio_dir(c, "root/.ssh", 0700);
	cpio_chardev(c, "dev/console", 0600, 5, 1);
	cpio_chardev(c, "dev/null", 0666, 1, 3);
	cpio_file(c, "etc/passwd", 0644, passwd, strlen(passwd));
	cpio_file(c, "etc/group", 0644, group, strlen(group));
	cpio_file(c, "etc/shells", 0644, shells, strlen(shells));
}

static enum err
fill_base(struct cpio *c, const void *arg, struct diag *d)
{
	const struct base	*b = arg;
	enum err		 e;

	add_folders(c);
	if ((e = cpio_host_file(c, "init", 0755, b->src->init, d)) !=
	    ERR_OK ||
	    (e = cpio_host_file(c, "bin/busybox", 0755, b->busybox, d)) !=
	    ERR_OK ||
	    (e = add_applets(c, b->busybox, d)) != ERR_OK ||
	    (e = cpio_host_file(c, "usr/sbin/dropbear", 0755, b->dropbear,
	    d)) != ERR_OK ||
	    (e = cpio_host_file(c, "bin/bpfcompat-validator", 0755,
	    b->src->validator, d)) != ERR_OK)
		return e;
	for (size_t i = 0; i < b->libs.n && e == ERR_OK; i++)
		e = cpio_host_file(c, b->libs.path[i] + 1, 0755,
		    b->libs.path[i], d);
	return e;
}

static enum err
prepare_base(const struct initramfs_src *src, char **path,
    char key[static SHA256_HEX_SIZE], struct diag *d)
{
	struct base	*b = calloc(1, sizeof(*b));
	struct sha256	*h = NULL;
	enum err	 e;

	if (b == NULL)
		return ERR_NOMEM;
	b->src = src;
	if ((e = find_program("busybox", b->busybox, sizeof(b->busybox),
	    d)) != ERR_OK ||
	    (e = find_program("dropbear", b->dropbear, sizeof(b->dropbear),
	    d)) != ERR_OK ||
	    (e = hostlibs_find(b->dropbear, &b->libs, d)) != ERR_OK ||
	    (e = sha256_new(&h)) != ERR_OK)
		goto out;
	sha256_add(h, LAYOUT, strlen(LAYOUT));
	if ((e = key_file(h, src->init, d)) != ERR_OK ||
	    (e = key_file(h, src->validator, d)) != ERR_OK ||
	    (e = key_file(h, b->busybox, d)) != ERR_OK ||
	    (e = key_file(h, b->dropbear, d)) != ERR_OK)
		goto out;
	for (size_t i = 0; i < b->libs.n && e == ERR_OK; i++)
		e = key_file(h, b->libs.path[i], d);
	if (e != ERR_OK)
		goto out;
	sha256_hex(h, key);
	e = cached(src, "base", key, fill_base, b, path, d);
out:
	sha256_free(h);
	hostlibs_clear(&b->libs);
	free(b);
	return e;
}

/* --- modules ------------------------------------------------------------- */

struct	modset {
	const char	*release;
	struct modules	*mods;
	struct buf	 boot;		/* etc/modules.boot */
	char		 config[PATH_MAX]; /* of the kernel's build, or "" */
};

/* Lines of modules.dep or modules.alias that concern what was picked. */
static enum err
add_index(struct cpio *c, const struct modset *ms, const char *name,
    struct diag *d)
{
	struct buf	 in = BUF_INIT(ALIAS_MAX), out = BUF_INIT(ALIAS_MAX);
	char		 path[PATH_MAX], to[PATH_MAX], *next, *line, *last;
	enum err	 e;

	if ((e = path_join(path, sizeof(path), modules_dir(ms->mods), name,
	    NULL)) != ERR_OK || (e = fsio_read(path, &in, d)) != ERR_OK)
		goto out;
	next = in.data;
	while ((line = strsep(&next, "\n")) != NULL) {
		last = strrchr(line, ' ');
		if (line[0] != '#' && last != NULL &&
		    modules_has(ms->mods, last + 1))
			buf_addf(&out, "%s\n", line);
	}
	snprintf(to, sizeof(to), "lib/modules/%s/%s", ms->release, name);
	cpio_file(c, to, 0644, out.data, out.len);
out:
	buf_clear(&in);
	buf_clear(&out);
	return e;
}

static enum err
fill_modules(struct cpio *c, const void *arg, struct diag *d)
{
	const struct modset	*ms = arg;
	char			 from[PATH_MAX], to[PATH_MAX];
	struct buf		 dep = BUF_INIT(ALIAS_MAX);
	struct buf		 all = BUF_INIT(ALIAS_MAX);
	const char		*path;
	enum err		 e = ERR_OK;

	for (size_t i = 0; i < modules_count(ms->mods) && e == ERR_OK; i++) {
		path = modules_path(ms->mods, i);
		snprintf(to, sizeof(to), "lib/modules/%s/%s", ms->release,
		    path);
		e = path_join(from, sizeof(from), modules_dir(ms->mods),
		    path, NULL);
		if (e == ERR_OK)
			e = cpio_host_file(c, to, 0644, from, d);
		buf_addf(&dep, "%s:%s\n", path, modules_deps(ms->mods, i));
	}
	if (e == ERR_OK)
		e = add_index(c, ms, "modules.alias", d);
	snprintf(to, sizeof(to), "lib/modules/%s/modules.dep", ms->release);
	cpio_file(c, to, 0644, dep.data, dep.len);
	cpio_file(c, "etc/modules.boot", 0644, ms->boot.data, ms->boot.len);
	modules_names(ms->mods, &all);
	cpio_file(c, "etc/modules.all", 0644, all.data, all.len);
	/* libbpf reads it there for an object's kconfig externs. */
	if (e == ERR_OK && ms->config[0] != '\0') {
		snprintf(to, sizeof(to), "boot/config-%s", ms->release);
		cpio_dir(c, "boot", 0755);
		e = cpio_host_file(c, to, 0644, ms->config, d);
	}
	buf_clear(&dep);
	buf_clear(&all);
	return e;
}

static enum err
pick_modules(const struct initramfs_src *src, const char *dir,
    struct modset *ms, struct diag *d)
{
	enum err	 e = modules_load(dir, &ms->mods, d);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < NITEMS(boot_modules); i++)
		modules_pick(ms->mods, boot_modules[i]);
	for (size_t i = 0; i < modules_count(ms->mods); i++)
		buf_addf(&ms->boot, "/lib/modules/%s/%s\n", src->release,
		    modules_path(ms->mods, i));
	for (size_t i = 0; i < NITEMS(spare_modules); i++)
		modules_pick(ms->mods, spare_modules[i]);
	ms->release = src->release;
	return buf_err(&ms->boot);
}

static enum err
prepare_modules(const struct initramfs_src *src, struct initramfs *out,
    char key[static SHA256_HEX_SIZE], struct diag *d)
{
	struct modset	 ms = { .boot = BUF_INIT(APPLETS_MAX) };
	struct sha256	*h = NULL;
	char		 dir[PATH_MAX], dep[PATH_MAX];
	enum err	 e;

	if ((e = path_join(dir, sizeof(dir), src->kernel_dir, "lib/modules",
	    src->release, NULL)) != ERR_OK ||
	    (e = path_join(dep, sizeof(dep), dir, "modules.dep", NULL)) !=
	    ERR_OK ||
	    (e = pick_modules(src, dir, &ms, d)) != ERR_OK ||
	    (e = path_join(ms.config, sizeof(ms.config), src->kernel_dir,
	    "config", NULL)) != ERR_OK ||
	    (e = sha256_new(&h)) != ERR_OK)
		goto out;
	if (access(ms.config, R_OK) == -1)
		ms.config[0] = '\0';
	else if ((e = key_file(h, ms.config, d)) != ERR_OK)
		goto out;
	out->has_network = modules_has(ms.mods, "virtio_net");
	sha256_add(h, LAYOUT, strlen(LAYOUT));
	for (size_t i = 0; i < modules_count(ms.mods); i++)
		sha256_add(h, modules_path(ms.mods, i),
		    strlen(modules_path(ms.mods, i)) + 1);
	if ((e = key_file(h, dep, d)) != ERR_OK)
		goto out;
	sha256_hex(h, key);
	e = cached(src, "modules", key, fill_modules, &ms, &out->modules, d);
out:
	sha256_free(h);
	modules_free(ms.mods);
	buf_clear(&ms.boot);
	return e;
}

/* --- the whole ----------------------------------------------------------- */

enum err
initramfs_prepare(const struct initramfs_src *src, struct initramfs *out,
    struct diag *d)
{
	char		 keys[2 * SHA256_HEX_SIZE] = "";
	enum err	 e;

	memset(out, 0, sizeof(*out));
	if ((e = prepare_base(src, &out->base, keys, d)) == ERR_OK &&
	    src->has_modules)
		e = prepare_modules(src, out, keys + SHA256_HEX_SIZE, d);
	if (e == ERR_OK)
		e = sha256_mem(keys, sizeof(keys), out->key);
	if (e != ERR_OK)
		initramfs_clear(out);
	return e;
}

void
initramfs_clear(struct initramfs *i)
{
	free(i->base);
	free(i->modules);
	i->base = i->modules = NULL;
}

static enum err
append_file(int to, const char *path, struct diag *d)
{
	int	 from = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t	 n = 0;
	enum err e = ERR_OK;

	if (from == -1)
		return diag_errno(d, "cannot open %s", path);
	do {
		n = sendfile(to, from, NULL, ARCHIVE_MAX);
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == -1)
		e = diag_errno(d, "cannot copy %s", path);
	close(from);
	return e;
}

static enum err
own_part(const struct sshkeys *k, struct buf *b)
{
	struct cpio	*c = NULL;
	enum err	 e = cpio_new(b, &c);

	if (e != ERR_OK)
		return e;
	cpio_dir(c, "root", 0700);
	cpio_dir(c, "root/.ssh", 0700);
	cpio_file(c, "etc/dropbear/dropbear_ed25519_host_key", 0600,
	    k->host_file.data, k->host_file.len);
	cpio_file(c, "root/.ssh/authorized_keys", 0600, k->authorized.data,
	    k->authorized.len);
	cpio_end(c);
	cpio_free(c);
	return buf_err(b);
}

enum err
initramfs_compose(const struct initramfs *i, const struct sshkeys *k,
    int *out, struct diag *d)
{
	struct buf	 own = BUF_INIT(64 * 1024);
	enum err	 e;
	int		 fd = memfd_create("initramfs", MFD_CLOEXEC);

	if (fd == -1)
		return diag_errno(d, "cannot make an anonymous file");
	if ((e = append_file(fd, i->base, d)) == ERR_OK &&
	    i->modules != NULL)
		e = append_file(fd, i->modules, d);
	if (e == ERR_OK && (e = own_part(k, &own)) == ERR_OK)
		e = fsio_write_all(fd, own.data, own.len);
	buf_clear(&own);
	if (e != ERR_OK) {
		close(fd);
		return e;
	}
	*out = fd;
	return ERR_OK;
}
