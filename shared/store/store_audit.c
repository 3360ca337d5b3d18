/*
 * Floods.  A refusal that is repeated within its minute costs one small
 * UPDATE whose commit does not wait for the disk, so whoever repeats it
 * neither fills the stream nor makes others wait.  The counter becomes a row
 * of the chain when its minute is over: by the next such event, or by the
 * worker.
 */
#include "store/store_audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/timefmt.h"
#include "store/audit_line.h"

/* Counters that are turned into rows in one transaction. */
#define CLOSE_BATCH	64

enum err
audit_token_actor(struct db *db, const char *token,
    char out[static AUDIT_ACTOR_SIZE])
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_SALT);
	char		 hex[SHA256_HEX_SIZE];
	struct sha256	*sum;
	const char	*salt;
	enum err	 e;

	if ((e = stmt_step(s)) != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_CORRUPT : e;
	salt = stmt_col_text(s, 0);
	if ((e = sha256_new(&sum)) == ERR_OK) {
		sha256_add(sum, salt, strlen(salt));
		sha256_add(sum, token, strlen(token));
		sha256_hex(sum, hex);
		sha256_free(sum);
		snprintf(out, AUDIT_ACTOR_SIZE, "token:%.16s", hex);
	}
	stmt_reset(s);
	return e;
}

/* --- appending -------------------------------------------------------------*/

enum err
audit_end(struct db *db, int64_t *seq, char sha256[static SHA256_HEX_SIZE])
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_LAST);
	enum err	 e;

	*seq = 0;
	sha256[0] = '\0';
	if ((e = stmt_step(s)) == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	*seq = stmt_col_int(s, 0);
	snprintf(sha256, SHA256_HEX_SIZE, "%s", stmt_col_text(s, 1));
	stmt_reset(s);
	return ERR_OK;
}

/*
 * The time in the form clients know, to nine digits: milliseconds and then
 * the place in the stream, so that no two are equal and their order as text
 * is the order of the stream.
 */
static void
make_id(const char *ms, int64_t seq, char out[static AUDIT_ID_SIZE])
{
	size_t	 n = 0;

	for (const char *p = ms; *p != '\0' && *p != 'Z'; p++)
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	snprintf(out + n, AUDIT_ID_SIZE - n, "%06lldZ",
	    (long long)(seq % 1000000));
}

static void
bind_text(struct stmt *s, const char *param, const char *val)
{
	char	 out[AUDIT_TEXT_SIZE];

	audit_text(val, out);
	stmt_text(s, param, out);
}

static void
bind_name(struct stmt *s, const char *param, const char *val)
{
	char	 out[AUDIT_TEXT_SIZE];

	audit_name(val, out);
	stmt_text(s, param, out);
}

static const char *
status_of(const struct audit_event *ev)
{
	return ev->status == NULL || ev->status[0] == '\0' ? "success" :
	    ev->status;
}

/* Inside a transaction; "at" says only what a counted row is about. */
static enum err
insert(struct db *db, const struct audit_event *ev,
    const struct audit_place *counted)
{
	struct audit_place	 at = *counted;
	struct buf		 line = BUF_INIT(AUDIT_LINE_MAX);
	char			 sha[SHA256_HEX_SIZE], prev[SHA256_HEX_SIZE];
	char			 ms[TIME_RFC3339_MS_SIZE];
	char			 created[TIME_RFC3339_SIZE];
	char			 id[AUDIT_ID_SIZE];
	int64_t			 now = time_now_ms();
	struct stmt		*s;
	enum err		 e;

	if ((e = audit_end(db, &at.seq, prev)) != ERR_OK)
		return e;
	at.seq++;
	time_rfc3339_ms(now, ms);
	time_rfc3339(now, created);
	make_id(ms, at.seq, id);
	at.created_at = created;
	at.event_id = id;
	at.prev = prev;
	if ((e = audit_line(ev, &at, &line, sha)) != ERR_OK)
		goto out;
	s = db_stmt(db, STMT_AUDIT_ADD);
	stmt_int(s, ":seq", at.seq);
	stmt_text(s, ":event_id", id);
	stmt_text(s, ":created", created);
	bind_name(s, ":action", ev->action);
	bind_text(s, ":status", status_of(ev));
	bind_text(s, ":actor", ev->actor);
	bind_name(s, ":tenant", ev->tenant);
	bind_name(s, ":project", ev->project);
	bind_text(s, ":name", ev->artifact_name);
	bind_text(s, ":version", ev->artifact_version);
	bind_text(s, ":message", ev->message);
	stmt_int(s, ":count", at.count);
	stmt_text(s, ":sha256", sha);
	stmt_text(s, ":prev", prev);
	stmt_text(s, ":line", buf_str(&line));
	e = stmt_run(s, NULL);
out:
	buf_clear(&line);
	return e;
}

