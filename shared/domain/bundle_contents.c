/*
 * What the members of a bundle say, held against its statement: the record
 * is about this run, the chain leads from it to the signed end, the report
 * gives the same verdict.
 */
#include <string.h>

#include "domain/bundle.h"
#include "domain/history_head.h"

struct	contents {
	const struct bundle_kept	*kept;
	const struct jval		*predicate;
	const char			*subject;
	struct history_trust		*trust;	/* the bundle's own keys */
	struct bundle_result		*r;
	char				 last[SHA256_HEX_SIZE];
	int64_t				 following;
};

static bool
same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void
needed(struct contents *c)
{
	for (int i = 0; i < KEPT__MAX; i++)
		if (!c->kept[i].there)
			bundle_issue(c->r, BUNDLE_F_MISSING, c->kept[i].name,
			    "a bundle has this file");
}

/* The statement's signature covers this list, so its keys count. */
static enum err
keys(struct contents *c)
{
	const struct buf	*b = &c->kept[KEPT_KEYS].data;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	e = history_trust_lines(c->trust, buf_str(b), b->len, BUNDLE_KEYS, &d);
	if (e == ERR_OK || e == ERR_NOMEM)
		return e;
	bundle_issue(c->r, BUNDLE_F_KEYS, BUNDLE_KEYS, "%.200s",
	    diag_text(&d));
	return ERR_OK;
}

/* One line with its LF; *en is the caller's after ERR_OK. */
static enum err
read_line(const char *line, size_t len, struct history_entry *en,
    struct diag *d)
{
	if (len == 0 || line[len - 1] != '\n')
		return diag_set(d, ERR_CORRUPT, NULL, "a record ends with a "
		    "line feed");
	return history_parse(line, len - 1, en, d);
}

static enum err
verify_line(struct contents *c, const char *line, size_t len,
    const char *prev, struct history_entry *en, struct diag *d)
{
	struct history_verdict	 v;
	enum err		 e;

	if ((e = read_line(line, len, en, d)) != ERR_OK)
		return e;
	/* The record itself says what was before it: that is not here. */
	if (prev == NULL)
		prev = en->rec.prev_record_sha256;
	if ((e = history_verify(en, prev, c->trust, &v)) == ERR_OK &&
	    !v.verified)
		e = diag_set(d, ERR_CORRUPT, NULL, "%s", v.issue[0]);
	if (e == ERR_OK)
		memcpy(c->last, v.computed, sizeof(c->last));
	else
		history_entry_free(en);
	return e;
}

