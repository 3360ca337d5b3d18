#include "store/store_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/grow.h"
#include "base/hash.h"

void
run_clear(struct run *r)
{
	free(r->run_id);
	free(r->job_id);
	free(r->started_at);
	free(r->finished_at);
	free(r->name);
	free(r->version);
	free(r->variant);
	free(r->path);
	free(r->uri);
	free(r->sha256);
	free(r->matrix_path);
	free(r->matrix_name);
	free(r->status);
	free(r->report_path);
	free(r->report_sha256);
	free(r->markdown_path);
	memset(r, 0, sizeof(*r));
}

void
runs_free(struct run *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_clear(&r[i]);
	free(r);
}

static enum err
read_row(struct stmt *s, int first, struct run *r)
{
	int	 c = first;
	char	**text[] = { &r->run_id, &r->job_id, &r->started_at,
		    &r->finished_at, &r->name, &r->version, &r->variant,
		    &r->path, &r->uri, &r->sha256, &r->matrix_path,
		    &r->matrix_name, &r->status };

	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if ((*text[i] = stmt_col_dup(s, c++)) == NULL)
			goto fail;
	r->exit_code = stmt_col_int(s, c++);
	r->required_passed = stmt_col_int(s, c++);
	r->required_failed = stmt_col_int(s, c++);
	r->total = stmt_col_int(s, c++);
	if ((r->report_path = stmt_col_dup(s, c++)) == NULL ||
	    (r->report_sha256 = stmt_col_dup(s, c++)) == NULL ||
	    (r->markdown_path = stmt_col_dup(s, c)) == NULL)
		goto fail;
	return ERR_OK;
fail:
	run_clear(r);
	return ERR_NOMEM;
}

enum err
store_run_get(struct db *db, const char *run_id, struct run *r)
{
	struct stmt	*s = db_stmt(db, STMT_RUN_GET);
	enum err	 e;

	stmt_text(s, ":run_id", run_id);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	e = read_row(s, 0, r);
	stmt_reset(s);
	return e;
}

/* "first" is the column where a run begins; *last gets column 0 before it. */
static enum err
read_rows(struct stmt *s, int first, struct run **out, size_t *n,
    int64_t *last)
{
	struct run	*rows = NULL;
	size_t		 have = 0, room = 0;
	enum err	 e;

	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK)
			break;
		if (last != NULL)
			*last = stmt_col_int(s, 0);
		if ((e = read_row(s, first, &rows[have])) != ERR_OK)
			break;
		have++;
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		runs_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
store_run_page(struct db *db, const struct page *p, struct run **out,
    size_t *n)
{
	static const struct page_stmts	 ids = { STMT_RUN_LIST,
		STMT_RUN_LIST_STATUS, STMT_RUN_LIST_NAME,
		STMT_RUN_LIST_VERSION, STMT_RUN_LIST_PROFILE };

	return read_rows(page_stmt(db, p, &ids), 0, out, n, NULL);
}

enum err
store_run_list(struct db *db, int64_t limit, struct run **out, size_t *n)
{
	struct page	 p = { .limit = limit };

	return store_run_page(db, &p, out, n);
}

enum err
store_run_of_version(struct db *db, const char *name, const char *version,
    struct run *r)
{
	struct page	 p = { .name = name, .version = version, .limit = 1 };
	struct run	*one = NULL;
	size_t		 n = 0;
	enum err	 e;

	if ((e = store_run_page(db, &p, &one, &n)) != ERR_OK)
		return e;
	if (n == 0)
		return ERR_NOTFOUND;
	*r = *one;
	free(one);
	return ERR_OK;
}

enum err
store_run_order(struct db *db, int64_t after, int64_t limit,
    struct run **out, size_t *n, int64_t *last)
{
	struct stmt	*s = db_stmt(db, STMT_OUTBOX_RUNS);

	stmt_int(s, ":after", after);
	stmt_int(s, ":limit", limit);
	*last = after;
	return read_rows(s, 1, out, n, last);
}

enum err
store_run_add(struct db *db, const struct run *r)
{
	struct stmt	*s = db_stmt(db, STMT_RUN_ADD);

	stmt_text(s, ":run_id", r->run_id);
	stmt_text(s, ":job", r->job_id);
	stmt_text(s, ":started", r->started_at);
	stmt_text(s, ":finished", r->finished_at);
	stmt_text(s, ":name", r->name);
	stmt_text(s, ":version", r->version);
	stmt_text(s, ":variant", r->variant);
	stmt_text(s, ":path", r->path);
	stmt_text(s, ":uri", r->uri);
	stmt_text(s, ":sha256", r->sha256);
	stmt_text(s, ":matrix_path", r->matrix_path);
	stmt_text(s, ":matrix_name", r->matrix_name);
	stmt_text(s, ":status", r->status);
	stmt_int(s, ":exit_code", r->exit_code);
	stmt_int(s, ":required_passed", r->required_passed);
	stmt_int(s, ":required_failed", r->required_failed);
	stmt_int(s, ":total", r->total);
	stmt_text(s, ":report_path", r->report_path);
	stmt_text(s, ":report_sha256", r->report_sha256);
	stmt_text(s, ":markdown_path", r->markdown_path);
	return stmt_run(s, NULL);
}

void
run_id_new(char out[static RUN_ID_SIZE])
{
	time_t		 now = time(NULL);
	struct tm	 tm;
	char		 stamp[17], tag[7];

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	rnd_hex(3, tag);
	snprintf(out, RUN_ID_SIZE, "%s-%s", stamp, tag);
}
