/* Rate limits: exact in any window, across connections, in bounded room. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "store/store_limit.h"
#include "tests/unit/test.h"

#define NOON	1780000000000LL

static char		 dir[64];
static struct db	*db;
static struct limit_state st;

static struct db *
open_db(void)
{
	struct db	*h = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(db_open(dir, DB_WEB, &h, &d), ERR_OK, "%s", d.msg);
	return h;
}

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "%s", "/tmp/bpfcompat-limit.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	db = open_db();
}

static void
teardown(void)
{
	db_close(db);
	fsio_rmtree(dir, NULL);
}

TestSuite(limit, .init = setup, .fini = teardown);

static const struct limit_key	 key = { "ci", "acme", "edge", "upload" };
static const struct limit_rule	 ten = { 10, 60000 };

static int
take(int n, int64_t now)
{
	int	 ok = 0;

	for (int i = 0; i < n; i++)
		ok += limit_take(db, &key, &ten, now, &st) == ERR_OK;
	return ok;
}

Test(limit, the_first_ones_pass_and_then_none)
{
	cr_assert_eq(limit_take(db, &key, &ten, NOON, &st), ERR_OK);
	cr_assert_eq(st.limit, 10);
	cr_assert_eq(st.remaining, 9);
	cr_assert(st.reset_s >= 60 && st.reset_s <= 66, "%lld",
	    (long long)st.reset_s);
	cr_assert_eq(take(20, NOON), 9);
	cr_assert_eq(limit_take(db, &key, &ten, NOON, &st), ERR_LIMITED);
	cr_assert_eq(st.remaining, 0);
	cr_assert(st.retry_s >= 60 && st.retry_s <= 66);
	TEST_END();
}

/* Two bursts across an edge of a fixed window would be twice the limit. */
Test(limit, no_window_has_more_than_the_limit)
{
	int64_t	 let[4000];
	size_t	 n = 0, from = 0;

	for (int64_t t = 0; t < 400000 && n < 4000; t += 700)
		if (limit_take(db, &key, &ten, NOON + t, &st) == ERR_OK)
			let[n++] = t;
	for (size_t i = 0; i < n; i++) {
		while (let[i] - let[from] >= 60000)
			from++;
		cr_assert_leq(i - from + 1, 10);
	}
	/* ... and a patient caller gets nearly all of it. */
	cr_assert_geq(n, 60);
	TEST_END();
}

Test(limit, what_retry_after_says_is_true)
{
	int64_t	 now = NOON + 1234;

	cr_assert_eq(take(10, now), 10);
	cr_assert_eq(limit_peek(db, &key, &ten, now, &st), ERR_LIMITED);
	cr_assert_eq(limit_peek(db, &key, &ten, now + st.retry_s * 1000, &st),
	    ERR_OK);
	TEST_END();
}

Test(limit, peeking_takes_nothing)
{
	for (int i = 0; i < 30; i++)
		cr_assert_eq(limit_peek(db, &key, &ten, NOON, &st), ERR_OK);
	cr_assert_eq(st.remaining, 10);
	TEST_END();
}

Test(limit, each_part_of_the_key_counts_apart)
{
	struct limit_key	 k[5] = { key, key, key, key, key };

	k[1].subject = "other";
	k[2].tenant = "other";
	k[3].project = NULL;
	k[4].action = "download";
	cr_assert_eq(take(10, NOON), 10);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(limit_take(db, &k[i], &ten, NOON, &st),
		    i == 0 ? ERR_LIMITED : ERR_OK);
	TEST_END();
}

Test(limit, it_holds_for_another_process_and_after_a_restart)
{
	struct db	*second = open_db();

	cr_assert_eq(take(6, NOON), 6);
	for (int i = 0; i < 4; i++)
		cr_assert_eq(limit_take(second, &key, &ten, NOON, &st),
		    ERR_OK);
	cr_assert_eq(limit_take(second, &key, &ten, NOON, &st), ERR_LIMITED);
	db_close(second);
	cr_assert_eq(take(1, NOON), 0);
	db_close(db);
	db = open_db();
	cr_assert_eq(take(1, NOON), 0);
	TEST_END();
}

Test(limit, zero_is_no_limit)
{
	struct limit_rule	 none = { 0, 60000 };

	for (int i = 0; i < 50; i++)
		cr_assert_eq(limit_take(db, &key, &none, NOON, &st), ERR_OK);
	cr_assert_eq(st.limit, 0);
	TEST_END();
}

Test(limit, a_clock_set_back_lifts_nothing)
{
	cr_assert_eq(take(10, NOON), 10);
	cr_assert_eq(take(1, NOON - 3000), 0);
	/* Far back: the row is of no use any more. */
	cr_assert_eq(take(1, NOON - 86400000), 1);
	TEST_END();
}

Test(limit, another_window_begins_anew)
{
	struct limit_rule	 other = { 10, 1000 };

	cr_assert_eq(take(10, NOON), 10);
	cr_assert_eq(limit_take(db, &key, &other, NOON, &st), ERR_OK);
	TEST_END();
}

static int64_t
rows(void)
{
	struct stmt	*s = db_stmt(db, STMT_LIMIT_COUNT);
	int64_t		 n;

	cr_assert_eq(stmt_step(s), ERR_OK);
	n = stmt_col_int(s, 0);
	stmt_reset(s);
	return n;
}

Test(limit, a_flood_of_addresses_stays_within_bounds, .timeout = 60)
{
	char			 name[32];
	struct limit_key	 k = { name, NULL, NULL, "login" };

	cr_assert_eq(take(10, NOON), 10);
	for (int i = 0; i < LIMIT_ROWS_MAX + 2000; i++) {
		snprintf(name, sizeof(name), "address:%d", i);
		cr_assert_eq(limit_take(db, &k, &ten, NOON - 1, &st), ERR_OK);
	}
	cr_assert_leq(rows(), LIMIT_ROWS_MAX + 64);
	/* A caller with a name is not pushed out by them. */
	cr_assert_eq(take(1, NOON), 0);
	/* What is over goes by itself. */
	for (int i = 0; i < 65; i++) {
		snprintf(name, sizeof(name), "address:late-%d", i);
		cr_assert_eq(limit_take(db, &k, &ten, NOON + 200000, &st),
		    ERR_OK);
	}
	cr_assert_leq(rows(), 65);
	TEST_END();
}
