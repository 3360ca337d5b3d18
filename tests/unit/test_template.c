/* Saved guests as files, and the comparison of two guests. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsio.h"
#include "tests/unit/test.h"
#include "worker/vm/template_impl.h"
#include "worker/vm/twin.h"

static char	 work[] = "/tmp/test-template-XXXXXX";

static void
make_work(void)
{
	cr_assert_not_null(mkdtemp(work));
}

static void
drop_work(void)
{
	fsio_rmtree(work, NULL);
}

/* --- templates ----------------------------------------------------------- */

static struct template_parts
parts(void)
{
	return (struct template_parts){ .cache_dir = work, .profile_id = "p",
	    .qemu = "/bin/sh", .accel = "tcg", .initramfs_key = "i", .vmlinuz_sha256 = "k",
	    .cmdline = "c", .memory_mb = 64, .cpus = 1, .network = true };
}

Test(template, the_key_covers_each_part, .init = make_work,
    .fini = drop_work)
{
	struct template_parts	 p[8];
	struct template		 t[8];

	for (int i = 0; i < 8; i++)
		p[i] = parts();
	p[1].accel = "kvm";
	p[2].initramfs_key = "j";
	p[3].vmlinuz_sha256 = "l";
	p[4].cmdline = "c d";
	p[5].memory_mb = 65;
	p[6].qemu = "/bin/cat";
	p[7].network = false;
	for (int i = 0; i < 8; i++)
		cr_assert_eq(template_init(&t[i], &p[i], NULL), ERR_OK);
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(t[i].key, t[j].key, "%d %d", i, j);
	for (int i = 0; i < 8; i++)
		template_clear(&t[i]);
	TEST_END();
}

static void
in(const struct template *t, const char *name, char path[static 512])
{
	snprintf(path, 512, "%s/%s", t->dir, name);
}

/* One that was used so many seconds ago. */
static void
put_template(const struct template *t, time_t ago)
{
	const time_t		 at = time(NULL) - ago;
	const struct timespec	 ts[2] = { { at, 0 }, { at, 0 } };
	char			 path[512], block[8192] = "x";

	cr_assert_eq(fsio_mkdirs(t->dir, NULL), ERR_OK);
	in(t, "ram", path);
	cr_assert_eq(fsio_write_atomic(path, block, sizeof(block), 0600,
	    NULL), ERR_OK);
	in(t, "state", path);
	cr_assert_eq(fsio_write_atomic(path, block, sizeof(block), 0600,
	    NULL), ERR_OK);
	cr_assert_eq(template_about_write(t, t->dir, 1, NULL), ERR_OK);
	cr_assert_eq(utimensat(AT_FDCWD, t->dir, ts, 0), 0);
}

Test(template, the_least_recently_used_goes_first, .init = make_work,
    .fini = drop_work)
{
	struct template_parts	 p = parts();
	struct template		 t[3];

	for (int i = 0; i < 3; i++) {
		p.memory_mb = 64 + i;
		cr_assert_eq(template_init(&t[i], &p, NULL), ERR_OK);
		put_template(&t[i], 3 - i);
	}
	/* 20 KiB each: two fit; the oldest is in use and stays. */
	template_evict(work, 50 * 1024, t[0].key);
	cr_assert(fsio_exists(t[2].dir));
	cr_assert(fsio_exists(t[1].dir));
	cr_assert(fsio_exists(t[0].dir));
	template_evict(work, 50 * 1024, t[2].key);
	cr_assert_not(fsio_exists(t[0].dir));
	cr_assert(fsio_exists(t[2].dir));
	for (int i = 0; i < 3; i++)
		template_clear(&t[i]);
	TEST_END();
}

Test(template, what_a_crash_or_an_earlier_start_left_is_swept,
    .init = make_work, .fini = drop_work)
{
	struct template_parts	 p = parts();
	struct template		 t[3];
	char			 half[PATH_MAX], lock[PATH_MAX], built[PATH_MAX];
	int			 fd;

	for (int i = 0; i < 3; i++) {
		p.memory_mb = 64 + i;
		cr_assert_eq(template_init(&t[i], &p, NULL), ERR_OK);
	}
	put_template(&t[0], 20 * 365 * 86400);
	template_beside(&t[1], UNFINISHED, half);
	cr_assert_eq(fsio_mkdirs(half, NULL), ERR_OK);
	template_beside(&t[2], UNFINISHED, built);
	cr_assert_eq(fsio_mkdirs(built, NULL), ERR_OK);
	template_beside(&t[2], LOCK, lock);
	cr_assert_eq(fsio_lock(lock, 0, &fd, NULL), ERR_OK);
	template_evict(work, 1024 * 1024, "");
	cr_assert_not(fsio_exists(t[0].dir));
	cr_assert_not(fsio_exists(half));
	cr_assert(fsio_exists(built));
	fsio_unlock(fd);
	for (int i = 0; i < 3; i++)
		template_clear(&t[i]);
	TEST_END();
}

