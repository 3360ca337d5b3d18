#include "domain/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "domain/decision.h"
#include "domain/select_impl.h"
#include "domain/select_judge.h"
#include "store/store_shape.h"

#define JSON_MAX	((size_t)32 * 1024)	/* reasons of a candidate */
#define PAGE		32	/* records read at a time */
/* Records of one form that are looked at for one that was not taken back. */
#define LOOK_MAX	1000

/* A form of record after its judgement. */
struct	form {
	int64_t	 id, score, records, last_seq;
	bool	 accepted;
	/* It failed on what the judgement of others rests on: see below. */
	char	*failed;	/* JSON; owned */
};

struct	work {
	struct db			*db;
	const struct select_query	*q;
	struct judge			*judge;
	struct selection		*sel;
	struct form			*form;
	size_t				 nforms, room;
	struct diag			*d;
};

/* --- lists as the index has them ------------------------------------------------*/

struct	texts {
	const char	**v;
	size_t		  n, room;
	char		 *copy;
};

/* ["a","b"]: names of profiles and codes, which need no escapes. */
static enum err
split(const char *json, struct texts *t)
{
	enum err	 e;
	char		*p;

	t->n = 0;
	if ((t->copy = strdup(json)) == NULL)
		return ERR_NOMEM;
	for (p = t->copy; (p = strchr(p, '"')) != NULL;) {
		char	*end = strchr(p + 1, '"');

		if (end == NULL)
			break;
		*end = '\0';
		if ((e = grow(&t->v, t->n, &t->room, sizeof(*t->v))) !=
		    ERR_OK)
			return e;
		t->v[t->n++] = p + 1;
		p = end + 1;
	}
	return ERR_OK;
}

static void
texts_clear(struct texts *t)
{
	free(t->copy);
	free(t->v);
}

/* --- judging forms --------------------------------------------------------------*/

static enum err
add_form(struct work *w, const struct shape *sh, const struct judgement *j)
{
	struct form	*f;
	int64_t		 records = sh->records, last = sh->last_seq;
	enum err	 e;

	if ((e = grow(&w->form, w->nforms, &w->room, sizeof(*f))) != ERR_OK)
		return e;
	f = &w->form[w->nforms];
	*f = (struct form){ .id = sh->id, .score = j->score,
	    .records = records, .last_seq = last,
	    .accepted = j->nviolations == 0 };
	if (strcmp(sh->failed, "[]") != 0 &&
	    (f->failed = strdup(sh->failed)) == NULL)
		return ERR_NOMEM;
	w->nforms++;
	return ERR_OK;
}

static enum err
judge_form(const struct shape *sh, void *arg)
{
	struct work		*w = arg;
	struct texts		 t[3] = { { 0 } };
	struct judgement	 j;
	struct judge_claim	 c = { .status = sh->status,
		.required_passed = sh->required_passed,
		.required_failed = sh->required_failed };
	enum err		 e;

	if ((e = split(sh->supported, &t[0])) == ERR_OK &&
	    (e = split(sh->failed, &t[1])) == ERR_OK &&
	    (e = split(sh->codes, &t[2])) == ERR_OK) {
		c.supported = (struct history_list){ t[0].v, t[0].n };
		c.failed = (struct history_list){ t[1].v, t[1].n };
		c.codes = (struct history_list){ t[2].v, t[2].n };
		judge_record(w->judge, &c, &j);
		e = add_form(w, sh, &j);
	}
	for (int i = 0; i < 3; i++)
		texts_clear(&t[i]);
	return e;
}

/* Those of the version that was asked for. */
static enum err
keep_version(struct work *w)
{
	size_t		 kept = 0;
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < w->nforms && e == ERR_OK; i++) {
		struct form	 f = w->form[i];

		e = store_shape_of_version(w->db, f.id, w->q->version,
		    &f.records, &f.last_seq);
		/* Forms without one stay, to see what failed later. */
		w->form[i] = f;
		kept += f.records > 0;
	}
	if (e == ERR_OK && kept == 0)
		return ERR_NOTFOUND;
	return e;
}