enum err
audit_append_in(struct db *db, const struct audit_event *ev)
{
	const struct audit_place	 once = { .count = 1 };

	return insert(db, ev, &once);
}

/* --- floods ----------------------------------------------------------------*/

/* What makes two events the same; borrowed. */
struct	key {
	const char	*action, *status, *actor, *tenant, *project;
};

static enum err
exists(struct stmt *s, bool *yes)
{
	enum err	 e = stmt_step(s);

	*yes = e == ERR_OK;
	stmt_reset(s);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Names nobody has given to a project do not make a counter of their own. */
static enum err
make_key(struct db *db, const struct audit_event *ev, struct key *k)
{
	struct stmt	*s;
	bool		 known = false;
	enum err	 e;

	*k = (struct key){ ev->action, status_of(ev),
	    ev->known && ev->actor != NULL ? ev->actor : "", "", "" };
	if (ev->tenant == NULL || ev->tenant[0] == '\0')
		return ERR_OK;
	s = db_stmt(db, STMT_REGISTRY_TENANT_KNOWN);
	stmt_text(s, ":tenant", ev->tenant);
	if ((e = exists(s, &known)) != ERR_OK || !known)
		return e;
	k->tenant = ev->tenant;
	if (ev->project == NULL || ev->project[0] == '\0')
		return ERR_OK;
	s = db_stmt(db, STMT_REGISTRY_PROJECT_KNOWN);
	stmt_text(s, ":tenant", ev->tenant);
	stmt_text(s, ":project", ev->project);
	if ((e = exists(s, &known)) == ERR_OK && known)
		k->project = ev->project;
	return e;
}

static void
bind_key(struct stmt *s, const struct key *k)
{
	bind_name(s, ":action", k->action);
	bind_text(s, ":status", k->status);
	bind_text(s, ":actor", k->actor);
	bind_name(s, ":tenant", k->tenant);
	bind_name(s, ":project", k->project);
}

static enum err
count(struct db *db, const struct audit_event *ev, const struct key *k,
    bool *done)
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_FLOOD_COUNT);
	char		 now[TIME_RFC3339_MS_SIZE], since[TIME_RFC3339_MS_SIZE];
	int64_t		 t = time_now_ms();
	int		 changes = 0;
	enum err	 e;

	time_rfc3339_ms(t, now);
	time_rfc3339_ms(t - AUDIT_FOLD_MS, since);
	bind_key(s, k);
	stmt_text(s, ":now", now);
	stmt_text(s, ":since", since);
	bind_text(s, ":message", ev->message);
	bind_text(s, ":request_id", ev->request_id);
	bind_text(s, ":address", ev->address);
	bind_text(s, ":user_agent", ev->user_agent);
	e = stmt_run(s, &changes);
	*done = e == ERR_OK && changes > 0;
	return e;
}

static enum err
count_quickly(struct db *db, const struct audit_event *ev,
    const struct key *k, bool *done)
{
	enum err	 e;

	if ((e = db_begin_relaxed(db)) != ERR_OK)
		return e;
	return db_end(db, count(db, ev, k, done));
}

enum { F_ACTION, F_STATUS, F_ACTOR, F_TENANT, F_PROJECT, F_OPENED, F_LAST,
	F_COUNT, F_MESSAGE, F_REQUEST, F_ADDRESS, F_AGENT, F__MAX };

/*
 * Inside a transaction: takes one counter that was opened before "since" (of
 * "k", or any), and appends its row.  ERR_NOTFOUND when there is none.
 */