Test(template, one_that_failed_rests, .init = make_work, .fini = drop_work)
{
	struct template_parts	 p = parts();
	struct template_look	 l;
	struct template		 t;

	cr_assert_eq(template_init(&t, &p, NULL), ERR_OK);
	cr_assert_eq(template_open(&t, NULL), ERR_NOTFOUND);
	put_template(&t, 1);
	cr_assert_eq(template_open(&t, NULL), ERR_OK);
	template_discard(&t, true, "no luck");
	cr_assert_eq(template_open(&t, NULL), ERR_UNAVAILABLE);
	template_look(&t, &l);
	cr_assert_eq(l.is, TEMPLATE_UNUSABLE);
	cr_assert_str_eq(l.reason, "no luck");
	template_clear(&t);
	TEST_END();
}

Test(template, it_rests_longer_each_time_but_for_a_busy_machine, .init = make_work,
    .fini = drop_work)
{
	const time_t		 at = time(NULL) - TEMPLATE_REST_S - 1;
	const struct timespec	 ts[2] = { { at, 0 }, { at, 0 } };
	struct template_parts	 p = parts();
	struct template		 t;
	char			 path[PATH_MAX];

	cr_assert_eq(template_init(&t, &p, NULL), ERR_OK);
	put_template(&t, 1);
	template_beside(&t, FAILED, path);
	template_discard(&t, true, "once");
	cr_assert_eq(utimensat(AT_FDCWD, path, ts, 0), 0);
	cr_assert_not(template_failed_lately(&t));
	template_discard(&t, false, "busy");
	cr_assert_eq(utimensat(AT_FDCWD, path, ts, 0), 0);
	cr_assert_not(template_failed_lately(&t));
	template_discard(&t, true, "twice");
	cr_assert_eq(utimensat(AT_FDCWD, path, ts, 0), 0);
	cr_assert(template_failed_lately(&t));
	template_clear(&t);
	TEST_END();
}

Test(template, memory_that_was_written_to_is_not_used, .init = make_work,
    .fini = drop_work)
{
	struct template_parts	 p = parts();
	struct template		 t;
	char			 path[512];
	int			 fd;

	cr_assert_eq(template_init(&t, &p, NULL), ERR_OK);
	put_template(&t, 1);
	cr_assert_eq(template_open(&t, NULL), ERR_OK);
	cr_assert(template_intact(&t));
	/* The clock of files is coarse: within one tick nothing shows. */
	while (template_intact(&t)) {
		in(&t, "ram", path);
		fd = open(path, O_WRONLY);
		cr_assert_eq(write(fd, "y", 1), 1);
		close(fd);
	}
	cr_assert_eq(template_open(&t, NULL), ERR_CORRUPT);
	cr_assert_not(fsio_exists(t.dir));
	template_clear(&t);
	TEST_END();
}

Test(template, people_are_told_what_there_is, .init = make_work,
    .fini = drop_work)
{
	struct template_parts	 p = parts();
	struct template_look	 l;
	struct template		 t, other;

	cr_assert_eq(template_init(&t, &p, NULL), ERR_OK);
	p.memory_mb++;
	cr_assert_eq(template_init(&other, &p, NULL), ERR_OK);
	template_look(&t, &l);
	cr_assert_eq(l.is, TEMPLATE_NONE);
	put_template(&other, 1);
	template_look(&t, &l);
	cr_assert_eq(l.is, TEMPLATE_STALE);
	put_template(&t, 1);
	template_look(&t, &l);
	cr_assert_eq(l.is, TEMPLATE_READY);
	cr_assert_gt(l.bytes, 16384);
	template_clear(&t);
	template_clear(&other);
	TEST_END();
}

/* --- two guests ------------------------------------------------------------ */

#define DOC	"{\"status\":\"pass\",\"load\":{\"status\":\"pass\"},"	\
	"\"timing_ms\":{\"total\":%d},\"discovery\":{\"programs\":[{"	\
	"\"name\":\"p\",\"load_status\":\"pass\",\"verifier\":{"		\
	"\"processed_insns\":%d,\"verification_time_us\":%d}}]}}"

static size_t
twins(int ms, int insns, char *text, size_t size)
{
	char		 a[512], b[512];
	struct jval	*one, *other;
	size_t		 n;

	snprintf(a, sizeof(a), DOC, 1, 7, 1);
	snprintf(b, sizeof(b), DOC, ms, insns, ms);
	cr_assert_eq(jval_parse(a, strlen(a), &one, NULL), ERR_OK);
	cr_assert_eq(jval_parse(b, strlen(b), &other, NULL), ERR_OK);
	n = twin_compare(one, other, text, size);
	jval_free(one);
	jval_free(other);
	return n;
}

Test(twin, times_do_not_count)
{
	char	 text[256];

	cr_assert_eq(twins(99, 7, text, sizeof(text)), 0);
	cr_assert_str_eq(text, "");
	TEST_END();
}

Test(twin, what_the_verifier_counted_does)
{
	char	 text[256];

	cr_assert_eq(twins(1, 8, text, sizeof(text)), 1);
	cr_assert_str_eq(text, "p processed_insns: 7, 8");
	TEST_END();
}