static int
best_first(const void *a, const void *b)
{
	const struct form	*x = a, *y = b;

	if (x->accepted != y->accepted)
		return y->accepted - x->accepted;
	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->last_seq < y->last_seq ? 1 : -(x->last_seq > y->last_seq);
}

/* --- records ------------------------------------------------------------------*/

static enum err
corrupt(struct work *w, const struct history_row *r, const char *what)
{
	return diag_set(w->d, ERR_CORRUPT, NULL, "record %lld of %s: %s; run "
	    "\"bpfcompat history verify\"", (long long)r->seq,
	    w->q->chain[0] == '\0' ? "the history" : w->q->chain, what);
}

static void
reasons_json(const struct judgement *j, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; i < j->nreasons; i++) {
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "type", j->reason[i].type);
		jsonw_int(&w, "weight", j->reason[i].weight);
		jsonw_str(&w, "details", j->reason[i].details);
		jsonw_end(&w);
	}
	jsonw_end(&w);
}

static void
violations_json(const struct judgement *j, bool codes, struct buf *out)
{
	struct jsonw	 w;

	jsonw_init(&w, out, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	for (size_t i = 0; i < j->nviolations; i++)
		jsonw_str(&w, NULL, codes ? j->violation[i].code :
		    j->violation[i].text);
	jsonw_end(&w);
}

static void
candidate_clear(struct select_candidate *c)
{
	free(c->ref.run_id);
	free(c->version);
	free(c->variant);
	free(c->status);
	free(c->created_at);
	buf_clear(&c->reasons);
	buf_clear(&c->violations);
	buf_clear(&c->codes);
}

static const char *
text(const char *s)
{
	return s == NULL ? "" : s;
}

static enum err
fill(struct select_candidate *c, const char *chain,
    const struct history_row *r, const struct history_record *rec,
    const struct judgement *j)
{
	memset(c, 0, sizeof(*c));
	buf_init(&c->reasons, JSON_MAX);
	buf_init(&c->violations, JSON_MAX);
	buf_init(&c->codes, JSON_MAX);
	snprintf(c->ref.chain, sizeof(c->ref.chain), "%s", chain);
	c->ref.seq = r->seq;
	snprintf(c->ref.record_sha256, SHA256_HEX_SIZE, "%s",
	    r->record_sha256);
	snprintf(c->ref.artifact_sha256, SHA256_HEX_SIZE, "%s", r->sha256);
	c->ref.run_id = strdup(r->run_id);
	c->version = strdup(text(rec->artifact_version));
	c->variant = strdup(text(rec->artifact_variant));
	c->status = strdup(text(rec->summary_status));
	c->created_at = strdup(r->created_at);
	c->score = j->score;
	c->accepted = j->nviolations == 0;
	snprintf(c->evidence, sizeof(c->evidence), "%s", j->evidence);
	snprintf(c->evidence_profile, sizeof(c->evidence_profile), "%s",
	    j->profile);
	reasons_json(j, &c->reasons);
	violations_json(j, false, &c->violations);
	violations_json(j, true, &c->codes);
	return c->ref.run_id == NULL || c->version == NULL ||
	    c->variant == NULL || c->status == NULL ||
	    c->created_at == NULL ? ERR_NOMEM : buf_err(&c->reasons);
}

/* The row, as its signed line says it. */
static enum err
read_record(const struct history_row *r, struct history_entry *h)
{
	char		 digest[SHA256_HEX_SIZE];
	enum err	 e;

	if ((e = history_parse(r->line, strlen(r->line), h, NULL)) != ERR_OK)
		return e == ERR_NOMEM ? e : ERR_CORRUPT;
	e = history_digest(&h->rec, h->style, digest);
	if (e == ERR_OK && (strcmp(digest, r->record_sha256) != 0 ||
	    strcmp(text(h->rec.record_sha256), r->record_sha256) != 0 ||
	    strcmp(text(h->rec.artifact_sha256), r->sha256) != 0 ||
	    strcmp(text(h->rec.artifact_name), r->name) != 0 ||
	    strcmp(text(h->rec.artifact_version), r->version) != 0 ||
	    strcmp(text(h->rec.run_id), r->run_id) != 0))
		e = ERR_CORRUPT;
	if (e != ERR_OK)
		history_entry_free(h);
	return e;
}

/*
 * The same object ran again, and failed on what this record passed: the
 * newer word counts.
 */
static enum err
failed_since(struct work *w, const struct history_row *r,
    struct judgement *j)
{
	char		 quoted[PROFILE_ID_MAX + 3];
	bool		 yes = false;
	enum err	 e = ERR_OK;

	if (j->profile[0] == '\0')
		return ERR_OK;
	snprintf(quoted, sizeof(quoted), "\"%s\"", j->profile);
	for (size_t i = 0; i < w->nforms && e == ERR_OK && !yes; i++)
		if (w->form[i].failed != NULL &&
		    strstr(w->form[i].failed, quoted) != NULL)
			e = store_shape_object_after(w->db, w->form[i].id,
			    r->sha256, r->seq, &yes);
	if (e == ERR_OK && yes)
		judge_reject(j, "failed_since", "the same object failed on "
		    "%s in a later run", j->profile);
	return e;
}

static enum err
taken_back(struct work *w, const struct history_row *r, struct judgement *j)
{
	bool		 yes = false;
	enum err	 e;

	if (w->q->chain[0] == '\0')
		return ERR_OK;
	e = store_version_yanked_after(w->db, w->q->chain, r->name,
	    r->version, r->seq, &yes);
	if (e == ERR_OK && yes)
		judge_reject(j, "yanked", "this version was taken back");
	return e;
}

/* Judged by its own line; that of its form has to be the same. */
static enum err
judge_row(struct work *w, const struct form *f, const struct history_row *r,
    struct select_candidate *c)
{
	struct history_entry	 h;
	struct judgement	 j;
	enum err		 e;

	if ((e = read_record(r, &h)) != ERR_OK)
		return e != ERR_CORRUPT ? e : corrupt(w, r, "its line is not "
		    "what its columns say");
	judge_record(w->judge, &(struct judge_claim){
	    .status = text(h.rec.summary_status),
	    .required_passed = h.rec.required_passed,
	    .required_failed = h.rec.required_failed,
	    .supported = h.rec.supported_profiles,
	    .failed = h.rec.failed_profiles,
	    .codes = h.rec.classification_codes }, &j);
	if (j.score != f->score || (j.nviolations == 0) != f->accepted)
		e = corrupt(w, r, "it was indexed as something else");
	if (e == ERR_OK && f->accepted && (e = failed_since(w, r, &j)) ==
	    ERR_OK)
		e = taken_back(w, r, &j);
	if (e == ERR_OK && (e = fill(c, w->q->chain, r, &h.rec, &j)) !=
	    ERR_OK)
		candidate_clear(c);
	history_entry_free(&h);
	return e;
}

/* --- lists --------------------------------------------------------------------*/

struct	list {
	struct select_candidate	*v;
	size_t			 n, room;
};

static enum err
put(struct list *l, struct select_candidate *c)
{
	enum err	 e = grow(&l->v, l->n, &l->room, sizeof(*l->v));

	if (e == ERR_OK)
		l->v[l->n++] = *c;
	else
		candidate_clear(c);
	return e;
}

/* Up to "want" of a form, newest first; others go to the rejected. */
static enum err
take_form(struct work *w, const struct form *f, size_t want,
    struct list *good, struct list *bad)
{
	const char		*v = w->q->version;
	struct shape_page	 p = { w->q->chain, f->id,
		v != NULL && v[0] != '\0' ? v : NULL, INT64_MAX, PAGE };
	struct select_candidate	 c;
	struct history_row	*rows;
	size_t			 n, looked = 0, taken = 0;
	enum err		 e = ERR_OK;

	do {
		p.limit = want - taken < PAGE ? (int64_t)(want - taken) :
		    PAGE;
		if ((e = store_shape_records(w->db, &p, &rows, &n)) != ERR_OK)
			return e;
		looked += n;
		for (size_t i = 0; i < n && e == ERR_OK; i++) {
			p.before = rows[i].seq;
			if ((e = judge_row(w, f, &rows[i], &c)) != ERR_OK)
				break;
			taken += c.accepted == f->accepted;
			if (f->accepted && !c.accepted)
				w->sel->total_accepted--;
			e = put(c.accepted ? good : bad, &c);
		}
		history_rows_free(rows, n);
	} while (e == ERR_OK && (int64_t)n == p.limit && taken < want &&
	    looked < LOOK_MAX);
	return e;
}

static int
newest_first(const void *a, const void *b)
{
	const struct select_candidate	*x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->ref.seq < y->ref.seq ? 1 : -(x->ref.seq > y->ref.seq);
}

/*
 * Of the forms with one score the newest records, whatever their form; then
 * those of the next score, until the list is full.
 */
static enum err
take_all(struct work *w, bool accepted, size_t max, struct list *good,
    struct list *bad)
{
	struct list	*mine = accepted ? good : bad;
	size_t		 i = 0, want;
	int64_t		 score;
	enum err	 e = ERR_OK;

	while (e == ERR_OK && i < w->nforms && mine->n < max) {
		score = w->form[i].score;
		want = max - mine->n;
		for (; i < w->nforms && e == ERR_OK &&
		    (w->form[i].score == score ||
		    w->form[i].accepted != accepted); i++)
			if (w->form[i].accepted == accepted &&
			    w->form[i].records > 0)
				e = take_form(w, &w->form[i], want, good,
				    bad);
	}
	return e;
}

static void
cut(struct list *l, size_t max, struct select_candidate **v, size_t *n)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), newest_first);
	while (l->n > max)
		candidate_clear(&l->v[--l->n]);
	*v = l->v;
	*n = l->n;
}

