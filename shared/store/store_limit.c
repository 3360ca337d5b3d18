#include "store/store_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"

/*
 * The window is cut into slots and one more is kept, the oldest, of which
 * a part is over already: counted whole, so never too much is let through.
 */
#define SLOTS		12
/* A limit that is higher is none. */
#define COUNT_MAX	((int64_t)1000000000)
/* New rows between two times of tidying up. */
#define TIDY_EVERY	64

struct	row {
	int64_t	 slot_ms;
	int64_t	 newest;		/* number of the last slot */
	int64_t	 count[SLOTS];	/* the newest last */
	bool	 stored;
};

static void
bind_key(struct stmt *s, const struct limit_key *k)
{
	stmt_text(s, ":subject", k->subject == NULL ? "" : k->subject);
	stmt_text(s, ":tenant", k->tenant == NULL ? "" : k->tenant);
	stmt_text(s, ":project", k->project == NULL ? "" : k->project);
	stmt_text(s, ":action", k->action == NULL ? "" : k->action);
}

/* "0 0 3 …"; what is no such list counts as nothing. */
static void
counts_read(const char *text, int64_t count[static SLOTS])
{
	char	*end;

	for (int i = 0; i < SLOTS && text != NULL; i++) {
		long long	 n = strtoll(text, &end, 10);

		count[i] = n < 0 || n > COUNT_MAX ? 0 : n;
		text = *end == ' ' ? end + 1 : NULL;
	}
}

static void
counts_write(const int64_t count[static SLOTS], char *out, size_t size)
{
	size_t	 at = 0;

	for (int i = 0; i < SLOTS; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%lld",
		    i == 0 ? "" : " ", (long long)count[i]);
}

/* Moves the slots on to the present. */
static void
advance(struct row *r, int64_t now_ms)
{
	int64_t	 slot = now_ms / r->slot_ms, steps = slot - r->newest;

	/* A clock that was set back a little: the last slot goes on. */
	if (steps <= 0 && steps > -SLOTS)
		return;
	if (steps < 0 || steps >= SLOTS)
		memset(r->count, 0, sizeof(r->count));
	else {
		memmove(r->count, r->count + steps,
		    (size_t)(SLOTS - steps) * sizeof(r->count[0]));
		memset(r->count + SLOTS - steps, 0,
		    (size_t)steps * sizeof(r->count[0]));
	}
	r->newest = slot;
}

static enum err
row_get(struct db *db, const struct limit_key *k, int64_t slot_ms,
    int64_t now_ms, struct row *r)
{
	struct stmt	*s = db_stmt(db, STMT_LIMIT_GET);
	enum err	 e;

	memset(r, 0, sizeof(*r));
	r->slot_ms = slot_ms;
	r->newest = now_ms / slot_ms;
	bind_key(s, k);
	if ((e = stmt_step(s)) == ERR_OK) {
		r->stored = true;
		/* Another window than before begins anew. */
		if (stmt_col_int(s, 0) == slot_ms) {
			r->newest = stmt_col_int(s, 1);
			counts_read(stmt_col_text(s, 2), r->count);
		}
		stmt_reset(s);
	} else if (e != ERR_NOTFOUND)
		return e;
	advance(r, now_ms);
	return ERR_OK;
}

/* Seconds until the slot at "i" no longer counts; at least 1. */
static int64_t
seconds_left(const struct row *r, int i, int64_t now_ms)
{
	int64_t	 gone = (r->newest - (SLOTS - 1) + i + SLOTS) * r->slot_ms;

	return gone <= now_ms ? 1 : (gone - now_ms + 999) / 1000;
}

/* Fills *st; true when one more is let through. */
static bool
judge(const struct row *r, const struct limit_rule *rule, int64_t now_ms,
    struct limit_state *st)
{
	int64_t	 sum = 0, over;

