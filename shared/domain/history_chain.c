#include "domain/history_chain.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

/*
 * Records of a segment: long enough that its one extra digest does not
 * count, short enough that all cores have something to do to the end.
 */
#define SEGMENT		512
#define THREADS_MAX	64
/* Segments that may be ready before their turn, for each thread. */
#define AHEAD		4
/*
 * A chain that ends later was not written by us: 100 records a second for
 * 8 months.  Its places cannot all be looked at.
 */
#define CHAIN_MAX	((int64_t)1 << 31)
/* What visit() may write about a segment: some KB for each record. */
#define OUTPUT_MAX	((size_t)64 * 1024 * 1024)

/* --- one segment ------------------------------------------------------------------*/

struct	segment {
	struct db			*db;
	const struct history_walk	*walk;
	const struct history_trust	*trust;
	struct buf			 scratch;
	struct buf			*out;
	int64_t				 records, failed;
	int64_t				 next;	/* place that is expected */
	char				 prev[SHA256_HEX_SIZE];
	int				 order;	/* of the last key */
};

bool
history_columns_match(const struct history_row *r,
    const struct history_scan *sc)
{
	const struct { enum history_field f; const char *col; } row[] = {
		{ HISTORY_RUN_ID, r->run_id },
		{ HISTORY_CREATED_AT, r->created_at },
		{ HISTORY_ARTIFACT_NAME, r->name },
		{ HISTORY_ARTIFACT_VERSION, r->version },
		{ HISTORY_ARTIFACT_SHA256, r->sha256 },
		{ HISTORY_SUMMARY_STATUS, r->status },
		{ HISTORY_RECORD_SHA256, r->record_sha256 },
		{ HISTORY_PREV_RECORD_SHA256, r->prev_sha256 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (!history_scan_is(sc, row[i].f, row[i].col))
			return false;
	return true;
}

/* The place in the ring of the key a record names; 0: none. */
static int
order_of(const struct history_trust *t, const struct history_scan *sc)
{
	const struct history_key	*k;

	for (size_t i = 0; (k = history_trust_key(t, i)) != NULL; i++)
		if (k->order > 0 && history_scan_is(sc,
		    HISTORY_SIGNATURE_PUBLIC_KEY, k->pub64))
			return k->order;
	return 0;
}

/*
 * Where a record that does not follow the one before it comes from, when
 * the chain still tells.
 */
static enum err
explain_place(struct segment *s, const struct history_row *row,
    const struct history_scan *sc, struct history_verdict *v)
{
	char	 named[SHA256_HEX_SIZE];
	int64_t	 at;
	enum err e;

	e = store_history_find(s->db, s->walk->chain, v->computed, row->seq,
	    &at);
	if (e == ERR_OK)
		history_issue(v, HF_DUPLICATE, "it is a copy of record %lld",
		    (long long)at);
	else if (e != ERR_NOTFOUND)
		return e;
	if (!history_scan_text(sc, HISTORY_PREV_RECORD_SHA256, named,
	    sizeof(named)))
		return ERR_OK;
	e = store_history_find(s->db, s->walk->chain, named, row->seq - 1,
	    &at);
	if (e == ERR_OK)
		history_issue(v, HF_REORDERED, "it belongs after record %lld",
		    (long long)at);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
judge(struct segment *s, const struct history_row *row,
    const struct history_scan *sc, struct history_verdict *v)
{
	struct history_row	 named = *row;
	const char		*prev = row->seq == 1 ? NULL : s->prev;
	char			 own[SHA256_HEX_SIZE];
	int			 order;
	enum err		 e;

	if (row->seq == 1 && s->walk->chain[0] == '@' &&
	    row->prev_sha256[0] == '\0' && history_scan_text(sc,
	    HISTORY_PREV_RECORD_SHA256, own, sizeof(own)) && own[0] != '\0') {
		/* An imported piece: what was before it was left out. */
		prev = named.prev_sha256 = own;
		row = &named;
	}
	if ((e = history_verify_scan(sc, prev, s->trust, &s->scratch, v)) !=
	    ERR_OK)
		return e;
	if (row->seq != s->next)
		history_issue(v, HF_GAP,
		    "records are missing before this one");
	if (!history_columns_match(row, sc))
		history_issue(v, HF_COLUMNS,
		    "the row's columns are not what its record says");
	if ((order = order_of(s->trust, sc)) > 0 && order < s->order)
		history_issue(v, HF_KEY_ORDER, "it is signed by a key that "
		    "was replaced before the record in front of it");
	if (order > 0)
		s->order = order;
	return history_has(v, HF_PREV) ? explain_place(s, row, sc, v) :
	    ERR_OK;
}

static void
unreadable(const struct history_row *row, struct history_verdict *v)
{
	struct diag		 why = DIAG_INIT;
	enum history_fault	 f;

	memset(v, 0, sizeof(*v));
	v->key = -1;
	f = history_diagnose(row->line, strlen(row->line), &why);
	history_issue(v, f, "the record cannot be read: %.160s",
	    diag_text(&why));
}

static enum err
one_row(const struct history_row *row, void *arg)
{
	struct segment		*s = arg;
	struct history_verdict	 v;
	struct history_scan	 sc;
	char			 prev[SHA256_HEX_SIZE];
	struct history_link	 link = { row->seq, row, &sc, &v, prev };
	enum err		 e = ERR_OK;

	memcpy(prev, s->prev, sizeof(prev));
	if (history_scan(row->line, strlen(row->line), &sc)) {
		if ((e = judge(s, row, &sc, &v)) != ERR_OK)
			return e;
		memcpy(s->prev, v.computed, sizeof(s->prev));
	} else {
		/* Its column keeps the damage away from the next one. */
		unreadable(row, &v);
		link.scan = NULL;
		snprintf(s->prev, sizeof(s->prev), "%s", row->record_sha256);
	}
	s->next = row->seq + 1;
	s->records++;
	s->failed += !v.verified;
	return s->walk->visit == NULL ? ERR_OK : s->walk->visit(&link,
	    s->out, s->walk->arg);
}

/* The record before the segment: its digest and its key. */
static enum err
row_before(const struct history_row *row, void *arg)
{
	struct segment		*s = arg;
	struct history_scan	 sc;
	enum err		 e;

	s->next = row->seq + 1;
	if (!history_scan(row->line, strlen(row->line), &sc)) {
		snprintf(s->prev, sizeof(s->prev), "%s", row->record_sha256);
		return ERR_OK;
	}
	s->order = order_of(s->trust, &sc);
	buf_reset(&s->scratch);
	if ((e = history_scan_canonical(&sc, &s->scratch)) != ERR_OK)
		return e;
	return sha256_mem(s->scratch.data, s->scratch.len, s->prev);
}

static enum err
check_segment(struct segment *s, int64_t from, int64_t to)
{
	enum err	 e = ERR_OK;

	s->prev[0] = '\0';
	s->order = 0;
	s->next = 1;
	if (from > 1)
		e = store_history_each(s->db, s->walk->chain, from - 1,
		    from - 1, row_before, s);
	return e != ERR_OK ? e : store_history_each(s->db, s->walk->chain,
	    from, to, one_row, s);
}

/* --- the end ------------------------------------------------------------------------*/

static void
end_issue(struct history_sum *sum, enum history_fault f, const char *text)
{
	sum->end_fault = f;
	snprintf(sum->end_problem, sizeof(sum->end_problem), "%.250s", text);
}

static void
compare_end(struct history_sum *sum, int64_t last, const char *last_sha256)
{
	const struct history_head	*h = &sum->head;

	if (h->count == last && strcmp(h->record_sha256, last_sha256) == 0)
		return;
	sum->end_fault = h->count > last ? HF_TRUNCATED : h->count < last ?
	    HF_ADDED : HF_END_DIGEST;
	snprintf(sum->end_problem, sizeof(sum->end_problem), "the signed "
	    "end (%s) is record %lld, the chain here ends with %lld: records "
	    "were removed or added", h->signed_at, (long long)h->count,
	    (long long)last);
}

/* What the statement says about the keys has to be what the ring says. */
static void
compare_ring(struct history_sum *sum, const struct history_ring *ring)
{
	const struct history_head	*h = &sum->head;

	/* A chain may have ended before the ring began. */
	if (h->keys == 0 && ring->changes == 0)
		return;
	if (h->keys > ring->n)
		end_issue(sum, HF_RING_CUT, "statements about the keys were "
		    "removed: the signed end of the chain knows more");
	else if (h->keys != ring->n || strcmp(h->keys_sha256, ring->sha256) !=
	    0)
		end_issue(sum, HF_RING_FORGED, "the statements about the keys "
		    "are not those that the signed end of the chain knows");
	else if (strcmp(h->seal.public_key, ring->current) != 0)
		end_issue(sum, HF_HEAD_KEY, "the signed end of the chain is "
		    "not by the key that signs now");
}

static enum history_fault
judge_end(const char *chain, const struct history_last *last,
    const struct history_trust *trust, struct history_sum *sum)
{
	struct diag		 why = DIAG_INIT;
	enum history_fault	 f;

	f = history_head_read(last->head, strlen(last->head), trust,
	    &sum->head, &why);
	if (f != HF_NONE)
		end_issue(sum, f, diag_text(&why));
	else if (strcmp(sum->head.chain, chain) != 0)
		end_issue(sum, HF_HEAD_CHAIN,
		    "the signed end is that of another chain");
	else if (last->head_seq != sum->head.count)
		end_issue(sum, HF_HEAD_FORM, "the row of the signed end is "
		    "not what it says");
	else
		compare_end(sum, last->seq, last->sha256);
	return sum->end_fault;
}

enum err
history_end_check(struct db *db, const char *chain,
    const struct history_trust *trust, const struct history_ring *ring,
    struct history_sum *sum)
{
	struct history_last	 last;
	enum err		 e;

	memset(sum, 0, sizeof(*sum));
	if ((e = store_history_last(db, chain, &last)) != ERR_OK)
		return e;
	sum->records = last.seq;
	if (last.head == NULL && last.seq > 0)
		end_issue(sum, HF_HEAD_MISSING,
		    "the signed end of the chain is missing");
	else if (last.head != NULL && judge_end(chain, &last, trust, sum) ==
	    HF_NONE)
		compare_ring(sum, ring);
	if (sum->end_fault == HF_NONE && ring->fault != HF_NONE)
		end_issue(sum, ring->fault, ring->problem);
	history_last_clear(&last);
	return ERR_OK;
}

/*
 * The ends that were kept on the way.  They only shorten proofs, so one that
 * was altered makes nothing else fail; it shows here.
 */
struct	kept {
	const char			*chain;
	const struct history_trust	*trust;
	struct history_sum		*sum;
};

static enum err
kept_one(int64_t seq, const char *line, const char *record_sha256, void *arg)
{
	struct kept		*k = arg;
	struct history_head	 h;
	char			 text[120];

	if (k->sum->end_fault != HF_NONE || (history_head_read(line,
	    strlen(line), k->trust, &h, NULL) == HF_NONE &&
	    strcmp(h.chain, k->chain) == 0 && h.count == seq &&
	    strcmp(h.record_sha256, record_sha256) == 0))
		return ERR_OK;
	snprintf(text, sizeof(text), "the end that was kept for record %lld "
	    "is not what was signed", (long long)seq);
	end_issue(k->sum, HF_CHECKPOINT, text);
	return ERR_OK;
}

/* --- all segments --------------------------------------------------------------------*/

/* Output of a segment until its turn comes. */
struct	slot {
	struct buf	 out;
	bool		 done;
};

struct	pool {
	const struct history_walk	*walk;
	const struct history_trust	*trust;
	pthread_mutex_t			 lock;
	pthread_cond_t			 ready, room;
	int64_t				 last;	/* record */
	int64_t				 nsegs, claimed, shown;
	int64_t				 records, failed;
	int64_t				 nslots;
	struct slot			*slot;	/* of segment i: i % nslots */
	enum err			 err;
};

/* The next segment to work on; false at the end or after an error. */
static bool
claim(struct pool *p, int64_t *seg)
{
	bool	 more;

	pthread_mutex_lock(&p->lock);
	while (p->err == ERR_OK && p->claimed < p->nsegs &&
	    p->claimed >= p->shown + p->nslots)
		pthread_cond_wait(&p->room, &p->lock);
	more = p->err == ERR_OK && p->claimed < p->nsegs;
	if (more)
		*seg = p->claimed++;
	pthread_mutex_unlock(&p->lock);
	return more;
}

static void
deliver(struct pool *p, int64_t seg, const struct segment *s, enum err e)
{
	pthread_mutex_lock(&p->lock);
	if (e == ERR_OK)
		e = buf_err(s->out);
	if (p->err == ERR_OK)
		p->err = e;
	p->records += s->records;
	p->failed += s->failed;
	p->slot[seg % p->nslots].done = true;
	pthread_cond_signal(&p->ready);
	if (e != ERR_OK)
		pthread_cond_broadcast(&p->room);
	pthread_mutex_unlock(&p->lock);
}

static int64_t
segment_end(const struct pool *p, int64_t seg)
{
	int64_t	 to = (seg + 1) * SEGMENT;

	/* Rows that were appended meanwhile are not ours. */
	return to < p->last ? to : p->last;
}

static void
work(struct pool *p, struct db *db, int64_t seg)
{
	struct segment	 s = { .db = db, .walk = p->walk, .trust = p->trust };
	enum err	 e;

	buf_init(&s.scratch, HISTORY_LINE_MAX);
	s.out = &p->slot[seg % p->nslots].out;
	e = check_segment(&s, seg * SEGMENT + 1, segment_end(p, seg));
	buf_clear(&s.scratch);
	deliver(p, seg, &s, e);
}

static void *
worker(void *arg)
{
	struct pool	*p = arg;
	struct db	*db = NULL;
	int64_t		 seg;
	enum err	 e;

	e = db_open(p->walk->workdir, DB_WEB, &db, NULL);
	if (e != ERR_OK) {
		pthread_mutex_lock(&p->lock);
		p->err = e;
		pthread_cond_broadcast(&p->room);
		pthread_cond_signal(&p->ready);
		pthread_mutex_unlock(&p->lock);
		return NULL;
	}
	while (claim(p, &seg))
		work(p, db, seg);
	db_close(db);
	return NULL;
}

/* Hands out a finished segment and makes room for another. */
static enum err
show(struct pool *p, int64_t seg)
{
	const struct history_walk	*w = p->walk;
	struct slot			*s = &p->slot[seg % p->nslots];
	enum err			 e = ERR_OK;

	if (w->emit != NULL)
		e = w->emit(&s->out, w->arg);
	if (w->progress != NULL)
		w->progress(segment_end(p, seg), p->last, w->arg);
	buf_reset(&s->out);
	s->done = false;
	return e;
}

static enum err
collect(struct pool *p)
{
	enum err	 e = ERR_OK;

	for (int64_t seg = 0; seg < p->nsegs && e == ERR_OK; seg++) {
		pthread_mutex_lock(&p->lock);
		while (p->err == ERR_OK && !p->slot[seg % p->nslots].done)
			pthread_cond_wait(&p->ready, &p->lock);
		e = p->err;
		pthread_mutex_unlock(&p->lock);
		if (e == ERR_OK)
			e = show(p, seg);
		pthread_mutex_lock(&p->lock);
		p->shown = seg + 1;
		if (e != ERR_OK)
			p->err = e;
		pthread_cond_broadcast(&p->room);
		pthread_mutex_unlock(&p->lock);
	}
	return e;
}

static enum err
run_threads(struct pool *p, int threads)
{
	pthread_t	 id[THREADS_MAX];
	int		 n = 0;
	enum err	 e;

	for (; n < threads; n++)
		if (pthread_create(&id[n], NULL, worker, p) != 0)
			break;
	e = n == 0 ? ERR_UNAVAILABLE : collect(p);
	for (int i = 0; i < n; i++)
		pthread_join(id[i], NULL);
	return e;
}

static enum err
run_inline(struct pool *p, struct db *db)
{
	enum err	 e = ERR_OK;

	for (int64_t seg = 0; seg < p->nsegs && e == ERR_OK; seg++) {
		work(p, db, seg);
		if ((e = p->err) == ERR_OK)
			e = show(p, seg);
	}
	return e;
}

static int
thread_count(const struct history_walk *w, int64_t nsegs)
{
	long	 n = w->threads > 0 ? w->threads :
		    sysconf(_SC_NPROCESSORS_ONLN);

	n = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
	return (int)(n > nsegs ? nsegs : n);
}

static enum err
walk(struct db *db, struct pool *p)
{
	int		 threads = thread_count(p->walk, p->nsegs);
	enum err	 e;

	p->nslots = (threads < 1 ? 1 : threads) * AHEAD;
	if ((p->slot = calloc((size_t)p->nslots, sizeof(*p->slot))) == NULL)
		return ERR_NOMEM;
	for (int64_t i = 0; i < p->nslots; i++)
		buf_init(&p->slot[i].out, OUTPUT_MAX);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->ready, NULL);
	pthread_cond_init(&p->room, NULL);
	e = threads > 1 ? run_threads(p, threads) : run_inline(p, db);
	pthread_cond_destroy(&p->room);
	pthread_cond_destroy(&p->ready);
	pthread_mutex_destroy(&p->lock);
	for (int64_t i = 0; i < p->nslots; i++)
		buf_clear(&p->slot[i].out);
	free(p->slot);
	return e;
}

enum err
history_chain_check(struct db *db, const struct history_walk *w,
    const struct history_trust *trust, const struct history_ring *ring,
    struct history_sum *sum, struct diag *d)
{
	struct pool	 p = { .walk = w, .trust = trust };
	struct kept	 k = { w->chain, trust, sum };
	enum err	 e;

	/* The end first: what is appended meanwhile is not looked at. */
	if ((e = history_end_check(db, w->chain, trust, ring, sum)) ==
	    ERR_OK) {
		p.last = sum->records <= CHAIN_MAX ? sum->records : 0;
		if (p.last != sum->records)
			end_issue(sum, HF_GAP, "the last record has a place "
			    "that no chain reaches");
		p.nsegs = (p.last + SEGMENT - 1) / SEGMENT;
		e = walk(db, &p);
	}
	if (!utf8_valid(w->chain, strlen(w->chain)))
		end_issue(sum, HF_CHECKPOINT, "the name of the chain is no "
		    "text, so nothing of it can be found");
	if (e == ERR_OK)
		e = store_history_kept(db, w->chain, kept_one, &k);
	sum->records = p.records;
	sum->failed = p.failed;
	return e == ERR_OK ? e : diag_set(d, e, NULL, "the history could not "
	    "be read to its end: %s", err_text(e));
}