static enum err
take(struct work *w)
{
	struct selection	*s = w->sel;
	size_t			 max = w->q->limit <= 0 ||
		w->q->limit > SELECT_LIST_MAX ? SELECT_LIST_MAX :
		(size_t)w->q->limit;
	struct list		 good = { 0 }, bad = { 0 };
	enum err		 e;

	for (size_t i = 0; i < w->nforms; i++) {
		s->reviewed += w->form[i].records;
		if (w->form[i].accepted)
			s->total_accepted += w->form[i].records;
	}
	e = take_all(w, true, max, &good, &bad);
	if (e == ERR_OK)
		e = take_all(w, false, SELECT_REJECTED_MAX, &good, &bad);
	cut(&good, max, &s->accepted, &s->naccepted);
	cut(&bad, SELECT_REJECTED_MAX, &s->rejected, &s->nrejected);
	return e;
}

/* --- the whole ----------------------------------------------------------------*/

static enum err
start(struct work *w)
{
	const struct select_query	*q = w->q;
	struct selection		*s = calloc(1, sizeof(*s));
	struct jsonw			 j;

	if ((w->sel = s) == NULL)
		return ERR_NOMEM;
	buf_init(&s->policy, JSON_MAX);
	host_hint(q->host, s->hint);
	s->name = strdup(q->name);
	s->version = strdup(q->version == NULL ? "" : q->version);
	s->target_profile = strdup(q->target_profile == NULL ? "" :
	    q->target_profile);
	if (select_policy_constrains(q->policy)) {
		jsonw_init(&j, &s->policy, JSONW_COMPACT);
		select_policy_json(&j, NULL, q->policy);
	}
	return s->name == NULL || s->version == NULL ||
	    s->target_profile == NULL ? ERR_NOMEM : judge_new(q, &w->judge);
}

