#include "domain/compare_load.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "store/store_history.h"
#include "store/store_run.h"

/* The record of the run, when there is one. */
static enum err
find_record(struct db *db, const char *run_id, struct compare_side *s)
{
	struct history_row	*row = NULL;
	size_t			 n = 0;
	enum err		 e;

	e = store_history_of_run(db, run_id, &row, &n);
	if (e == ERR_OK && n > 0)
		snprintf(s->record_sha256, sizeof(s->record_sha256), "%s",
		    row[0].record_sha256);
	history_rows_free(row, n);
	return e;
}

/* Says which side it is about. */
static enum err
about(struct diag *d, enum err e, const char *field)
{
	char	 at[DIAG_FIELD_MAX];

	if (d == NULL || d->msg[0] == '\0')
		return diag_set(d, e, field, "the %s cannot be read", field);
	snprintf(at, sizeof(at), "%s%s%.60s", field,
	    d->field[0] == '\0' ? "" : ": ", d->field);
	memcpy(d->field, at, sizeof(at));
	return e;
}

static enum err
take_text(const char *text, size_t len, const char *shown, const char *field,
    struct compare_side *s, struct diag *d)
{
	enum err	 e;

	memset(s, 0, sizeof(*s));
	snprintf(s->path, sizeof(s->path), "%s", shown);
	if ((e = sha256_mem(text, len, s->report_sha256)) != ERR_OK)
		return e;
	if ((e = compare_report_read(text, len, &s->rep, d)) != ERR_OK)
		return about(d, e, field);
	return ERR_OK;
}

enum err
compare_side_text(const struct compare_from *f, const char *text, size_t len,
    const char *shown, const char *field, struct compare_side *s,
    struct diag *d)
{
	struct run	 run = { 0 };
	enum err	 e;

	if ((e = take_text(text, len, shown, field, s, d)) != ERR_OK)
		return e;
	if (f->db == NULL || s->rep->run_id[0] == '\0')
		return ERR_OK;
	if ((e = store_run_get(f->db, s->rep->run_id, &run)) == ERR_OK &&
	    strcmp(run.report_sha256, s->report_sha256) == 0)
		e = find_record(f->db, run.run_id, s);
	run_clear(&run);
	if (e == ERR_NOTFOUND)
		e = ERR_OK;
	if (e != ERR_OK)
		compare_side_clear(s);
	return e;
}

/* The report of a row, read and held against its digest. */
static enum err
of_run(const struct compare_from *f, const struct run *run,
    const char *field, struct compare_side *s, struct diag *d)
{
	struct buf	 b = BUF_INIT(f->max);
	char		 path[PATH_MAX];
	enum err	 e;

	if ((e = path_join(path, sizeof(path), f->workdir, run->report_path,
	    NULL)) != ERR_OK)
		return e;
	if ((e = fsio_read(path, &b, NULL)) == ERR_TOOBIG)
		e = diag_set(d, e, field, "the report of run %s is larger "
		    "than the %zu bytes that are compared here; use "
		    "\"bpfcompat compare\"", run->run_id, f->max);
	else if (e == ERR_NOTFOUND || b.len == 0)
		e = diag_set(d, ERR_CORRUPT, field, "the report of run %s is "
		    "missing", run->run_id);
	if (e == ERR_OK)
		e = take_text(b.data, b.len, run->report_path, field, s, d);
	buf_clear(&b);
	if (e != ERR_OK)
		return e;
	if (strcmp(s->report_sha256, run->report_sha256) != 0)
		e = diag_set(d, ERR_CORRUPT, field, "the stored report of "
		    "run %s is not the one that was recorded", run->run_id);
	else
		e = find_record(f->db, run->run_id, s);
	if (e != ERR_OK)
		compare_side_clear(s);
	return e;
}

static enum err
found(const struct compare_from *f, enum err e, struct run *run,
    const char *what, const char *field, struct compare_side *s,
    struct diag *d)
{
	if (e == ERR_OK)
		e = of_run(f, run, field, s, d);
	else if (e == ERR_NOTFOUND)
		diag_set(d, e, field, "there is no run %.300s", what);
	run_clear(run);
	return e;
}

enum err
compare_side_run(const struct compare_from *f, const char *run_id,
    const char *field, struct compare_side *s, struct diag *d)
{
	struct run	 run = { 0 };

	return found(f, store_run_get(f->db, run_id, &run), &run, run_id,
	    field, s, d);
}

enum err
compare_side_version(const struct compare_from *f, const char *name,
    const char *version, const char *field, struct compare_side *s,
    struct diag *d)
{
	struct run	 run = { 0 };
	char		 what[2 * COMPARE_NAME_MAX + 16];

	snprintf(what, sizeof(what), "of %s@%s", name, version);
	return found(f, store_run_of_version(f->db, name, version, &run),
	    &run, what, field, s, d);
}

void
compare_side_clear(struct compare_side *s)
{
	compare_report_free(s->rep);
	memset(s, 0, sizeof(*s));
}

static void
source(struct cmp_source *out, const struct compare_side *s)
{
	out->path = s->path;
	out->report_sha256 = s->report_sha256;
	out->record_sha256 = s->record_sha256;
}

enum err
compare_sides(struct compare *c, const struct compare_side *base,
    const struct compare_side *head, const struct compare_opts *o)
{
	memset(c, 0, sizeof(*c));
	source(&c->base_source, base);
	source(&c->head_source, head);
	return compare_run(c, base->rep, head->rep, o);
}
