#include "domain/audit_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "store/audit_line.h"

/* Two digests, a time, a key and a signature are about 500 bytes. */
#define SEAL_MAX	2048
/* Events read at a time. */
#define PAGE		1000

/* --- seals -----------------------------------------------------------------*/

static enum err
write_seal(const struct audit_seal *s, bool sealed, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_CANONICAL);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", AUDIT_SEAL_SCHEMA);
	jsonw_int(&w, "count", s->count);
	jsonw_str(&w, "event_sha256", s->event_sha256);
	jsonw_str(&w, "signed_at", s->signed_at);
	if (sealed)
		history_seal_write(&w, &s->seal);
	jsonw_end(&w);
	return buf_err(out);
}

enum err
audit_seal_sign(struct audit_seal *s, history_sign_fn sign, void *arg,
    struct buf *line, struct diag *d)
{
	struct buf	 b = BUF_INIT(SEAL_MAX);
	enum err	 e;

	time_rfc3339(time_now_ms(), s->signed_at);
	if ((e = write_seal(s, false, &b)) == ERR_OK &&
	    (e = sign(arg, b.data, b.len, &s->seal, d)) == ERR_OK)
		e = write_seal(s, true, line);
	buf_clear(&b);
	return e;
}

/* Writing it again has to give the same bytes, so nothing else is in it. */
static bool
same_bytes(const struct audit_seal *s, const char *line, size_t len)
{
	struct buf	 b = BUF_INIT(SEAL_MAX);
	bool		 same;

	same = write_seal(s, true, &b) == ERR_OK && b.len == len &&
	    memcmp(b.data, line, len) == 0;
	buf_clear(&b);
	return same;
}

enum err
audit_seal_read(const char *line, size_t len, const struct history_trust *t,
    struct audit_seal *s, struct diag *d)
{
	struct buf	 b = BUF_INIT(SEAL_MAX);
	struct jval	*doc = NULL;
	enum err	 e;

	memset(s, 0, sizeof(*s));
	if (len > SEAL_MAX || jval_parse(line, len, &doc, NULL) != ERR_OK)
		return diag_set(d, ERR_CORRUPT, NULL, "the seal is no JSON");
	s->count = jval_get_int(doc, "count", -1);
	jval_copy_str(doc, "event_sha256", s->event_sha256,
	    sizeof(s->event_sha256));
	jval_copy_str(doc, "signed_at", s->signed_at, sizeof(s->signed_at));
	history_seal_read(doc, &s->seal);
	jval_free(doc);
	if (!same_bytes(s, line, len))
		return diag_set(d, ERR_CORRUPT, NULL, "the seal is not as its "
		    "writer wrote it");
	e = write_seal(s, false, &b);
	if (e == ERR_OK && !history_trust_verifies(t, &s->seal, b.data,
	    b.len))
		e = diag_set(d, ERR_CORRUPT, NULL,
		    "the seal is not signed by a trusted key");
	buf_clear(&b);
	return e;
}

/* --- the whole stream ----------------------------------------------------------*/

struct	walk {
	struct db			*db;
	const struct history_trust	*trust;
	audit_problem_fn		 tell;
	void				*arg;
	struct audit_sum		*sum;
	char				 prev[SHA256_HEX_SIZE];
	int64_t				 next_seal;
	char				*seal_line;	/* NULL: none is left */
};

/* Columns are for queries; what was written down is in the line. */
static const char *
check_columns(const struct audit_row *r)
{
	const struct {
		const char	*key, *column;
	} pairs[] = {
		{ "event_id", r->event_id }, { "created_at", r->created_at },
		{ "action", r->action }, { "status", r->status },
		{ "actor", r->actor }, { "tenant", r->tenant },
		{ "project", r->project },
		{ "artifact_name", r->artifact_name },
		{ "artifact_version", r->artifact_version },
		{ "message", r->message },
		{ "prev_event_sha256", r->prev_sha256 },
	};
	struct jval	*doc = NULL;
	const char	*problem = NULL;

	if (jval_parse(r->line, strlen(r->line), &doc, NULL) != ERR_OK)
		return "the event is no JSON";
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(jval_get_str(doc, pairs[i].key, ""),
		    pairs[i].column) != 0)
			problem = "the columns do not say what the event says";
	if (jval_get_int(doc, "count", 1) != r->count)
		problem = "the columns do not say what the event says";
	if (jval_get_int(doc, "seq", -1) != r->seq)
		problem = "the event has another place in the stream";
	jval_free(doc);
	return problem;
}

