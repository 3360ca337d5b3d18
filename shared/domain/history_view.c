#include "domain/history_view.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/grow.h"

/* A keyring of HISTORY_TRUST_MAX lines. */
#define KEYRING_MAX	(256 * 1024)
/* Rows that are remembered: 16 bytes each, in sets of WAYS. */
#define CACHE_SETS	8192
#define WAYS		4
#define MARK_SIZE	16

/* What a mark says about the row it was made of. */
enum	proof { LINKED, GOOD };

struct	history_view {
	const struct conf	*conf;
	char			*pin;
	struct history_trust	*trust;
	struct history_ring	 ring;
	char			 files[SHA256_HEX_SIZE]; /* their contents */
	char			 state[SHA256_HEX_SIZE];
	struct buf		 scratch;
	unsigned char		(*cache)[WAYS][MARK_SIZE];
	unsigned int		 turn;	/* which way is replaced next */
};

enum err
history_view_new(const struct conf *c, const char *pin,
    struct history_view **out, struct diag *d)
{
	struct history_view	*v = calloc(1, sizeof(*v));

	*out = NULL;
	if (v == NULL)
		return ERR_NOMEM;
	v->conf = c;
	buf_init(&v->scratch, HISTORY_LINE_MAX);
	v->cache = calloc(CACHE_SETS, sizeof(*v->cache));
	if (v->cache == NULL || (pin != NULL && (v->pin = strdup(pin)) ==
	    NULL)) {
		history_view_free(v);
		return diag_set(d, ERR_NOMEM, NULL, "out of memory");
	}
	*out = v;
	return ERR_OK;
}

void
history_view_free(struct history_view *v)
{
	if (v == NULL)
		return;
	history_trust_free(v->trust);
	buf_clear(&v->scratch);
	free(v->cache);
	free(v->pin);
	free(v);
}

const struct history_trust *
history_view_trust(const struct history_view *v)
{
	return v->trust;
}

const struct history_ring *
history_view_ring(const struct history_view *v)
{
	return &v->ring;
}

/* --- whom to believe --------------------------------------------------------------*/

struct	source {
	char		 path[PATH_MAX];	/* "" when it is a setting */
	struct buf	 text;
};

#define SOURCES	3

