/*
 * bpfcompat-execute: loads an object into this host's kernel, and tells and
 * takes back what it has loaded.  "bpfcompat runtime worker-execute" is this
 * program.  One question on standard input (a pipe, or a socket of systemd's;
 * see request.h), one line of JSON on standard output.
 *
 * The load itself happens in a child: a verifier that does not end, or an
 * object that makes libbpf crash, costs the child, and what it had pinned by
 * then is taken away again.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fsio.h"
#include "base/json_out.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "worker/execute/load.h"
#include "worker/execute/privilege.h"
#include "worker/execute/records.h"
#include "worker/execute/request.h"

#define RESULT_SCHEMA	"runtime_execute.v0.1"
#define REPLY_MAX	((size_t)4 * 1024 * 1024)
#define READ_MS		60000
#define LOCK_MS		30000

/* What a load came to, beside what the kernel said. */
struct	outcome {
	int64_t		 began, took;
	bool		 timed_out, kept, already;
	int		 signal;	/* that ended the child; 0: none */
	char		 load_id[EXECUTE_ID_MAX + 1];
};

/* --- the child -------------------------------------------------------------------*/

static void
put_result(struct jsonw *w, const struct execute_request *rq,
    const struct load_result *res, bool pass)
{
	jsonw_str(w, "status", pass ? "pass" : "fail");
	jsonw_obj(w, "validator");
	jsonw_str(w, "status", pass ? "pass" : "fail");
	jsonw_str(w, "load_status", res->loaded ? "pass" : "fail");
	jsonw_int(w, "load_error_code", res->load_errno);
	jsonw_str_opt(w, "load_error", res->load_error);
	jsonw_str(w, "attach_mode", execute_attach_word(rq->attach));
	jsonw_str(w, "attach_status", !res->loaded || rq->attach ==
	    EXECUTE_DISABLED ? "skipped" : res->failed == 0 ? "pass" :
	    "fail");
	jsonw_int(w, "attach_attempted", res->attempted);
	jsonw_int(w, "attach_passed", res->passed);
	jsonw_int(w, "attach_failed", res->failed);
	jsonw_bool(w, "kernel_btf_available", res->kernel_btf);
	jsonw_bool(w, "artifact_has_btf", res->object_btf);
	jsonw_bool(w, "artifact_has_btf_ext", res->object_btf_ext);
	jsonw_end(w);
	records_links(w, "programs", res, false);
}

/* Is it what was asked for?  A part of it is, where best effort is. */
static bool
enough(const struct execute_request *rq, const struct load_result *res)
{
	if (!res->loaded)
		return false;
	for (size_t i = 0; i < res->nlinks; i++)
		if (res->links[i].required && !res->links[i].attached)
			return false;
	if (rq->attach == EXECUTE_DISABLED)
		return true;
	return rq->attach == EXECUTE_REQUIRED ? res->failed == 0 &&
	    res->passed > 0 : res->passed > 0;
}

/* Writes a part of the reply to "out", or the error; its exit code. */
static int
child(const struct execute_request *rq, const struct records *r,
    const char *dir, int out)
{
	struct buf		 b = BUF_INIT(REPLY_MAX);
	struct load_result	 res;
	struct diag		 d = DIAG_INIT;
	struct load		*l = NULL;
	struct jsonw		 w;
	bool			 pass = false;
	enum err		 e;

	e = load_run(rq, dir, &l, &res, &d);
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	if (e == ERR_OK) {
		pass = enough(rq, &res);
		if (pass && dir != NULL)
			e = records_commit(r, rq, &res, &d);
	}
	if (e == ERR_OK) {
		jsonw_bool(&w, "kept", pass && dir != NULL);
		put_result(&w, rq, &res, pass);
	} else {
		jsonw_str(&w, "error", diag_text(&d));
		jsonw_str(&w, "code", d.word != NULL ? d.word : err_code(e));
	}
	jsonw_end(&w);
	if (e == ERR_OK && pass && dir != NULL)
		load_keep(l);
	load_undo(l);
	load_result_clear(&res);
	if (buf_err(&b) != ERR_OK ||
	    fsio_write_all(out, b.data, b.len) != ERR_OK)
		return 1;
	return 0;
}

