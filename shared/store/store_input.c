#include "store/store_input.h"

#include <stdlib.h>
#include <string.h>

enum err
store_inputs_add(struct db *db, const char *job_id,
    const struct job_input_new *in, size_t n)
{
	struct stmt	*s;
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		s = db_stmt(db, STMT_JOB_INPUT_ADD);
		stmt_text(s, ":job", job_id);
		stmt_int(s, ":position", (int64_t)i);
		stmt_text(s, ":kind", in[i].kind);
		stmt_text(s, ":sha256", in[i].sha256);
		stmt_int(s, ":size", in[i].size);
		stmt_text(s, ":basename", in[i].basename);
		e = stmt_run(s, NULL);
	}
	return e;
}

void
job_inputs_free(struct job_input *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(in[i].kind);
		free(in[i].sha256);
		free(in[i].basename);
	}
	free(in);
}

static enum err
read_input(struct stmt *s, struct job_input *in)
{
	in->kind = stmt_col_dup(s, 0);
	in->sha256 = stmt_col_dup(s, 1);
	in->size = stmt_col_int(s, 2);
	in->basename = stmt_col_dup(s, 3);
	return in->kind == NULL || in->sha256 == NULL ||
	    in->basename == NULL ? ERR_NOMEM : ERR_OK;
}

enum err
store_job_inputs(struct db *db, const char *job_id, struct job_input **out,
    size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_JOB_INPUTS);
	struct job_input *rows = calloc(JOB_INPUTS_MAX, sizeof(*rows));
	size_t		 have = 0;
	enum err	 e;

	if (rows == NULL)
		return ERR_NOMEM;
	stmt_text(s, ":job", job_id);
	while ((e = stmt_step(s)) == ERR_OK) {
		e = have == JOB_INPUTS_MAX ? ERR_CORRUPT :
		    read_input(s, &rows[have++]);
		if (e != ERR_OK)
			break;
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		job_inputs_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

const struct job_input *
job_inputs_find(const struct job_input *in, size_t n, const char *kind)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(in[i].kind, kind) == 0)
			return &in[i];
	return NULL;
}
