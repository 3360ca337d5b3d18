#include "job_json.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "compile_json.h"

bool
job_ended(const struct job *j)
{
	return strcmp(j->state, "queued") != 0 &&
	    strcmp(j->state, "running") != 0;
}

const char *
path_shown(const char *path)
{
	const char	*slash = strrchr(path, '/');

	return path[0] == '/' ? slash + 1 : path;
}

enum err
report_open(struct app *app, const struct run *run, int *out, int64_t *size,
    struct diag *d)
{
	char		 path[PATH_MAX];
	struct stat	 st;
	enum err	 e;
	int		 fd;

	if ((e = path_join(path, sizeof(path), app->conf->workdir,
	    run->report_path, NULL)) != ERR_OK)
		return e;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size == 0) {
		if (fd != -1)
			close(fd);
		return diag_set(d, ERR_CORRUPT, NULL,
		    "the report of run %s is missing", run->run_id);
	}
	*out = fd;
	*size = st.st_size;
	return ERR_OK;
}

/*
 * The members of a result; what is written after them goes behind the
 * report.
 */
static enum err
result(struct app *app, const struct job *j, struct reply *rp,
    struct diag *d)
{
	struct jsonw	*w = &rp->json;
	struct run	 run = { 0 };
	struct db	*db;
	int64_t		 size;
	int		 fd;
	enum err	 e;

	if ((e = app_db(app, &db, d)) != ERR_OK)
		return e;
	if ((e = store_run_get(db, j->run_id, &run)) != ERR_OK)
		return e == ERR_NOTFOUND ? diag_set(d, ERR_CORRUPT, NULL,
		    "run %s is missing", j->run_id) : e;
	if ((e = report_open(app, &run, &fd, &size, d)) == ERR_OK) {
		jsonw_int(w, "exit_code", run.exit_code);
		reply_json_file(rp, "report", fd, size);
	}
	run_clear(&run);
	return e;
}

/*
 * What was found of a job that was canceled in the middle.  It is no run and
 * has no row; without a report there is nothing to tell.
 */
static void
found_before(struct app *app, const struct job *j, struct reply *rp)
{
	struct jsonw	*w = &rp->json;
	struct run	 run = { .run_id = j->run_id };
	struct diag	 d = DIAG_INIT;
	char		 rel[64];
	int64_t		 size;
	int		 fd;

	snprintf(rel, sizeof(rel), RUN_REPORT, j->run_id);
	run.report_path = rel;
	if (j->run_id[0] == '\0' ||
	    report_open(app, &run, &fd, &size, &d) != ERR_OK)
		return;
	jsonw_obj(w, "result");
	jsonw_int(w, "exit_code", 1);
	reply_json_file(rp, "report", fd, size);
	jsonw_end(w);
}

enum err
job_result_json(struct app *app, const struct job *j, struct reply *rp,
    struct diag *d)
{
	struct jsonw	*w = reply_json(rp);
	enum err	 e;

	jsonw_obj(w, NULL);
	if ((e = result(app, j, rp, d)) != ERR_OK)
		return e;
	jsonw_end(w);
	return ERR_OK;
}

/* --- status -----------------------------------------------------------------*/

static bool
target_done(const struct job_target *t)
{
	return strcmp(t->state, "pending") != 0 &&
	    strcmp(t->state, "running") != 0;
}

static void
target_detail(struct jsonw *w, const struct job_target *t)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "profile_id", t->profile_id);
	jsonw_bool(w, "required", t->required);
	jsonw_str(w, "status", t->state);
	jsonw_str_opt(w, "stage", t->stage);
	jsonw_str_opt(w, "message", t->message);
	jsonw_int_opt(w, "attempts", t->attempts);
	jsonw_str_opt(w, "started_at", t->started_at);
	jsonw_str_opt(w, "finished_at", t->finished_at);
	jsonw_int_opt(w, "duration_ms", t->duration_ms);
	jsonw_str_opt(w, "kernel_release", t->kernel_release);
	jsonw_str_opt(w, "failed_stage", t->failed_stage);
	jsonw_str_opt(w, "classification_code", t->classification_code);
	jsonw_str_opt(w, "classification_reason", t->classification_reason);
	jsonw_str_opt(w, "error", t->error);
	jsonw_end(w);
}