/* --- around it ---------------------------------------------------------------------*/

static enum err
in_child(const struct execute_request *rq, const struct records *r,
    const char *dir, struct buf *part, struct outcome *o)
{
	int	 fd = memfd_create("result", MFD_CLOEXEC), status;
	char	*p;
	pid_t	 pid;
	ssize_t	 n = 0;
	enum err e;

	if (fd == -1)
		return ERR_IO;
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(child(rq, r, dir, fd));
	}
	if (pid == -1) {
		close(fd);
		return ERR_CHILD;
	}
	e = proc_wait(pid, o->began + rq->timeout_ms, &status);
	if (e == ERR_TIMEOUT) {
		o->timed_out = true;
		kill(pid, SIGKILL);
		e = proc_wait(pid, -1, &status);
	}
	if (e == ERR_OK && !o->timed_out && WIFSIGNALED(status))
		o->signal = WTERMSIG(status);
	o->took = time_mono_ms() - o->began;
	if (e == ERR_OK && !o->timed_out && o->signal == 0)
		while ((p = buf_reserve(part, 64 * 1024)) != NULL &&
		    (n = pread(fd, p, 64 * 1024, (off_t)part->len)) > 0)
			buf_commit(part, (size_t)n);
	close(fd);
	return e;
}

static enum err
copy(const char *key, const struct jval *v, void *arg)
{
	if (strcmp(key, "kept") != 0)
		jval_write(v, arg, key, REPLY_MAX);
	return ERR_OK;
}

static void
put_ended(struct jsonw *w, const struct outcome *o)
{
	jsonw_str(w, "status", "error");
	jsonw_bool(w, "timed_out", o->timed_out);
	jsonw_arr(w, "notes");
	jsonw_str(w, NULL, o->timed_out ? "the load did not end in time; it "
	    "was stopped and nothing of it stays" : "the loading process was "
	    "killed; nothing of the load stays");
	jsonw_end(w);
}

static void
put_frame(struct jsonw *w, const struct execute_request *rq,
    const struct outcome *o)
{
	char	 text[TIME_RFC3339_MS_SIZE];
	int64_t	 now = time_now_ms();

	jsonw_obj(w, "execution");
	jsonw_str(w, "schema_version", RESULT_SCHEMA);
	time_rfc3339_ms(now - o->took, text);
	jsonw_str(w, "started_at", text);
	time_rfc3339_ms(now, text);
	jsonw_str(w, "finished_at", text);
	jsonw_int(w, "duration_ms", o->took);
	jsonw_str(w, "attach_mode", execute_attach_word(rq->attach));
	jsonw_bool(w, "dry_run", rq->dry_run);
	jsonw_str(w, "artifact_sha256", rq->sha256);
	jsonw_bool(w, "used_sudo", false);
	jsonw_int(w, "worker_uid", geteuid());
	if (o->kept)
		jsonw_str(w, "load_id", o->load_id);
	jsonw_bool(w, "kept", o->kept);
	jsonw_bool(w, "already_loaded", o->already);
}

static enum err
reply(const struct execute_request *rq, const struct buf *part,
    struct outcome *o, struct buf *out, struct diag *d)
{
	struct jval	*doc = NULL;
	struct jsonw	 w;
	enum err	 e = ERR_OK;

	if (part->len > 0 && (e = jval_parse(part->data, part->len, &doc,
	    d)) != ERR_OK)
		return e;
	if (jval_get(doc, "error") != NULL) {
		e = diag_set(d, ERR_INVAL, "manifest", "%s", jval_get_str(doc,
		    "error", ""));
		jval_free(doc);
		return e;
	}
	o->kept = o->already || jval_get_bool(doc, "kept", false);
	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	put_frame(&w, rq, o);
	if (doc != NULL)
		jval_each(doc, copy, &w);
	else if (o->already)
		jsonw_str(&w, "status", "pass");
	else
		put_ended(&w, o);
	jsonw_end(&w);
	jsonw_end(&w);
	jval_free(doc);
	return buf_err(out);
}