static const char *
check_event(struct walk *w, const struct audit_row *r)
{
	char		 computed[SHA256_HEX_SIZE], claimed[SHA256_HEX_SIZE];
	const char	*problem = NULL;

	if (audit_line_digest(r->line, strlen(r->line), computed, claimed) !=
	    ERR_OK || strcmp(computed, claimed) != 0 ||
	    strcmp(computed, r->event_sha256) != 0)
		problem = "the event was changed: its digest is another";
	else if (r->seq != w->sum->events)
		problem = "events are missing before this one";
	else if (strcmp(r->prev_sha256, w->prev) != 0)
		problem = "the event before is not the one it names";
	else
		problem = check_columns(r);
	snprintf(w->prev, sizeof(w->prev), "%s", r->event_sha256);
	return problem;
}

static enum err
load_seal(struct walk *w, int64_t from)
{
	enum err	 e;

	free(w->seal_line);
	w->seal_line = NULL;
	e = audit_seal_get(w->db, from, &w->next_seal, &w->seal_line);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* "digest" is that of the event a seal ends with, NULL: it is not there. */
static enum err
check_seal(struct walk *w, const char *digest)
{
	struct diag		 d = DIAG_INIT;
	struct audit_seal	 s;
	int64_t			 covers = w->next_seal;
	enum err		 e;

	w->sum->seals++;
	e = audit_seal_read(w->seal_line, strlen(w->seal_line), w->trust, &s,
	    &d);
	if (e == ERR_OK && s.count != covers)
		e = diag_set(&d, ERR_CORRUPT, NULL,
		    "the seal is about another length");
	if (e == ERR_OK && digest == NULL)
		e = diag_set(&d, ERR_CORRUPT, NULL, "the stream was longer "
		    "when this was signed: its end is missing");
	if (e == ERR_OK && strcmp(s.event_sha256, digest) != 0)
		e = diag_set(&d, ERR_CORRUPT, NULL, "this event is not the "
		    "one that was sealed");
	if (e == ERR_OK)
		w->sum->sealed = covers;
	else if (e == ERR_CORRUPT) {
		w->sum->failed_seals++;
		e = w->tell(covers, d.msg, w->arg);
	} else
		return e;
	if (e != ERR_OK || covers < INT64_MAX)
		return e == ERR_OK ? load_seal(w, covers + 1) : e;
	free(w->seal_line);
	w->seal_line = NULL;
	return ERR_OK;
}

static enum err
walk_page(struct walk *w, const struct audit_row *r, size_t n)
{
	const char	*problem;
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		w->sum->events++;
		if ((problem = check_event(w, &r[i])) != NULL) {
			w->sum->failed++;
			e = w->tell(r[i].seq, problem, w->arg);
		}
		while (e == ERR_OK && w->seal_line != NULL &&
		    w->next_seal <= r[i].seq)
			e = check_seal(w, w->next_seal == r[i].seq ?
			    r[i].event_sha256 : NULL);
	}
	return e;
}

enum err
audit_check(struct db *db, const struct history_trust *t,
    audit_problem_fn tell, void *arg, struct audit_sum *sum)
{
	struct walk		 w = { .db = db, .trust = t, .tell = tell,
				    .arg = arg, .sum = sum };
	struct audit_row	*r = NULL;
	int64_t			 from = INT64_MIN;
	size_t			 n = 0;
	enum err		 e;

	memset(sum, 0, sizeof(*sum));
	/* Also one whose length was changed into none. */
	e = load_seal(&w, INT64_MIN);
	while (e == ERR_OK && (e = audit_from(db, from, PAGE, &r, &n)) ==
	    ERR_OK && n > 0) {
		from = r[n - 1].seq;
		e = walk_page(&w, r, n);
		audit_rows_free(r, n);
		/* The last place there can be: nothing is behind it. */
		if (from == INT64_MAX)
			break;
		from++;
	}
	while (e == ERR_OK && w.seal_line != NULL)
		e = check_seal(&w, NULL);
	free(w.seal_line);
	return e;
}
