#include "tests/unit/test.h"

#include <string.h>

#include "worker/sched.h"

#define MAX_TARGETS	64

/* A job of "n" targets; the first "required" of them are required. */
static struct sched_job
job(struct sched_target *t, size_t n, int64_t seq, size_t limit)
{
	struct sched_job	 j = { seq, limit, 0, false, t, n };

	memset(t, 0, n * sizeof(*t));
	return j;
}

Test(sched, required_targets_go_first_then_matrix_order)
{
	struct sched_target	 t[4];
	struct sched_job	 j = job(t, 4, 1, 4);
	struct sched_job	*all[] = { &j };
	size_t			 at, target, want[] = { 1, 3, 0, 2 };

	t[1].required = t[3].required = true;
	for (size_t i = 0; i < 4; i++) {
		cr_assert(sched_pick(all, 1, 0, &at, &target));
		cr_assert_eq(target, want[i]);
		t[target].state = SCHED_RUNNING;
	}
	cr_assert_not(sched_pick(all, 1, 0, &at, &target));
	TEST_END();
}

Test(sched, a_job_keeps_within_its_own_limit)
{
	struct sched_target	 t[3];
	struct sched_job	 j = job(t, 3, 1, 2);
	struct sched_job	*all[] = { &j };
	size_t			 at, target;

	for (int i = 0; i < 2; i++) {
		cr_assert(sched_pick(all, 1, 0, &at, &target));
		t[target].state = SCHED_RUNNING;
	}
	cr_assert_not(sched_pick(all, 1, 0, &at, &target));
	t[0].state = SCHED_DONE;
	cr_assert(sched_pick(all, 1, 0, &at, &target));
	cr_assert_eq(target, 2);
	TEST_END();
}

/* Two slots, both taken by the huge job; the small one comes next. */
Test(sched, a_huge_job_does_not_starve_a_small_one)
{
	struct sched_target	 big[MAX_TARGETS], small[1];
	struct sched_job	 a = job(big, MAX_TARGETS, 1, MAX_TARGETS);
	struct sched_job	 b = job(small, 1, 2, 1);
	struct sched_job	*all[] = { &a, &b };
	size_t			 at, target;

	big[0].state = big[1].state = SCHED_RUNNING;
	a.served = 2;
	big[0].state = SCHED_DONE;
	cr_assert(sched_pick(all, 2, 0, &at, &target));
	cr_assert_eq(at, 1);
	TEST_END();
}

Test(sched, equal_jobs_take_turns)
{
	struct sched_target	 t[3][8];
	struct sched_job	 j[3];
	struct sched_job	*all[3];
	size_t			 at, target;

	for (size_t i = 0; i < 3; i++) {
		j[i] = job(t[i], 8, (int64_t)i, 8);
		all[i] = &j[i];
	}
	/* One slot: each target ends before the next one starts. */
	for (uint64_t turn = 1; turn <= 24; turn++) {
		cr_assert(sched_pick(all, 3, 0, &at, &target));
		cr_assert_eq(at, (turn - 1) % 3);
		j[at].served = turn;
		t[at][target].state = SCHED_DONE;
	}
	cr_assert_not(sched_pick(all, 3, 0, &at, &target));
	TEST_END();
}

Test(sched, the_older_of_two_new_jobs_goes_first)
{
	struct sched_target	 t[2][1];
	struct sched_job	 a = job(t[0], 1, 7, 1);
	struct sched_job	 b = job(t[1], 1, 3, 1);
	struct sched_job	*all[] = { &a, &b };
	size_t			 at, target;

	cr_assert(sched_pick(all, 2, 0, &at, &target));
	cr_assert_eq(at, 1);
	TEST_END();
}

Test(sched, a_target_waits_for_its_back_off)
{
	struct sched_target	 t[1];
	struct sched_job	 j = job(t, 1, 1, 1);
	struct sched_job	*all[] = { &j };
	size_t			 at, target;

	t[0].not_before = 500;
	cr_assert_not(sched_pick(all, 1, 499, &at, &target));
	cr_assert_eq(sched_next(all, 1, 499), 500);
	cr_assert(sched_pick(all, 1, 500, &at, &target));
	cr_assert_eq(sched_next(all, 1, 500), -1);
	TEST_END();
}

Test(sched, nothing_of_a_closed_job_is_started)
{
	struct sched_target	 t[1];
	struct sched_job	 j = job(t, 1, 1, 1);
	struct sched_job	*all[] = { &j };
	size_t			 at, target;

	j.closed = true;
	t[0].not_before = 10;
	cr_assert_not(sched_pick(all, 1, 20, &at, &target));
	cr_assert_eq(sched_next(all, 1, 0), -1);
	TEST_END();
}
