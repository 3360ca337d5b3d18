#include "store/store_outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void
outbox_free(struct outbox_row *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(r[i].stream);
	free(r);
}

static enum err
read_rows(struct stmt *s, struct outbox_row **out, size_t *n)
{
	struct outbox_row	*rows = NULL;
	size_t			 have = 0, room = 0;
	enum err		 e;

	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK)
			break;
		rows[have].stream = stmt_col_dup(s, 0);
		rows[have].changed = stmt_col_int(s, 1);
		rows[have].published = stmt_col_int(s, 2);
		rows[have].seq = stmt_col_int(s, 3);
		rows[have].bytes = stmt_col_int(s, 4);
		if (rows[have++].stream == NULL) {
			e = ERR_NOMEM;
			break;
		}
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		outbox_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
store_outbox_pending(struct db *db, struct outbox_row **out, size_t *n)
{
	return read_rows(db_stmt(db, STMT_OUTBOX_PENDING), out, n);
}

enum err
store_outbox_all(struct db *db, struct outbox_row **out, size_t *n)
{
	return read_rows(db_stmt(db, STMT_OUTBOX_ALL), out, n);
}

enum err
store_outbox_done(struct db *db, const struct outbox_row *r)
{
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_OUTBOX_DONE);
	stmt_text(s, ":stream", r->stream);
	stmt_int(s, ":changed", r->changed);
	stmt_int(s, ":seq", r->seq);
	stmt_int(s, ":bytes", r->bytes);
	return db_end(db, stmt_run(s, NULL));
}

enum err
store_outbox_audit_files(struct db *db, struct outbox_audit_file **out,
    size_t *n)
{
	struct stmt			*s = db_stmt(db, STMT_AUDIT_FILES);
	struct outbox_audit_file	*f = NULL;
	size_t				 have = 0, room = 0;
	enum err			 e;

	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&f, have, &room, sizeof(*f))) != ERR_OK)
			break;
		f[have++] = (struct outbox_audit_file){ stmt_col_int(s, 0),
		    stmt_col_int(s, 1), stmt_col_int(s, 2) };
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		free(f);
		return e;
	}
	*out = f;
	*n = have;
	return ERR_OK;
}

enum err
store_outbox_audit_close(struct db *db, struct outbox_row *r,
    const struct outbox_audit_file *f)
{
	struct stmt	*s;
	enum err	 e;

	if ((e = db_begin(db)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_AUDIT_FILE_ADD);
	stmt_int(s, ":first", f->first);
	stmt_int(s, ":last", f->last);
	stmt_int(s, ":bytes", f->bytes);
	if ((e = stmt_run(s, NULL)) == ERR_OK) {
		s = db_stmt(db, STMT_OUTBOX_CURSOR);
		stmt_text(s, ":stream", r->stream);
		stmt_int(s, ":seq", f->last);
		stmt_int(s, ":bytes", 0);
		e = stmt_run(s, NULL);
	}
	if ((e = db_end(db, e)) == ERR_OK) {
		r->seq = f->last;
		r->bytes = 0;
	}
	return e;
}

enum err
store_outbox_version(struct db *db, const struct version_key *k,
    const char *record, struct outbox_version *v)
{
	struct stmt	*s = db_stmt(db, STMT_OUTBOX_VERSION);
	enum err	 e;

	memset(v, 0, sizeof(*v));
	stmt_text(s, ":tenant", k->tenant);
	stmt_text(s, ":project", k->project);
	stmt_text(s, ":name", k->name);
	stmt_text(s, ":version", k->version);
	stmt_text(s, ":record", record);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	v->name = stmt_col_dup(s, 0);
	v->version = stmt_col_dup(s, 1);
	v->sha256 = stmt_col_dup(s, 2);
	v->report_sha256 = stmt_col_dup(s, 3);
	stmt_reset(s);
	if (v->name != NULL && v->version != NULL && v->sha256 != NULL &&
	    v->report_sha256 != NULL)
		return ERR_OK;
	outbox_version_clear(v);
	return ERR_NOMEM;
}

void
outbox_version_clear(struct outbox_version *v)
{
	free(v->name);
	free(v->version);
	free(v->sha256);
	free(v->report_sha256);
	memset(v, 0, sizeof(*v));
}