	memset(st, 0, sizeof(*st));
	for (int i = 0; i < SLOTS; i++) {
		sum += r->count[i];
		if (r->count[i] > 0)
			st->reset_s = seconds_left(r, i, now_ms);
	}
	st->limit = rule->max;
	st->remaining = sum < rule->max ? rule->max - sum : 0;
	if (sum < rule->max)
		return true;
	over = sum - rule->max + 1;
	for (int i = 0; i < SLOTS && over > 0; i++) {
		over -= r->count[i];
		st->retry_s = seconds_left(r, i, now_ms);
	}
	return false;
}

static enum err
tidy(struct db *db, int64_t now_ms)
{
	char		 now[TIME_RFC3339_MS_SIZE];
	struct stmt	*s = db_stmt(db, STMT_LIMIT_EXPIRE);
	int64_t		 n;
	enum err	 e;

	time_rfc3339_ms(now_ms, now);
	stmt_text(s, ":now", now);
	if ((e = stmt_run(s, NULL)) != ERR_OK)
		return e;
	s = db_stmt(db, STMT_LIMIT_COUNT);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	n = stmt_col_int(s, 0);
	stmt_reset(s);
	if (n <= LIMIT_ROWS_MAX)
		return ERR_OK;
	s = db_stmt(db, STMT_LIMIT_EVICT);
	/* A tenth more, so that it is not needed for every new row. */
	stmt_int(s, ":n", n - LIMIT_ROWS_MAX + LIMIT_ROWS_MAX / 10);
	return stmt_run(s, NULL);
}

static enum err
row_put(struct db *db, const struct limit_key *k, const struct row *r,
    int64_t now_ms)
{
	struct stmt	*s = db_stmt(db, STMT_LIMIT_PUT);
	char		 counts[SLOTS * 12], until[TIME_RFC3339_MS_SIZE];
	int64_t		 id;
	enum err	 e;

	counts_write(r->count, counts, sizeof(counts));
	time_rfc3339_ms((r->newest + SLOTS) * r->slot_ms, until);
	bind_key(s, k);
	stmt_int(s, ":slot_ms", r->slot_ms);
	stmt_int(s, ":slot", r->newest);
	stmt_text(s, ":counts", counts);
	stmt_text(s, ":expires_at", until);
	if ((e = stmt_step(s)) != ERR_OK)
		return e;
	id = stmt_col_int(s, 0);
	stmt_reset(s);
	return r->stored || id % TIDY_EVERY != 0 ? ERR_OK : tidy(db, now_ms);
}

static int64_t
slot_length(const struct limit_rule *rule)
{
	int64_t	 ms = (rule->window_ms + SLOTS - 2) / (SLOTS - 1);

	return ms < 1 ? 1 : ms;
}

enum err
limit_peek(struct db *db, const struct limit_key *k,
    const struct limit_rule *rule, int64_t now_ms, struct limit_state *st)
{
	struct row	 r;
	enum err	 e;

	memset(st, 0, sizeof(*st));
	if (rule->max <= 0 || rule->max > COUNT_MAX)
		return ERR_OK;
	if ((e = row_get(db, k, slot_length(rule), now_ms, &r)) != ERR_OK)
		return e;
	return judge(&r, rule, now_ms, st) ? ERR_OK : ERR_LIMITED;
}

enum err
limit_take(struct db *db, const struct limit_key *k,
    const struct limit_rule *rule, int64_t now_ms, struct limit_state *st)
{
	struct row	 r;
	enum err	 e;

	/* A refusal needs no write, and is what there are many of. */
	if ((e = limit_peek(db, k, rule, now_ms, st)) != ERR_OK ||
	    st->limit == 0)
		return e;
	if ((e = db_begin_relaxed(db)) != ERR_OK)
		return e;
	/* Again: another process may have taken the last one. */
	if ((e = row_get(db, k, slot_length(rule), now_ms, &r)) == ERR_OK) {
		if (judge(&r, rule, now_ms, st)) {
			r.count[SLOTS - 1]++;
			judge(&r, rule, now_ms, st);
			e = row_put(db, k, &r, now_ms);
		} else
			e = ERR_LIMITED;
	}
	return db_end(db, e);
}