static enum err
targets(struct db *db, const struct job *j, struct jsonw *w)
{
	struct job_target	*t = NULL;
	size_t			 n = 0;
	int64_t			 done = 0;
	enum err		 e;

	if ((e = store_job_targets(db, j->id, &t, &n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		done += target_done(&t[i]);
	jsonw_int_opt(w, "total_profiles", (int64_t)n);
	jsonw_int_opt(w, "completed_profiles", done);
	if (n > 0)
		jsonw_obj(w, "profile_statuses");
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, t[i].profile_id, t[i].state);
	if (n > 0)
		jsonw_end(w);
	jsonw_arr(w, "targets");
	for (size_t i = 0; i < n; i++)
		target_detail(w, &t[i]);
	jsonw_end(w);
	job_targets_free(t, n);
	return ERR_OK;
}

static void
artifact(struct jsonw *w, const struct job *j)
{
	jsonw_obj(w, "artifact");
	jsonw_str(w, "basename", j->basename);
	jsonw_str(w, "sha256", j->sha256);
	jsonw_int(w, "size_bytes", j->size);
	jsonw_str_opt(w, "name", j->name);
	jsonw_str_opt(w, "version", j->version);
	jsonw_str_opt(w, "variant", j->variant);
	jsonw_end(w);
}

/* What came with the artifact; nothing for most jobs. */
static enum err
inputs(struct db *db, const struct job *j, struct jsonw *w)
{
	struct job_input	*in = NULL;
	size_t			 n = 0;
	enum err		 e = store_job_inputs(db, j->id, &in, &n);

	if (e != ERR_OK)
		return e;
	if (n > 0)
		jsonw_arr(w, "inputs");
	for (size_t i = 0; i < n; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "kind", in[i].kind);
		jsonw_str(w, "basename", in[i].basename);
		jsonw_str(w, "sha256", in[i].sha256);
		jsonw_int(w, "size_bytes", in[i].size);
		jsonw_end(w);
	}
	if (n > 0)
		jsonw_end(w);
	job_inputs_free(in, n);
	return ERR_OK;
}

enum err
job_json(struct app *app, const struct job *j, int64_t poll_after_ms,
    struct reply *rp, struct diag *d)
{
	struct jsonw	*w = reply_json(rp);
	struct db	*db;
	int64_t		 before = 0;
	enum err	 e;

	if ((e = app_db(app, &db, d)) != ERR_OK)
		return e;
	jsonw_obj(w, NULL);
	jsonw_str(w, "job_id", j->id);
	jsonw_str(w, "state", j->state);
	jsonw_str_opt(w, "stage", j->stage);
	jsonw_str_opt(w, "message", j->message);
	jsonw_int(w, "percent", j->percent);
	jsonw_int(w, "revision", j->revision);
	if (strcmp(j->state, "queued") == 0 &&
	    store_job_position(db, j->id, &before) == ERR_OK)
		jsonw_int(w, "queue_position", before);
	if ((e = targets(db, j, w)) != ERR_OK)
		return e;
	jsonw_str(w, "created_at", j->created_at);
	jsonw_str_opt(w, "started_at", j->started_at);
	jsonw_str_opt(w, "updated_at", j->updated_at);
	jsonw_str_opt(w, "finished_at", j->finished_at);
	jsonw_bool(w, "cancel_requested", j->cancel_requested);
	artifact(w, j);
	if ((e = inputs(db, j, w)) != ERR_OK)
		return e;
	jsonw_str_opt(w, "validation_mode", j->mode);
	jsonw_str_opt(w, "matrix_name", j->matrix_name);
	jsonw_str_opt(w, "run_id", j->run_id);
	jsonw_str_opt(w, "error_code", j->error_code);
	jsonw_str_opt(w, "error", j->error);
	if (strcmp(j->error_code, COMPILE_FAILED) == 0) {
		jsonw_str(w, "field", "source_code");
		compile_json(app, j, w);
	}
	if (!job_ended(j))
		jsonw_int(w, "poll_after_ms", poll_after_ms);
	if (strcmp(j->state, "completed") == 0) {
		jsonw_obj(w, "result");
		if ((e = result(app, j, rp, d)) != ERR_OK)
			return e;
		jsonw_end(w);
	} else if (strcmp(j->state, "canceled") == 0) {
		found_before(app, j, rp);
	}
	jsonw_end(w);
	return ERR_OK;
}