/* The files, as they are now; those that are missing are empty. */
static enum err
read_sources(const struct conf *c, struct source *src, struct diag *d)
{
	static const char *const names[] = { HISTORY_PUBLIC_FILE,
		HISTORY_TRUSTED_FILE };
	enum err	 e;

	for (int i = 0; i < SOURCES; i++) {
		if (i < 2)
			e = path_join(src[i].path, sizeof(src[i].path),
			    c->workdir, "keys", names[i], NULL);
		else
			e = snprintf(src[i].path, sizeof(src[i].path), "%s",
			    c->trusted_keys_path) < PATH_MAX ? ERR_OK :
			    ERR_TOOBIG;
		if (e != ERR_OK)
			return e;
		if (src[i].path[0] == '\0' || !fsio_exists(src[i].path))
			continue;
		if ((e = fsio_read(src[i].path, &src[i].text, d)) != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
digest_sources(const struct history_view *v, const struct source *src,
    const struct keys_end *end, char hex[static SHA256_HEX_SIZE])
{
	struct sha256	*h;
	enum err	 e;

	if ((e = sha256_new(&h)) != ERR_OK)
		return e;
	for (int i = 0; i < SOURCES; i++) {
		sha256_add(h, buf_str(&src[i].text), src[i].text.len);
		sha256_add(h, "", 1);
	}
	sha256_add(h, v->conf->trusted_public_keys,
	    strlen(v->conf->trusted_public_keys) + 1);
	sha256_add(h, end->sha256, strlen(end->sha256));
	sha256_hex(h, hex);
	sha256_free(h);
	return ERR_OK;
}

/* A pin may look like a line of a key file or like a setting. */
static enum err
trust_pin(struct history_trust *t, const char *pin, struct diag *d)
{
	if (history_trust_lines(t, pin, strlen(pin), "pinned key", NULL) ==
	    ERR_OK && history_trust_len(t) > 0)
		return ERR_OK;
	return history_trust_inline(t, pin, "pinned key", d);
}

static enum err
trust_sources(const struct conf *c, const struct source *src,
    struct history_trust *t, struct diag *d)
{
	const char	*name;
	enum err	 e;

	for (int i = 0; i < SOURCES; i++) {
		name = strrchr(src[i].path, '/');
		if ((e = history_trust_lines(t, buf_str(&src[i].text),
		    src[i].text.len, name == NULL ? src[i].path : name + 1,
		    d)) != ERR_OK)
			return e;
	}
	return history_trust_inline(t, c->trusted_public_keys,
	    "BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS", d);
}

static struct source *
sources_new(void)
{
	struct source	*src = calloc(SOURCES, sizeof(*src));

	for (int i = 0; i < SOURCES && src != NULL; i++)
		buf_init(&src[i].text, KEYRING_MAX);
	return src;
}

static void
sources_free(struct source *src)
{
	for (int i = 0; i < SOURCES; i++)
		buf_clear(&src[i].text);
	free(src);
}

enum err
history_trust_load(const struct conf *c, struct history_trust *t,
    struct diag *d)
{
	struct source	*src = sources_new();
	enum err	 e;

	if (src == NULL)
		return ERR_NOMEM;
	if ((e = read_sources(c, src, d)) == ERR_OK)
		e = trust_sources(c, src, t, d);
	sources_free(src);
	return e;
}

static enum err
reload(struct history_view *v, struct db *db, const struct source *src,
    struct diag *d)
{
	struct history_trust	*t;
	struct history_ring	 ring;
	enum err		 e;

	if ((e = history_trust_new(&t)) != ERR_OK)
		return e;
	e = v->pin != NULL ? trust_pin(t, v->pin, d) :
	    trust_sources(v->conf, src, t, d);
	if (e != ERR_OK ||
	    (e = history_ring_apply(db, t, &ring)) != ERR_OK) {
		history_trust_free(t);
		return e;
	}
	history_trust_free(v->trust);
	v->trust = t;
	v->ring = ring;
	history_trust_state(t, v->state);
	return ERR_OK;
}

enum err
history_view_refresh(struct history_view *v, struct db *db, struct diag *d)
{
	struct source	*src = sources_new();
	struct keys_end	 end;
	char		 hex[SHA256_HEX_SIZE];
	enum err	 e;

	if (src == NULL)
		return ERR_NOMEM;
	if ((e = read_sources(v->conf, src, d)) == ERR_OK &&
	    (e = store_keys_end(db, &end)) == ERR_OK &&
	    (e = digest_sources(v, src, &end, hex)) == ERR_OK &&
	    (v->trust == NULL || strcmp(hex, v->files) != 0) &&
	    (e = reload(v, db, src, d)) == ERR_OK)
		memcpy(v->files, hex, sizeof(hex));
	sources_free(src);
	return e;
}

/* --- what was proved ---------------------------------------------------------------*/

/*
 * A mark over everything the proof depends on.  128 bits of SHA-256: nobody
 * finds another row with a given mark.
 */
static enum err
mark_of(const struct history_view *v, const char *chain,
    const struct history_row *r, enum proof what,
    unsigned char mark[static MARK_SIZE])
{
	const char	*part[] = { v->state, chain, r->run_id, r->created_at,
			    r->name, r->version, r->sha256, r->status,
			    r->record_sha256, r->prev_sha256, r->line };
	struct buf	 b = BUF_INIT(HISTORY_LINE_MAX * 2);
	char		 hex[SHA256_HEX_SIZE];
	enum err	 e;

	buf_addf(&b, "%d %lld", (int)what, (long long)r->seq);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		buf_add(&b, part[i], strlen(part[i]) + 1);
	if ((e = buf_err(&b)) == ERR_OK &&
	    (e = sha256_mem(b.data, b.len, hex)) == ERR_OK)
		hex[MARK_SIZE * 2] = '\0';
	if (e == ERR_OK)
		e = hex_decode(hex, mark, MARK_SIZE);
	buf_clear(&b);
	return e;
}

static unsigned char *
cache_set(const struct history_view *v, const unsigned char *mark)
{
	unsigned int	 i;

	memcpy(&i, mark, sizeof(i));
	return v->cache[i % CACHE_SETS][0];
}

static bool
known(const struct history_view *v, const unsigned char *mark)
{
	const unsigned char	*set = cache_set(v, mark);

	for (int i = 0; i < WAYS; i++)
		if (memcmp(set + i * MARK_SIZE, mark, MARK_SIZE) == 0)
			return true;
	return false;
}

static void
remember(struct history_view *v, const unsigned char *mark)
{
	if (!known(v, mark))
		memcpy(cache_set(v, mark) + v->turn++ % WAYS * MARK_SIZE,
		    mark, MARK_SIZE);
}

/* --- the place of one record ---------------------------------------------------------*/

/* A signed end: which record it is about, and its digest. */
struct	anchor {
	int64_t	 seq;
	char	 sha256[SHA256_HEX_SIZE];
};

/* Does the statement count, for this chain and this place? */
static bool
anchor_good(const struct history_view *v, const char *chain, int64_t at,
    const char *line, struct anchor *a)
{
	const struct history_key	*k;
	struct history_head		 h;

	if (history_head_read(line, strlen(line), v->trust, &h, NULL) !=
	    HF_NONE || strcmp(h.chain, chain) != 0 || h.count != at)
		return false;
	/* Of a key that was stolen, no time can be believed. */
	for (size_t i = 0; (k = history_trust_key(v->trust, i)) != NULL; i++)
		if (strcmp(k->pub64, h.seal.public_key) == 0 &&
		    k->revoked[0] != '\0')
			return false;
	a->seq = at;
	memcpy(a->sha256, h.record_sha256, sizeof(a->sha256));
	return true;
}

/* The nearest end that counts, in one direction; the last one is the head. */
static enum err
find_anchor(const struct history_view *v, struct db *db, const char *chain,
    int64_t seq, bool before, struct anchor *a)
{
	struct history_last	 last;
	int64_t			 at;
	char			*line;
	bool			 good;
	enum err		 e;

	for (;; seq = before ? at - 1 : at + 1) {
		if ((e = store_history_checkpoint(db, chain, seq, before, &at,
		    &line)) != ERR_OK)
			break;
		good = anchor_good(v, chain, at, line, a);
		free(line);
		if (good)
			return ERR_OK;
	}
	if (e != ERR_NOTFOUND || before)
		return e;
	if ((e = store_history_last(db, chain, &last)) != ERR_OK)
		return e;
	good = last.head != NULL && last.head_seq >= seq &&
	    anchor_good(v, chain, last.head_seq, last.head, a);
	history_last_clear(&last);
	return good ? ERR_OK : ERR_NOTFOUND;
}

struct	steps {
	struct history_view	*v;
	const char		*chain;
	const struct anchor	*a;
	int64_t			 from, to;	/* the anchor is one of them */
	int64_t			 next;	/* place that is expected */
	char			 digest[SHA256_HEX_SIZE];	/* of the last */
	unsigned char		(*mark)[MARK_SIZE];
	size_t			 nmarks, room;
	bool			 linked;
};

/* Does it follow the one before?  Then s->digest is its own. */
static bool
follows(struct steps *s, const struct history_row *row)
{
	struct buf		*b = &s->v->scratch;
	struct history_scan	 sc;

	if (row->seq != s->next++ ||
	    !history_scan(row->line, strlen(row->line), &sc) ||
	    (row->seq > s->from && !history_scan_is(&sc,
	    HISTORY_PREV_RECORD_SHA256, s->digest)))
		return false;
	buf_reset(b);
	return history_scan_canonical(&sc, b) == ERR_OK &&
	    sha256_mem(b->data, b->len, s->digest) == ERR_OK &&
	    (row->seq != s->a->seq || strcmp(s->digest, s->a->sha256) == 0);
}

/* ERR_CANCELED ends the walk: where it breaks, or when enough is known. */
static enum err
step(const struct history_row *row, void *arg)
{
	struct steps	*s = arg;
	enum err	 e;

	if (!follows(s, row))
		return ERR_CANCELED;
	if ((e = grow(&s->mark, s->nmarks, &s->room, MARK_SIZE)) != ERR_OK)
		return e;
	if ((e = mark_of(s->v, s->chain, row, LINKED, s->mark[s->nmarks])) !=
	    ERR_OK)
		return e;
	s->linked = row->seq == s->to ||
	    (s->a->seq == s->to && known(s->v, s->mark[s->nmarks]));
	s->nmarks++;
	return s->linked ? ERR_CANCELED : ERR_OK;
}

/* *linked: every record on the way names the one before. */
static enum err
walk_to(struct history_view *v, struct db *db, const char *chain,
    int64_t from, int64_t to, const struct anchor *a, bool *linked)
{
	struct steps	 s = { .v = v, .chain = chain, .a = a, .from = from,
			    .to = to, .next = from };
	enum err	 e;

	e = store_history_each(db, chain, from, to, step, &s);
	*linked = s.linked;
	for (size_t i = 0; i < s.nmarks && s.linked; i++)
		remember(v, s.mark[i]);
	free(s.mark);
	return e == ERR_CANCELED ? ERR_OK : e;
}

/*
 * By what follows up to a signed end, or else by what it follows from one:
 * so an altered record does not take its neighbours with it.
 */
static enum err
prove_place(struct history_view *v, struct db *db, const char *chain,
    const struct history_row *row, bool *linked)
{
	struct anchor	 a;
	unsigned char	 mark[MARK_SIZE];
	enum err	 e;

	if ((e = mark_of(v, chain, row, LINKED, mark)) != ERR_OK)
		return e;
	if ((*linked = known(v, mark)))
		return ERR_OK;
	if ((e = find_anchor(v, db, chain, row->seq, false, &a)) == ERR_OK)
		e = walk_to(v, db, chain, row->seq, a.seq, &a, linked);
	if (*linked || (e != ERR_OK && e != ERR_NOTFOUND))
		return e;
	if ((e = find_anchor(v, db, chain, row->seq, true, &a)) == ERR_OK)
		e = walk_to(v, db, chain, a.seq, row->seq, &a, linked);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err
judge(struct history_view *v, struct db *db, const char *chain,
    const struct history_row *row, struct history_verdict *out)
{
	struct history_scan	 sc;
	struct diag		 why = DIAG_INIT;
	enum history_fault	 f;
	bool			 linked = false;
	enum err		 e;

	memset(out, 0, sizeof(*out));
	out->key = -1;
	if (!history_scan(row->line, strlen(row->line), &sc)) {
		f = history_diagnose(row->line, strlen(row->line), &why);
		history_issue(out, f, "the record cannot be read: %.160s",
		    diag_text(&why));
		return ERR_OK;
	}
	/* What it has to name is seen on the way to a signed end. */
	if ((e = history_verify_scan(&sc, row->seq == 1 ? NULL :
	    row->prev_sha256, v->trust, &v->scratch, out)) != ERR_OK)
		return e;
	if (!history_columns_match(row, &sc))
		history_issue(out, HF_COLUMNS,
		    "the row's columns are not what its record says");
	if (out->nissues > 0)
		return ERR_OK;
	if ((e = prove_place(v, db, chain, row, &linked)) == ERR_OK &&
	    !linked)
		history_issue(out, HF_UNPROVEN, "its place in the chain "
		    "cannot be proved: records around it are missing or "
		    "altered");
	return e;
}

enum err
history_view_prove(struct history_view *v, struct db *db, const char *chain,
    const struct history_row *row, struct history_verdict *out)
{
	unsigned char	 mark[MARK_SIZE];
	enum err	 e;

	if ((e = mark_of(v, chain, row, GOOD, mark)) != ERR_OK)
		return e;
	if (known(v, mark)) {
		memset(out, 0, sizeof(*out));
		snprintf(out->computed, sizeof(out->computed), "%s",
		    row->record_sha256);
		out->key = -1;
		out->signature_valid = out->verified = true;
		return ERR_OK;
	}
	if ((e = judge(v, db, chain, row, out)) == ERR_OK && out->verified)
		remember(v, mark);
	return e;
}

enum err
history_view_end(struct history_view *v, struct db *db, const char *chain,
    struct history_sum *sum)
{
	return history_end_check(db, chain, v->trust, &v->ring, sum);
}
