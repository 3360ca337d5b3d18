/* The audit stream of a tenant, for those who may read it. */
#include <stdio.h>
#include <string.h>

#include "audited.h"
#include "base/timefmt.h"
#include "field_registry.h"
#include "handlers.h"

enum { A_TENANT, A_PROJECT, A_LIMIT, A_CURSOR, A_ACTION, A_STATUS, A_ACTOR,
	A_SINCE, A_UNTIL };

const struct field audit_fields[] = {
	[A_TENANT] = { "tenant", field_registry_id,
	    FIELD_QUERY | FIELD_REQUIRED, 128 },
	[A_PROJECT] = { "project", field_registry_id, FIELD_QUERY, 128 },
	[A_LIMIT] = { "limit", field_limit, FIELD_QUERY, 16 },
	[A_CURSOR] = { "cursor", field_cursor, FIELD_QUERY, 32 },
	[A_ACTION] = { "action", field_word, FIELD_QUERY, 64 },
	[A_STATUS] = { "status", field_word, FIELD_QUERY, 32 },
	[A_ACTOR] = { "actor", field_text, FIELD_QUERY, AUDIT_TEXT_MAX },
	[A_SINCE] = { "since", field_time, FIELD_QUERY, 32 },
	[A_UNTIL] = { "until", field_time, FIELD_QUERY, 32 },
	{ NULL, NULL, 0, 0 },
};

static const char *
or_null(const struct value *v)
{
	return v->set ? v->str : NULL;
}

/* Rows have whole seconds; the given time in the same form. */
static const char *
whole_second(const struct value *v, char out[static TIME_RFC3339_SIZE])
{
	if (!v->set)
		return NULL;
	time_rfc3339(v->num, out);
	return out;
}

static void
events_json(struct call *c, const struct audit_row *r, size_t n,
    int64_t limit, int64_t sealed)
{
	struct jsonw	*w = reply_json(c->rp);
	size_t		 shown = n > (size_t)limit ? (size_t)limit : n;

	jsonw_obj(w, NULL);
	jsonw_arr(w, "records");
	for (size_t i = 0; i < shown; i++)
		jsonw_raw(w, NULL, r[i].line, strlen(r[i].line));
	jsonw_end(w);
	jsonw_int(w, "sealed_through", sealed);
	if (n > shown)
		field_cursor_next(w, r[shown - 1].seq);
	jsonw_end(w);
	c->rp->cache = CACHE_PRIVATE;
}

enum err
h_audit(struct app *app, struct call *c)
{
	const struct value	*v = c->f.v;
	char			 since[TIME_RFC3339_SIZE];
	char			 until[TIME_RFC3339_SIZE];
	int64_t			 limit = v[A_LIMIT].set ? v[A_LIMIT].num :
				    FIELD_LIMIT_DEFAULT, sealed;
	const struct audit_query q = { .tenant = v[A_TENANT].str,
		.project = or_null(&v[A_PROJECT]),
		.action = or_null(&v[A_ACTION]),
		.status = or_null(&v[A_STATUS]),
		.actor = or_null(&v[A_ACTOR]),
		.since = whole_second(&v[A_SINCE], since),
		.until = whole_second(&v[A_UNTIL], until),
		.before = v[A_CURSOR].num, .limit = limit + 1 };
	struct audit_event	 ev = { .action = "audit_list",
		.tenant = q.tenant, .project = q.project, .fold = true };
	struct audit_row	*r = NULL;
	struct db		*db;
	size_t			 n = 0;
	enum err		 e;

	if ((e = app_db(app, &db, &c->d)) != ERR_OK ||
	    (e = audit_list(db, &q, &r, &n)) != ERR_OK)
		return e;
	if ((e = audit_sealed(db, &sealed)) == ERR_OK &&
	    (e = audited_allow(app, c, &ev)) == ERR_OK)
		events_json(c, r, n, limit, sealed);
	audit_rows_free(r, n);
	return e;
}
