/*
 * What every unit test shares.  A leak alone does not fail a Criterion
 * test, so each test ends with TEST_END(), which asks the leak checker
 * when there is one.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <criterion/criterion.h>

#include "config.h"

#ifdef WITH_SANITIZER
int	 __lsan_do_recoverable_leak_check(void);
#define TEST_END()	cr_assert_eq(__lsan_do_recoverable_leak_check(), 0, \
			    "memory was leaked")
#else
#define TEST_END()	do { } while (0)
#endif

#endif /* !TESTS_UNIT_TEST_H */
