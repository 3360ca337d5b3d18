#include "worker/vm/accel.h"

#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/vm/qemu.h"

#define KVM_DEVICE	"/dev/kvm"
#define QEMU_USER	"nobody"
#define BLOB_WAIT_MS	3000
#define BOOT_WAIT_MS	8000
#define LOCK_WAIT_MS	20000

#define BIOS_SIZE	65536
#define BIOS_RESET	0xfff0
/* mov al,0x2a; mov dx,0x501; out dx,al; hlt */
static const unsigned char	 bios_code[] = { 0xb0, 0x2a, 0xba, 0x01, 0x05,
				    0xee, 0xf4 };
/* What QEMU's isa-debug-exit makes of 0x2a. */
#define BIOS_EXIT	(0x2a << 1 | 1)

bool
accel_user(bool kvm, uid_t *uid, gid_t *gid)
{
	struct passwd	*pw;
	struct stat	 st;

	if (geteuid() != 0 || (pw = getpwnam(QEMU_USER)) == NULL)
		return false;
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	if (!kvm)
		return true;
	if (stat(KVM_DEVICE, &st) == -1)
		return false;
	if ((st.st_mode & 0006) == 0006)
		return true;
	*gid = st.st_gid;
	return (st.st_mode & 0060) == 0060 && st.st_gid != 0;
}

static int
make_bios(void)
{
	unsigned char	 image[BIOS_SIZE];
	int		 fd = memfd_create("bios", MFD_CLOEXEC);

	memset(image, 0xf4, sizeof(image));
	memcpy(image + BIOS_RESET, bios_code, sizeof(bios_code));
	if (fd != -1 && fsio_write_all(fd, image, sizeof(image)) != ERR_OK) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The guest of seven bytes: seconds are enough to know. */
static enum err
try_blob(const char *qemu, struct diag *d)
{
	struct proc_opts o = PROC_OPTS_INIT;
	struct qemu_args a = { .n = 0 };
	char		 how[96];
	pid_t		 pid = -1;
	int		 fd = make_bios(), status = 0;
	enum err	 e;

	if (fd == -1)
		return diag_errno(d, "cannot make the probe");
	for (const char *const *w = (const char *const[]){ qemu, "-machine",
	    QEMU_MACHINE, "-accel", "kvm", "-cpu", QEMU_CPU, "-m", "16",
	    "-nodefaults", "-display", "none", "-device",
	    "isa-debug-exit,iobase=0x501,iosize=1", "-bios", NULL };
	    *w != NULL; w++)
		qemu_args_add(&a, "%s", *w);
	qemu_args_add(&a, "/proc/self/fd/%d", fd);
	o.argv = (const char *const *)a.v;
	o.keep = &fd;
	o.nkeep = 1;
	if (!accel_user(true, &o.uid, &o.gid))
		o.uid = 0;
	e = a.err != ERR_OK ? a.err : proc_spawn(&o, &pid, d);
	if (e == ERR_OK) {
		e = proc_wait(pid, time_mono_ms() + BLOB_WAIT_MS, &status);
		if (e != ERR_OK) {
			proc_stop(pid, 0);
			diag_set(d, e, NULL, "a guest of seven bytes does not "
			    "run under KVM: %s", err_text(e));
		}
	}
	if (e == ERR_OK && (!WIFEXITED(status) ||
	    WEXITSTATUS(status) != BIOS_EXIT)) {
		proc_status_text(status, how, sizeof(how));
		e = diag_set(d, ERR_CHILD, NULL, "QEMU cannot use KVM: %s",
		    how);
	}
	qemu_args_clear(&a);
	close(fd);
	return e;
}

/* One file per start of this machine and QEMU program. */
static enum err
answer_path(const struct accel_probe *p, char *out, size_t size)
{
	struct buf	 b = BUF_INIT(8192);
	struct stat	 st;
	char		 key[SHA256_HEX_SIZE], name[48];
	enum err	 e;

	fsio_read("/proc/sys/kernel/random/boot_id", &b, NULL);
	buf_addf(&b, "%s", p->qemu);
	if (stat(p->qemu, &st) == 0)
		buf_addf(&b, " %jd", (intmax_t)st.st_mtim.tv_sec);
	if ((e = buf_err(&b)) == ERR_OK)
		e = sha256_mem(b.data, b.len, key);
	buf_clear(&b);
	if (e != ERR_OK)
		return e;
	snprintf(name, sizeof(name), "accel-%.16s.json", key);
	return path_join(out, size, p->cache_dir, name, NULL);
}

static bool
remembered(const char *path, struct accel *out)
{
	struct buf	 b = BUF_INIT(4096);
	struct jval	*doc = NULL;
	bool		 ok = false;

	if (fsio_read(path, &b, NULL) == ERR_OK &&
	    jval_parse(b.data, b.len, &doc, NULL) == ERR_OK) {
		out->kvm = jval_get_bool(doc, "kvm", false);
		snprintf(out->reason, sizeof(out->reason), "%s",
		    jval_get_str(doc, "reason", ""));
		ok = true;
	}
	jval_free(doc);
	buf_clear(&b);
	return ok;
}

static void
remember(const char *path, const struct accel *a)
{
	struct buf	 b = BUF_INIT(4096);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_bool(&w, "kvm", a->kvm);
	jsonw_str(&w, "reason", a->reason);
	jsonw_end(&w);
	/* Without it the next one probes again, which is no harm. */
	if (buf_err(&b) == ERR_OK)
		fsio_write_atomic(path, b.data, b.len, FSIO_FILE_MODE, NULL);
	buf_clear(&b);
}

/* False: nothing was learned that would hold for the next one. */
static bool
probe(const struct accel_probe *p, struct accel *out)
{
	struct diag	 d = DIAG_INIT;
	int64_t		 until = time_mono_ms() + BOOT_WAIT_MS;
	enum err	 e;

	if ((e = try_blob(p->qemu, &d)) == ERR_OK)
		e = p->boot(p->arg, until < p->deadline ? until : p->deadline,
		    &d);
	out->kvm = e == ERR_OK;
	snprintf(out->reason, sizeof(out->reason), "%s",
	    e == ERR_OK ? "" : diag_text(&d));
	return e != ERR_NOTFOUND && e != ERR_CANCELED &&
	    time_mono_ms() < p->deadline;
}

void
accel_choose(const char *want, const struct accel_probe *p, struct accel *out)
{
	char	 path[PATH_MAX], lock[PATH_MAX];
	int	 fd, lock_fd = -1;

	memset(out, 0, sizeof(*out));
	out->kvm = strcmp(want, "kvm") == 0;
	if (strcmp(want, "auto") != 0)
		return;
	if ((fd = open(KVM_DEVICE, O_RDWR | O_CLOEXEC)) == -1) {
		snprintf(out->reason, sizeof(out->reason),
		    "%s cannot be opened", KVM_DEVICE);
		return;
	}
	close(fd);
	if (fsio_mkdirs(p->cache_dir, NULL) != ERR_OK ||
	    answer_path(p, path, sizeof(path)) != ERR_OK ||
	    path_join(lock, sizeof(lock), p->cache_dir, "accel.lock",
	    NULL) != ERR_OK || remembered(path, out) || p->boot == NULL)
		return;
	if (fsio_lock(lock, LOCK_WAIT_MS, &lock_fd, NULL) != ERR_OK) {
		snprintf(out->reason, sizeof(out->reason),
		    "another probe of KVM does not end");
		return;
	}
	if (!remembered(path, out) && probe(p, out))
		remember(path, out);
	fsio_unlock(lock_fd);
}