static void
compare_record(struct contents *c, const struct history_record *rec)
{
	const struct jval	*history = jval_get(c->predicate, "history");
	const struct { const char *what, *want, *got; } rows[] = {
		{ "run", c->r->run_id, rec->run_id },
		{ "artifact", c->subject, rec->artifact_sha256 },
		{ "verdict", c->r->status, rec->summary_status },
		{ "digest", jval_get_str(history, "record_sha256", ""),
		    rec->record_sha256 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!same(rows[i].want, rows[i].got))
			bundle_issue(c->r, BUNDLE_F_RECORD_OTHER,
			    BUNDLE_RECORD, "the %s of the record is not that "
			    "of the statement", rows[i].what);
	if (c->r->seq < 1 || (c->r->seq == 1 && rec->prev_record_sha256 !=
	    NULL && jval_get_str(history, "chain", "")[0] == '\0'))
		bundle_issue(c->r, BUNDLE_F_RECORD_OTHER, BUNDLE_RECORD,
		    "the record is not the first of its chain, as the "
		    "statement says");
}

static enum err
record(struct contents *c)
{
	const struct buf	*b = &c->kept[KEPT_RECORD].data;
	struct history_entry	 en;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	e = verify_line(c, buf_str(b), b->len, NULL, &en, &d);
	if (e == ERR_OK) {
		compare_record(c, &en.rec);
		history_entry_free(&en);
	} else if (e != ERR_NOMEM) {
		bundle_issue(c->r, BUNDLE_F_RECORD, BUNDLE_RECORD, "%.200s",
		    diag_text(&d));
		e = ERR_OK;
	}
	return e;
}

/* The lines after the record; the first that does not verify ends it. */
static enum err
chain(struct contents *c)
{
	const struct buf	*b = &c->kept[KEPT_CHAIN].data;
	const char		*at = buf_str(b), *stop = at + b->len, *nl;
	struct history_entry	 en;
	struct diag		 d = DIAG_INIT;
	char			 prev[SHA256_HEX_SIZE];
	enum err		 e;

	for (; at < stop; at = nl + 1) {
		if ((nl = memchr(at, '\n', (size_t)(stop - at))) == NULL)
			nl = stop - 1;
		memcpy(prev, c->last, sizeof(prev));
		e = verify_line(c, at, (size_t)(nl - at) + 1, prev, &en, &d);
		if (e == ERR_NOMEM)
			return e;
		if (e != ERR_OK) {
			bundle_issue(c->r, BUNDLE_F_CHAIN, BUNDLE_CHAIN,
			    "record %lld of the chain: %.160s", (long long)
			    (c->r->seq + c->following + 1), diag_text(&d));
			return ERR_OK;
		}
		history_entry_free(&en);
		c->following++;
	}
	return ERR_OK;
}

static void
compare_head(struct contents *c, const struct history_head *h)
{
	const struct jval	*history = jval_get(c->predicate, "history");

	if (h->count != c->r->head_count || !same(h->record_sha256,
	    jval_get_str(history, "head_record_sha256", "")) ||
	    !same(h->chain, jval_get_str(history, "chain", NULL)))
		bundle_issue(c->r, BUNDLE_F_HEAD_OTHER, BUNDLE_HEAD,
		    "this is not the end of the chain that the statement "
		    "names");
	else if (c->r->seq + c->following != h->count ||
	    !same(c->last, h->record_sha256))
		bundle_issue(c->r, BUNDLE_F_HEAD_OTHER, BUNDLE_HEAD,
		    "the records do not lead to this end of the chain");
}

static enum err
head(struct contents *c)
{
	const struct buf	*b = &c->kept[KEPT_HEAD].data;
	struct history_head	 h;
	struct diag		 d = DIAG_INIT;
	enum err		 e = ERR_CORRUPT;

	if (b->len > 0 && b->data[b->len - 1] == '\n')
		e = history_head_read(b->data, b->len - 1, c->trust, &h,
		    &d) == HF_NONE ? ERR_OK : ERR_CORRUPT;
	if (e == ERR_OK)
		compare_head(c, &h);
	else if (e != ERR_NOMEM) {
		bundle_issue(c->r, BUNDLE_F_HEAD, BUNDLE_HEAD, "%.200s",
		    diag_text(&d));
		e = ERR_OK;
	}
	return e;
}

static enum err
report(struct contents *c)
{
	const struct buf	*b = &c->kept[KEPT_REPORT].data;
	struct jval		*doc = NULL;
	struct diag		 d = DIAG_INIT;
	enum err		 e;

	e = jval_parse(buf_str(b), b->len, &doc, &d);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK)
		bundle_issue(c->r, BUNDLE_F_REPORT, BUNDLE_REPORT, "%.200s",
		    diag_text(&d));
	else if (!same(jval_get_str(jval_get(doc, "run"), "id", NULL),
	    c->r->run_id) || !same(jval_get_str(jval_get(doc, "artifact"),
	    "sha256", NULL), c->subject) || !same(jval_get_str(jval_get(doc,
	    "summary"), "status", NULL), c->r->status))
		bundle_issue(c->r, BUNDLE_F_REPORT, BUNDLE_REPORT, "run, "
		    "artifact or verdict of the report are not those of the "
		    "statement");
	jval_free(doc);
	return ERR_OK;
}

enum err
bundle_contents(const struct bundle_kept *kept, const struct jval *predicate,
    const char *subject, struct bundle_result *r)
{
	struct contents	 c = { kept, predicate, subject, NULL, r, "", 0 };
	enum err	 e;

	needed(&c);
	if (r->nissues > 0)
		return ERR_OK;
	if ((e = history_trust_new(&c.trust)) == ERR_OK &&
	    (e = keys(&c)) == ERR_OK && (e = record(&c)) == ERR_OK &&
	    (e = chain(&c)) == ERR_OK && (e = head(&c)) == ERR_OK)
		e = report(&c);
	history_trust_free(c.trust);
	return e;
}