static enum err
unknown(struct diag *d, const struct select_query *q, bool version)
{
	enum err	 e;

	if (version)
		e = diag_set(d, ERR_NOTFOUND, "version", "no record of "
		    "\"%.200s\" has the version \"%.200s\"", q->name,
		    q->version);
	else
		e = diag_set(d, ERR_NOTFOUND, "artifact_name",
		    "no artifact versions found for \"%.200s\"", q->name);
	diag_word(d, version ? "version_unknown" : "artifact_unknown");
	return e;
}

/* Up to three of the best that were rejected, in the error's own words. */
static enum err
none_acceptable(const struct selection *s, struct diag *d)
{
	char	 text[DIAG_MSG_MAX];
	size_t	 n = 0;
	enum err e;

	text[0] = '\0';
	for (size_t i = 0; i < s->nrejected && i < 3 &&
	    n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s %.64s (run %.64s): %.200s", i == 0 ? "" : ";",
		    s->rejected[i].version, s->rejected[i].ref.run_id,
		    buf_str(&s->rejected[i].violations));
	e = diag_set(d, ERR_WRONGSTATE, NULL, "no version of \"%.120s\" is "
	    "acceptable for this host:%.800s", s->name, text);
	diag_word(d, "no_acceptable_candidate");
	return e;
}