static enum err
close_one(struct db *db, const struct key *k, const char *since)
{
	struct stmt		*s = db_stmt(db, STMT_AUDIT_FLOOD_TAKE);
	char			*col[F__MAX] = { NULL };
	struct audit_event	 ev = { 0 };
	struct audit_place	 at = { 0 };
	enum err		 e;

	stmt_text(s, ":since", since);
	if (k != NULL)
		bind_key(s, k);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	at.count = stmt_col_int(s, F_COUNT);
	for (int i = 0; i < F__MAX; i++)
		if ((col[i] = stmt_col_dup(s, i)) == NULL)
			e = ERR_NOMEM;
	if (e == ERR_OK && (e = stmt_run(s, NULL)) == ERR_OK && at.count > 0) {
		ev = (struct audit_event){ .action = col[F_ACTION],
		    .status = col[F_STATUS], .actor = col[F_ACTOR],
		    .tenant = col[F_TENANT], .project = col[F_PROJECT],
		    .message = col[F_MESSAGE], .request_id = col[F_REQUEST],
		    .address = col[F_ADDRESS], .user_agent = col[F_AGENT] };
		at.first_at = col[F_OPENED];
		at.last_at = col[F_LAST];
		e = insert(db, &ev, &at);
	}
	for (int i = 0; i < F__MAX; i++)
		free(col[i]);
	return e;
}

/* The first of its minute: a row, and a counter for what follows. */
static enum err
open_flood(struct db *db, const struct audit_event *ev, const struct key *k)
{
	char		 now[TIME_RFC3339_MS_SIZE];
	struct stmt	*s;
	bool		 done = false;
	enum err	 e;

	/* Another process may have been faster. */
	if ((e = count(db, ev, k, &done)) != ERR_OK || done)
		return e;
	time_rfc3339_ms(time_now_ms(), now);
	if ((e = close_one(db, k, now)) != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if ((e = audit_append_in(db, ev)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_AUDIT_FLOOD_OPEN);
	bind_key(s, k);
	stmt_text(s, ":now", now);
	return stmt_run(s, NULL);
}

enum err
audit_append(struct db *db, const struct audit_event *ev)
{
	struct key	 k;
	bool		 done = false;
	enum err	 e;

	if (ev->fold) {
		if ((e = make_key(db, ev, &k)) != ERR_OK ||
		    (e = count_quickly(db, ev, &k, &done)) != ERR_OK || done)
			return e;
	}
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	return db_end(db, ev->fold ? open_flood(db, ev, &k) :
	    audit_append_in(db, ev));
}

static enum err
next_due(struct db *db, int64_t *next_ms)
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_FLOOD_NEXT);
	int64_t		 at, left;
	enum err	 e;

	*next_ms = -1;
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	if (!stmt_col_null(s, 0) &&
	    time_parse_rfc3339(stmt_col_text(s, 0), &at) == ERR_OK) {
		left = at + AUDIT_FOLD_MS - time_now_ms();
		*next_ms = left < 0 ? 0 : left;
	}
	stmt_reset(s);
	return ERR_OK;
}

enum err
audit_floods_close(struct db *db, int64_t *next_ms)
{
	char		 since[TIME_RFC3339_MS_SIZE];
	enum err	 e;

	/* A read first: most of the time nothing is due. */
	if ((e = next_due(db, next_ms)) != ERR_OK || *next_ms != 0)
		return e;
	time_rfc3339_ms(time_now_ms() - AUDIT_FOLD_MS, since);
	if ((e = db_begin(db)) != ERR_OK)
		return e;
	for (int i = 0; i < CLOSE_BATCH && e == ERR_OK; i++)
		e = close_one(db, NULL, since);
	if ((e = db_end(db, e == ERR_NOTFOUND ? ERR_OK : e)) != ERR_OK)
		return e;
	return next_due(db, next_ms);
}

/* --- reading ---------------------------------------------------------------*/

