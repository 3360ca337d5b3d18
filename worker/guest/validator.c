/*
 * bpfcompat-validator: runs inside a guest, judges one BPF object on this
 * kernel, writes one result document.  Single-threaded.  Everything that
 * touches the object happens in a child: should a hostile one crash libbpf,
 * that is a finding with a result document, not a broken channel.  What
 * hangs is the caller's to end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <bpf/libbpf.h>

#include "config.h"

#include "base/timefmt.h"
#include "bench.h"
#include "environ.h"
#include "kmods.h"
#include "kmsg.h"
#include "steps.h"
#include "symbols.h"
#include "wire_io.h"

/* Before the processes of behaviour commands, behind those of one program. */
#define OOM_LOADER	300
#define RESULT_MAX	(64U * 1024 * 1024)

/* The whole file; 0 or a negative errno. */
static int
read_file(const char *path, struct buf *b)
{
	struct stat	 st;
	char		*p;
	ssize_t		 n;
	size_t		 want = 64 * 1024;
	int		 fd, err = 0;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -errno;
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		want = (size_t)st.st_size;
	for (;;) {
		if ((p = buf_reserve(b, want)) == NULL) {
			err = -EFBIG;
			break;
		}
		n = read(fd, p, want);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			err = n == 0 ? 0 : -errno;
			break;
		}
		buf_commit(b, (size_t)n);
		want = 64 * 1024;
	}
	close(fd);
	return err;
}

static enum err
read_input(struct run *r, struct diag *d)
{
	static const char	 bad_plan[] = "unreadable";

	struct wire_files	 wf = files_sink(&r->files);
	enum err		 e;

	if (r->args->wire) {
		sink_progress(r->sink, "receive", NULL, 0, 0);
		e = wire_receive(STDIN_FILENO, &r->artifact, &r->plan, &wf, d);
		return e == ERR_OK ? files_done(&r->files, d) : e;
	}
	r->artifact_errno = read_file(r->args->artifact, &r->artifact);
	/* A plan that cannot be read must fail, not vanish. */
	if (r->args->plan != NULL && read_file(r->args->plan, &r->plan) != 0) {
		buf_reset(&r->plan);
		return buf_adds(&r->plan, bad_plan);
	}
	return ERR_OK;
}

static enum err
run_init(struct run *r, struct args *a)
{
	memset(r, 0, sizeof(*r));
	r->args = a;
	buf_init(&r->artifact, WIRE_ARTIFACT_MAX);
	buf_init(&r->plan, WIRE_PLAN_MAX);
	capture_init(&r->capture);
	capture_use(&r->capture);
	r->files = (struct files)FILES_INIT;
	r->deadline = a->time_left == 0 ? INT64_MAX :
	    time_mono_ms() + a->time_left;
	r->sink = a->wire ? sink_wire(STDOUT_FILENO) :
	    sink_files(a->out, a->log_dir);
	r->symbols = symbols_new();
	if (r->sink == NULL || r->symbols == NULL)
		return ERR_NOMEM;
	uname(&r->uts);
	time_rfc3339(time_now_ms(), r->timestamp);
	return ERR_OK;
}

/* What the plan says, once it is there, and room for what comes of it. */
static enum err
take_plan(struct run *r, struct diag *d)
{
	struct args	*a = r->args;
	enum err	 e;

	if ((e = args_plan(a, buf_str(&r->plan), r->plan.len, d)) !=
	    ERR_OK || (e = functional_parse(&r->functional,
	    buf_str(&r->plan), r->plan.len)) != ERR_OK)
		return e;
	r->fixups = calloc(a->nfixups + 1, sizeof(*r->fixups));
	r->overrides = calloc(a->noverrides + 1, sizeof(*r->overrides));
	r->groups = calloc(a->ngroups + 1, sizeof(*r->groups));
	return r->fixups == NULL || r->overrides == NULL ||
	    r->groups == NULL ? ERR_NOMEM : ERR_OK;
}

/* Milliseconds since *from, which moves on to now. */
static int64_t
lap(int64_t *from)
{
	int64_t	 now = time_mono_ms(), d = now - *from;

	*from = now;
	return d;
}

static void
kernel_name(const struct utsname *u, char *out, size_t size)
{
	snprintf(out, size, "%s %s %s", u->release, u->version, u->machine);
}

static void
learn(struct run *r, int64_t *t)
{
	char	 kernel[256];

	sink_progress(r->sink, "facts", NULL, 0, 0);
	facts_read(&r->facts, r->uts.release);
	elfinfo_read(buf_str(&r->artifact), r->artifact.len, &r->elf);
	r->ms.facts = lap(t);
	kernel_name(&r->uts, kernel, sizeof(kernel));
	probes_run(&r->facts, r->args->probe_features, kernel);
	r->ms.probes = lap(t);
}

static void
run_functional(struct run *r)
{
	struct functional	*f = &r->functional;
	size_t			 i;

	if (f->n == 0 || f->status == FUNC_FAIL)
		return;
	if (r->args->command)
		files_enter(&r->files);
	else if (r->load.status != OUT_PASS) {
		functional_refuse(f, "not run: the object did not load");
		return;
	}
	if (r->attach.status == OUT_FAIL) {
		functional_refuse(f, "not run: the object did not attach");
		return;
	}
	for (i = 0; i < f->n; i++) {
		sink_progress(r->sink, "functional", f->v[i].name, i + 1,
		    f->n);
		functional_run_one(&f->v[i], r->deadline);
	}
	functional_settle(f);
}

/* There is no object: the plan's commands are all there is to do. */
static void
command(struct run *r)
{
	int64_t	 t = time_mono_ms();

	run_functional(r);
	r->ms.functional = lap(&t);
	r->ms.total = t - r->start;
}