static enum err
load(const struct execute_request *rq, struct records *r, struct buf *out,
    struct diag *d)
{
	bool		 pin = !rq->dry_run && rq->attach != EXECUTE_DISABLED;
	struct buf	 part = BUF_INIT(REPLY_MAX);
	struct outcome	 o = { .began = time_mono_ms() };
	char		 dir[PATH_MAX];
	enum err	 e;

	snprintf(o.load_id, sizeof(o.load_id), "%s", rq->id);
	if (pin && ((e = records_open(r, true, o.began + LOCK_MS, d)) !=
	    ERR_OK || (e = records_find(r, rq, dir)) != ERR_OK))
		return e;
	if (pin && dir[0] != '\0') {
		o.already = true;
		snprintf(o.load_id, sizeof(o.load_id), "%.*s", EXECUTE_ID_MAX,
		    dir);
		return reply(rq, &part, &o, out, d);
	}
	if (pin && (e = records_begin(r, rq->id, dir, sizeof(dir), d)) !=
	    ERR_OK)
		return e;
	e = in_child(rq, r, pin ? dir : NULL, &part, &o);
	if (e == ERR_OK)
		e = reply(rq, &part, &o, out, d);
	/*
	 * After a load that is kept the folder has another name; one that was
	 * stopped a moment too late has it as well.
	 */
	if (pin)
		records_abort(r, rq->id);
	if (pin && !o.kept)
		records_detach(r, rq->id, "stopped", NULL);
	buf_clear(&part);
	return e;
}

static enum err
tell(const struct execute_request *rq, struct records *r, struct buf *out,
    struct diag *d)
{
	struct jsonw	 w;
	enum err	 e;

	if ((e = records_open(r, false, time_mono_ms() + LOCK_MS, d)) !=
	    ERR_OK || (rq->op == EXECUTE_DETACH && (e = records_detach(r,
	    rq->id, rq->requested_by, d)) != ERR_OK))
		return e;
	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	if (rq->op == EXECUTE_LIST) {
		jsonw_arr(&w, "loads");
		e = records_each(r, &w, d);
		jsonw_end(&w);
	} else
		e = records_show(r, rq->id, &w, "load", d);
	jsonw_end(&w);
	return e == ERR_OK ? buf_err(out) : e;
}

static void
put_error(struct buf *out, enum err e, const struct diag *d)
{
	struct jsonw	 w;

	buf_reset(out);
	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "error", d->msg[0] != '\0' ? d->msg : err_text(e));
	jsonw_str(&w, "code", d->word != NULL ? d->word : err_code(e));
	jsonw_str_opt(&w, "field", d->field);
	jsonw_end(&w);
}

static enum err
work(const struct conf *c, struct buf *out, struct diag *d)
{
	char			 state[PATH_MAX];
	struct records		 r = { .state = c->execute_state, .bpffs =
				    c->execute_bpffs, .lock = -1 };
	struct execute_request	 rq;
	enum err		 e;

	if (r.state[0] == '\0') {
		if ((e = path_join(state, sizeof(state), c->workdir,
		    "runtime-loads", NULL)) != ERR_OK)
			return e;
		r.state = state;
	}
	if ((e = privilege_peer(STDIN_FILENO, c->execute_client, d)) != ERR_OK)
		return e;
	if ((e = execute_request_read(STDIN_FILENO, time_mono_ms() + READ_MS,
	    &rq, d)) == ERR_OK)
		e = rq.op == EXECUTE_LOAD ? load(&rq, &r, out, d) :
		    tell(&rq, &r, out, d);
	records_close(&r);
	execute_request_clear(&rq);
	return e;
}

int
main(void)
{
	struct buf	 out = BUF_INIT(REPLY_MAX);
	struct diag	 d = DIAG_INIT;
	struct conf	 c;
	enum err	 e;
	int		 code;

	if ((e = privilege_drop(&d)) == ERR_OK &&
	    (e = conf_load(&c, &d)) == ERR_OK)
		e = work(&c, &out, &d);
	if (e != ERR_OK)
		put_error(&out, e, &d);
	buf_addc(&out, '\n');
	code = fsio_write_all(STDOUT_FILENO, buf_str(&out), out.len) ==
	    ERR_OK && e == ERR_OK ? 0 : 1;
	buf_clear(&out);
	return code;
}