enum err
select_run(struct db *db, const struct select_query *q,
    struct selection **sel, struct diag *d)
{
	struct work	 w = { .db = db, .q = q, .d = d };
	bool		 version = q->version != NULL &&
			    q->version[0] != '\0';
	enum err	 e;

	*sel = NULL;
	if ((e = start(&w)) == ERR_OK)
		e = store_shapes(db, q->chain, q->name, judge_form, &w);
	if (e == ERR_OK && w.nforms == 0)
		e = unknown(d, q, false);
	if (e == ERR_OK && version && (e = keep_version(&w)) == ERR_NOTFOUND)
		e = unknown(d, q, true);
	if (e == ERR_OK) {
		qsort(w.form, w.nforms, sizeof(*w.form), best_first);
		if ((e = take(&w)) == ERR_OK && w.sel->naccepted == 0)
			e = none_acceptable(w.sel, d);
	}
	for (size_t i = 0; i < w.nforms; i++)
		free(w.form[i].failed);
	free(w.form);
	judge_free(w.judge);
	if (e == ERR_OK || e == ERR_WRONGSTATE)
		*sel = w.sel;
	else
		selection_free(w.sel);
	return e;
}

void
selection_free(struct selection *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->naccepted; i++)
		candidate_clear(&s->accepted[i]);
	for (size_t i = 0; i < s->nrejected; i++)
		candidate_clear(&s->rejected[i]);
	free(s->accepted);
	free(s->rejected);
	buf_clear(&s->policy);
	free(s->name);
	free(s->version);
	free(s->target_profile);
	free(s);
}

const struct select_candidate *
selection_chosen(const struct selection *s)
{
	return s != NULL && s->naccepted > 0 ? &s->accepted[0] : NULL;
}

void
selection_decided(const struct selection *s, enum err result,
    struct decision *d)
{
	const struct select_candidate	*c = selection_chosen(s);

	d->kind = DECISION_SELECT;
	d->outcome = result == ERR_OK ? DECISION_ALLOW :
	    result == ERR_WRONGSTATE || result == ERR_NOTFOUND ?
	    DECISION_DENY : DECISION_ERROR;
	if (c == NULL)
		return;
	d->version = c->version;
	d->variant = c->variant;
	d->chain = c->ref.chain;
	d->record_seq = c->ref.seq;
	d->record_sha256 = c->ref.record_sha256;
	d->run_id = c->ref.run_id;
	d->sha256 = c->ref.artifact_sha256;
}

enum err
select_resolve(struct db *db, const struct select_ref *ref,
    struct history_row **rows, size_t *n, struct diag *d)
{
	struct history_entry	 h;
	const struct history_row *r;
	enum err		 e;

	if ((e = store_history_at(db, ref->chain, ref->seq, rows, n)) !=
	    ERR_OK)
		return e;
	if (*n == 0)
		return diag_set(d, ERR_NOTFOUND, NULL, "the record that was "
		    "selected is not in the history");
	r = &(*rows)[0];
	if ((e = read_record(r, &h)) == ERR_OK) {
		history_entry_free(&h);
		if (strcmp(r->record_sha256, ref->record_sha256) != 0 ||
		    strcmp(r->sha256, ref->artifact_sha256) != 0 ||
		    strcmp(r->run_id, ref->run_id == NULL ? "" :
		    ref->run_id) != 0)
			e = ERR_CORRUPT;
	}
	if (e == ERR_OK)
		return ERR_OK;
	history_rows_free(*rows, *n);
	*rows = NULL;
	*n = 0;
	return e != ERR_CORRUPT ? e : diag_set(d, e, NULL, "the record in "
	    "the history is not the one that was selected");
}