/* Texts of a row, in the order of the statements; after "count". */
#define ROW_TEXTS(r) { &(r)->event_id, &(r)->created_at, &(r)->action, \
	&(r)->status, &(r)->actor, &(r)->tenant, &(r)->project, \
	&(r)->artifact_name, &(r)->artifact_version, &(r)->message, \
	&(r)->event_sha256, &(r)->prev_sha256, &(r)->line }

static bool
read_row(struct stmt *s, struct audit_row *r)
{
	char	**text[] = ROW_TEXTS(r);
	bool	 ok = true;

	memset(r, 0, sizeof(*r));
	r->seq = stmt_col_int(s, 0);
	r->count = stmt_col_int(s, 1);
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		*text[i] = stmt_col_dup(s, (int)i + 2);
		ok = ok && *text[i] != NULL;
	}
	return ok;
}

static enum err
read_rows(struct stmt *s, struct audit_row **out, size_t *n)
{
	struct audit_row	*rows = NULL;
	size_t			 have = 0, room = 0;
	enum err		 e;

	*out = NULL;
	*n = 0;
	while ((e = stmt_step(s)) == ERR_OK) {
		if ((e = grow(&rows, have, &room, sizeof(*rows))) != ERR_OK)
			break;
		if (!read_row(s, &rows[have++])) {
			e = ERR_NOMEM;
			break;
		}
	}
	if (e != ERR_NOTFOUND) {
		stmt_reset(s);
		audit_rows_free(rows, have);
		return e;
	}
	*out = rows;
	*n = have;
	return ERR_OK;
}

enum err
audit_list(struct db *db, const struct audit_query *q,
    struct audit_row **out, size_t *n)
{
	bool		 action = q->tenant != NULL && q->action != NULL;
	enum stmt_id	 id = STMT_AUDIT_LIST;
	struct stmt	*s;

	if (action)
		id = STMT_AUDIT_LIST_ACTION;
	else if (q->tenant != NULL)
		id = q->project != NULL ? STMT_AUDIT_LIST_PROJECT :
		    STMT_AUDIT_LIST_TENANT;
	s = db_stmt(db, id);
	if (q->tenant != NULL)
		stmt_text(s, ":tenant", q->tenant);
	if (action || id == STMT_AUDIT_LIST_PROJECT)
		stmt_text(s, ":project", q->project);
	stmt_text(s, ":action", q->action);
	stmt_text(s, ":status", q->status);
	stmt_text(s, ":actor", q->actor);
	stmt_text(s, ":since", q->since);
	stmt_text(s, ":until", q->until);
	stmt_int(s, ":before", q->before > 0 ? q->before : INT64_MAX);
	stmt_int(s, ":limit", q->limit > 0 ? q->limit : -1);
	return read_rows(s, out, n);
}

enum err
audit_from(struct db *db, int64_t seq, int64_t limit,
    struct audit_row **out, size_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_FROM);

	stmt_int(s, ":seq", seq);
	stmt_int(s, ":limit", limit);
	return read_rows(s, out, n);
}

void
audit_rows_free(struct audit_row *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char	**text[] = ROW_TEXTS(&r[i]);

		for (size_t k = 0; k < sizeof(text) / sizeof(text[0]); k++)
			free(*text[k]);
	}
	free(r);
}

/* --- seals -----------------------------------------------------------------*/

enum err
audit_sealed(struct db *db, int64_t *n)
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_SEALED);
	enum err	 e;

	if ((e = stmt_step(s)) == ERR_OK) {
		*n = stmt_col_int(s, 0);
		stmt_reset(s);
	}
	return e;
}

enum err
audit_seal_add(struct db *db, int64_t n, const char *line)
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_SEAL_ADD);

	stmt_int(s, ":count", n);
	stmt_text(s, ":line", line);
	return stmt_run(s, NULL);
}

enum err
audit_seal_get(struct db *db, int64_t n, int64_t *covers, char **line)
{
	struct stmt	*s = db_stmt(db, STMT_AUDIT_SEAL_GET);
	enum err	 e;

	stmt_int(s, ":count", n);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	*covers = stmt_col_int(s, 0);
	*line = stmt_col_dup(s, 1);
	stmt_reset(s);
	return *line == NULL ? ERR_NOMEM : ERR_OK;
}