static void
validate(struct run *r)
{
	struct bench	 b;
	int64_t		 t = time_mono_ms();

	if (r->args->command) {
		command(r);
		return;
	}
	bench_open(&b, r);
	sink_progress(r->sink, "open", NULL, 0, 0);
	object_run(r);
	kmods_run(r);
	variants_run(r);
	if (r->obj != NULL) {
		freplace_run(r);
		setup_apply(r, r->obj, true);
	}
	prepare_run(r);
	r->ms.open = lap(&t);
	isolated_maps_run(&b);
	if (r->args->isolate)
		isolated_run(&b);
	r->ms.isolated = lap(&t);
	experiments_load_run(&b);
	r->ms.experiments = lap(&t);
	sink_progress(r->sink, "load", NULL, 0, 0);
	load_run(r);
	r->ms.load = lap(&t);
	attach_run(r);
	r->ms.attach = lap(&t);
	experiments_attach_run(&b);
	bench_close(&b);
	r->ms.experiments += lap(&t);
	run_functional(r);
	r->ms.functional = lap(&t);
	r->ms.total = t - r->start;
}

static int
finish(struct run *r)
{
	struct buf	 result = BUF_INIT(RESULT_MAX);
	int		 status;
	enum err	 e;

	sink_progress(r->sink, "finish", NULL, 0, 0);
	if (r->capture.text.len > 0)
		sink_log(r->sink, "libbpf", NULL, "libbpf",
		    buf_str(&r->capture.text), r->capture.text.len);
	status = result_write(r, &result);
	e = buf_err(&result);
	if (e == ERR_OK)
		e = sink_finish(r->sink, &result, status);
	if (e != ERR_OK) {
		fprintf(stderr, "bpfcompat-validator: cannot write the "
		    "result: %s\n", err_text(e));
		status = 1;
	}
	buf_clear(&result);
	return status;
}

void
oom_score(int score)
{
	FILE	*f = fopen("/proc/self/oom_score_adj", "we");

	/* Without it another process may be chosen; the log tells which. */
	if (f == NULL)
		return;
	fprintf(f, "%d", score);
	fclose(f);
}

/* The child died: says so in the place of what it would have found. */
static int
crashed(struct run *r, int wstatus)
{
	const struct crumbs	*c = sink_crumbs(r->sink);

	environ_enter();
	if (c->writing) {
		fprintf(stderr, "bpfcompat-validator: killed while it "
		    "wrote\n");
		return 1;
	}
	r->load.status = OUT_FAIL;
	r->load.error = -LIBBPF_ERRNO__INTERNAL;
	r->load.crashed = true;
	r->load.crash_signal = WIFSIGNALED(wstatus) ? WTERMSIG(wstatus) : 0;
	r->load.crash = *c;
	buf_addf(&r->capture.text, "validator: libbpf was killed by signal "
	    "%d (%s) on this object, in phase %s%s%s\n",
	    WIFSIGNALED(wstatus) ? WTERMSIG(wstatus) : 0,
	    WIFSIGNALED(wstatus) ? strsignal(WTERMSIG(wstatus)) : "none",
	    c->phase, c->program[0] == '\0' ? "" : " of ", c->program);
	return finish(r);
}

static int
supervise(struct run *r)
{
	int64_t	 t = time_mono_ms();
	int	 wstatus = 0;
	pid_t	 pid;

	r->start = t;
	learn(r, &t);
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		oom_score(OOM_LOADER);
		environ_enter();
		validate(r);
		wstatus = finish(r);
		/* The verdict is out; now the guest is left as it was. */
		attach_undo(r);
		_exit(wstatus);
	}
	if (pid == -1) {
		perror("bpfcompat-validator: cannot fork");
		return 1;
	}
	while (waitpid(pid, &wstatus, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) :
	    crashed(r, wstatus);
}

static int
work(struct args *a)
{
	static const struct rlimit	 all = { RLIM_INFINITY, RLIM_INFINITY };
	struct sigaction		 ign = { .sa_handler = SIG_IGN };
	struct diag			 d = DIAG_INIT;
	struct run			 r;
	int				 status = 1;

	/* Kernels before 5.11 charge maps and programs to this limit. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	sigaction(SIGPIPE, &ign, NULL);
	if (a->log_steps)
		kmsg_open();
	if (run_init(&r, a) != ERR_OK) {
		fprintf(stderr, "bpfcompat-validator: out of memory\n");
	} else if (read_input(&r, &d) != ERR_OK) {
		fprintf(stderr, "bpfcompat-validator: %s\n", diag_text(&d));
	} else if (take_plan(&r, &d) != ERR_OK) {
		fprintf(stderr, "bpfcompat-validator: %s %s\n", d.field,
		    diag_text(&d));
	} else {
		status = supervise(&r);
	}
	run_free(&r);
	return status;
}

static int
warm(void)
{
	struct utsname	 u;
	char		 kernel[256];

	uname(&u);
	kernel_name(&u, kernel, sizeof(kernel));
	capture_use(NULL);
	facts_keep(u.release);
	if (!probes_keep(kernel)) {
		perror("bpfcompat-validator: cannot keep the answers");
		return 1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct args	 a;
	struct diag	 d = DIAG_INIT;
	int		 status = 1;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bpfcompat-validator %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (args_parse(argc, (const char *const *)argv, &a, &d) != ERR_OK)
		fprintf(stderr, "bpfcompat-validator: %s: %s\n%s", d.field,
		    diag_text(&d), args_usage());
	else if (a.help) {
		fputs(args_usage(), stderr);
		status = 0;
	} else if (a.warm)
		status = warm();
	else
		status = work(&a);
	args_free(&a);
	return status;
}
