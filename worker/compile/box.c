#include "worker/compile/box.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/proc.h"

/* vmlinux.h takes 300 MB; a macro that grows without end meets this. */
#define MEMORY_MAX	((unsigned long)3 << 30)
#define FILE_MAX	((unsigned long)256 << 20)

/*
 * Refused inside, with EPERM.  execve is not here: bubblewrap needs it once,
 * after the filter is in place.
 */
static const int refused[] = {
	SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone3),
	SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect),
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare),
	SCMP_SYS(setns), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
	SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
	SCMP_SYS(userfaultfd), SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(reboot),
	SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(open_by_handle_at),
	SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register), SCMP_SYS(personality),
	SCMP_SYS(quotactl), SCMP_SYS(acct), SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname), SCMP_SYS(mknod), SCMP_SYS(mknodat),
};

/* clone() makes threads as well; only those without CLONE_VM are processes. */
#define CLONE_VM_FLAG	0x100u

static enum err
make_filter(int *fd, struct diag *d)
{
	scmp_filter_ctx	 ctx = seccomp_init(SCMP_ACT_ALLOW);
	int		 r = 0, f = -1;

	if (ctx == NULL)
		return diag_set(d, ERR_NOMEM, NULL, "cannot make a filter");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && r == 0;
	    i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i],
		    0);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM),
		    SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ,
		    CLONE_VM_FLAG, 0));
	if (r == 0 && (f = memfd_create("filter", 0)) == -1)
		r = -errno;
	if (r == 0)
		r = seccomp_export_bpf(ctx, f);
	seccomp_release(ctx);
	if (r == 0 && lseek(f, 0, SEEK_SET) == 0) {
		*fd = f;
		return ERR_OK;
	}
	if (f != -1)
		close(f);
	return diag_set(d, ERR_UNAVAILABLE, NULL, "cannot make a filter of "
	    "system calls: %s", strerror(-r));
}

/* The compiler behind links, and "/usr" or what it is installed below. */
static enum err
find_compiler(struct box *b, const char *compiler, struct diag *d)
{
	const char	*path = getenv("PATH"), *end;
	char		 try[PATH_MAX];
	bool		 found = false;
	char		*cut;

	if (strchr(compiler, '/') != NULL)
		found = realpath(compiler, b->compiler) != NULL;
	else if (path == NULL)
		path = "/usr/local/bin:/usr/bin:/bin";
	for (; !found && path != NULL && *path != '\0'; path = end) {
		end = path + strcspn(path, ":");
		if (snprintf(try, sizeof(try), "%.*s/%s", (int)(end - path),
		    path, compiler) < (int)sizeof(try) &&
		    access(try, X_OK) == 0)
			found = realpath(try, b->compiler) != NULL;
		end += *end == ':';
	}
	if (!found)
		return diag_set(d, ERR_NOTFOUND, NULL, "there is no compiler "
		    "\"%s\" on this machine; install clang or set "
		    "BPFCOMPAT_CLANG", compiler);
	snprintf(b->prefix, sizeof(b->prefix), "%s", b->compiler);
	for (int i = 0; i < 2 && (cut = strrchr(b->prefix, '/')) != NULL; i++)
		*cut = '\0';
	return ERR_OK;
}

void
box_add(struct box *b, const char *arg)
{
	if (b->n + 1 >= BOX_ARGS_MAX) {
		b->err = ERR_TOOBIG;
		return;
	}
	b->argv[b->n++] = arg;
	b->argv[b->n] = NULL;
}

static void
add_all(struct box *b, const char *const *args)
{
	for (; *args != NULL; args++)
		box_add(b, *args);
}

static void
bind_ro(struct box *b, const char *flag, const char *from, const char *to)
{
	box_add(b, flag);
	box_add(b, from);
	box_add(b, to);
}

enum err
box_open(struct box *b, const char *compiler, const char *include,
    const char *arch, const char *source, const char *name, struct diag *d)
{
	static const char *const first[] = { "bwrap", "--unshare-all",
		"--die-with-parent", "--new-session", "--clearenv",
		"--setenv", "PATH", "/usr/bin", "--setenv", "LANG",
		"C.UTF-8", "--cap-drop", "ALL", "--tmpfs", "/tmp",
		"--chdir", "/tmp", NULL };
	static const char *const libs[] = { "/usr/lib", "/usr/lib64", "/lib",
		"/lib64", "/usr/libexec" };
	enum err	 e;

	memset(b, 0, sizeof(*b));
	b->filter = -1;
	if ((e = find_compiler(b, compiler, d)) != ERR_OK ||
	    (e = make_filter(&b->filter, d)) != ERR_OK)
		return e;
	snprintf(b->fd_text, sizeof(b->fd_text), "%d", b->filter);
	add_all(b, first);
	for (size_t i = 0; i < sizeof(libs) / sizeof(libs[0]); i++)
		bind_ro(b, "--ro-bind-try", libs[i], libs[i]);
	/* One that is installed elsewhere brings its own folder. */
	if (strncmp(b->prefix, "/usr/lib", 8) != 0)
		bind_ro(b, "--ro-bind", strcmp(b->prefix, "/usr") == 0 ?
		    b->compiler : b->prefix, strcmp(b->prefix, "/usr") == 0 ?
		    b->compiler : b->prefix);
	bind_ro(b, "--ro-bind", include, "/sdk/include");
	bind_ro(b, "--ro-bind", arch, "/sdk/arch");
	bind_ro(b, "--ro-bind", source, name);
	box_add(b, "--remount-ro");
	box_add(b, "/");
	box_add(b, "--seccomp");
	box_add(b, b->fd_text);
	box_add(b, "--");
	box_add(b, b->compiler);
	return b->err;
}

void
box_clear(struct box *b)
{
	if (b->filter != -1)
		close(b->filter);
	b->filter = -1;
}

enum err
box_limits(int cpu_seconds, struct diag *d)
{
	const struct proc_limit	 all[] = {
		{ RLIMIT_CPU, (unsigned long)cpu_seconds },
		{ RLIMIT_AS, MEMORY_MAX }, { RLIMIT_CORE, 0 },
		{ RLIMIT_FSIZE, FILE_MAX },
	};

	return proc_limit(all, sizeof(all) / sizeof(all[0]), d);
}
