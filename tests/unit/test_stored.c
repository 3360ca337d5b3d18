/* Stored objects on their way out: ranges, digests, names. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "fcgi/range.h"
#include "fcgi/stored.h"
#include "store/object.h"

#define ETAG	"\"0123\""

static const struct {
	const char	*range, *if_range;
	int64_t		 size;
	enum range	 want;
	int64_t		 first, count;
} ranges[] = {
	{ "", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=0-0", "", 10, RANGE_PART, 0, 1 },
	{ "bytes=2-4", "", 10, RANGE_PART, 2, 3 },
	{ "bytes=2-", "", 10, RANGE_PART, 2, 8 },
	{ "bytes=2-99", "", 10, RANGE_PART, 2, 8 },
	{ "bytes=-3", "", 10, RANGE_PART, 7, 3 },
	{ "bytes=-99", "", 10, RANGE_PART, 0, 10 },
	{ "bytes=9-", "", 10, RANGE_PART, 9, 1 },
	{ "bytes=10-", "", 10, RANGE_BEYOND, 0, 0 },
	{ "bytes=-0", "", 10, RANGE_BEYOND, 0, 0 },
	{ "bytes=0-", "", 0, RANGE_BEYOND, 0, 0 },
	{ "bytes=-1", "", 0, RANGE_BEYOND, 0, 0 },
	/* not to be heeded */
	{ "bytes=4-2", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=-", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=--1", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=1-2,4-5", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=1-2x", "", 10, RANGE_WHOLE, 0, 0 },
	{ "lines=1-2", "", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=99999999999999999999-", "", 10, RANGE_WHOLE, 0, 0 },
	/* If-Range */
	{ "bytes=2-4", ETAG, 10, RANGE_PART, 2, 3 },
	{ "bytes=2-4", "\"other\"", 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=2-4", "W/" ETAG, 10, RANGE_WHOLE, 0, 0 },
	{ "bytes=2-4", "Tue, 24 Nov 2026 12:00:00 GMT", 10, RANGE_WHOLE, 0,
	    0 },
};

Test(range, one_range_of_bytes_or_the_whole)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		int64_t	 first = 0, count = 0;

		cr_assert_eq(range_parse(ranges[i].range, ranges[i].if_range,
		    ETAG, ranges[i].size, &first, &count), ranges[i].want,
		    "%s %s", ranges[i].range, ranges[i].if_range);
		cr_assert_eq(first, ranges[i].first, "%s", ranges[i].range);
		cr_assert_eq(count, ranges[i].count, "%s", ranges[i].range);
	}
	TEST_END();
}

Test(range, without_an_etag_if_range_never_holds)
{
	int64_t	 first, count;

	cr_assert_eq(range_parse("bytes=1-", "\"\"", "", 10, &first, &count),
	    RANGE_WHOLE);
	TEST_END();
}

/* --- objects ------------------------------------------------------------- */

static char		workdir[256], digest[SHA256_HEX_SIZE];
static struct conf	conf;
static struct app	app;

static void
setup(void)
{
	const char	*tmp = getenv("TMPDIR");
	struct object	*o = NULL;
	bool		 created;

	snprintf(workdir, sizeof(workdir), "%s/bpfcompat-stored.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	cr_assert_not_null(mkdtemp(workdir));
	conf.workdir = workdir;
	app.conf = &conf;
	cr_assert_eq(object_new(workdir, 100, &o, NULL), ERR_OK);
	cr_assert_eq(object_add(o, "0123456789", 10, NULL), ERR_OK);
	cr_assert_eq(object_seal(o, NULL), ERR_OK);
	cr_assert_eq(object_publish(o, &created, NULL), ERR_OK);
	snprintf(digest, sizeof(digest), "%s", object_sha256(o));
	object_free(o);
}

static void
teardown(void)
{
	fsio_rmtree(workdir, NULL);
}

TestSuite(stored, .init = setup, .fini = teardown);

static void
path_of(char out[static 512])
{
	cr_assert_eq(object_path(workdir, digest, out, 512), ERR_OK);
}

Test(stored, an_object_goes_out_with_its_digest)
{
	struct reply	 rp;
	char		 got[11] = "";

	reply_init(&rp);
	cr_assert_eq(stored_object(&app, &rp, digest, "..a b\"/\n.o", NULL),
	    ERR_OK);
	cr_assert_eq(rp.file_size, 10);
	cr_assert_eq(read(rp.file_fd, got, 10), 10);
	cr_assert_str_eq(got, "0123456789");
	cr_assert_str_eq(rp.sha256, digest);
	cr_assert_eq(strncmp(rp.etag + 1, digest, 32), 0);
	cr_assert_str_eq(rp.filename, "_.a_b___.o");
	cr_assert(rp.ranges);
	reply_clear(&rp);
	TEST_END();
}

Test(stored, a_damaged_object_does_not_go_out)
{
	struct diag	 d = DIAG_INIT;
	struct reply	 rp;
	char		 path[512];

	path_of(path);
	cr_assert_eq(fsio_write_atomic(path, "0123456780", 10, 0600, NULL),
	    ERR_OK);
	reply_init(&rp);
	cr_assert_eq(stored_object(&app, &rp, digest, "a.o", &d),
	    ERR_CORRUPT);
	cr_assert_eq(rp.file_fd, -1);
	cr_assert_not_null(strstr(d.msg, "damaged"));
	TEST_END();
}

Test(stored, an_object_that_is_gone_or_a_link_is_not_found)
{
	struct reply	 rp;
	char		 path[512], other[600];

	path_of(path);
	snprintf(other, sizeof(other), "%s/other", workdir);
	cr_assert_eq(rename(path, other), 0);
	reply_init(&rp);
	cr_assert_eq(stored_object(&app, &rp, digest, "a.o", NULL),
	    ERR_NOTFOUND);
	cr_assert_eq(symlink(other, path), 0);
	cr_assert_eq(stored_object(&app, &rp, digest, "a.o", NULL),
	    ERR_NOTFOUND);
	cr_assert_eq(stored_object(&app, &rp, "../../etc", "a.o", NULL),
	    ERR_CORRUPT);
	cr_assert_eq(rp.file_fd, -1);
	TEST_END();
}

/* A folder on the way that is a link is as good as none. */
Test(stored, no_link_on_the_way_is_followed)
{
	char	 path[512], other[512], rel[128];
	int64_t	 size;
	int	 fd;

	snprintf(path, sizeof(path), "%s/objects/sha256", workdir);
	snprintf(other, sizeof(other), "%s/elsewhere", workdir);
	cr_assert_eq(object_rel_path(digest, rel, sizeof(rel)), ERR_OK);
	cr_assert_eq(stored_open(&app, ".", rel, &fd, &size), ERR_OK);
	close(fd);
	cr_assert_eq(rename(path, other), 0);
	cr_assert_eq(symlink(other, path), 0);
	cr_assert_eq(stored_open(&app, ".", rel, &fd, &size), ERR_NOTFOUND);
	TEST_END();
}

Test(stored, nothing_outside_of_the_folder_is_opened)
{
	int64_t	 size;
	int	 fd;

	cr_assert_eq(stored_open(&app, "objects", "../objects/sha256", &fd,
	    &size), ERR_NOTFOUND);
	cr_assert_eq(stored_open(&app, "objects", "/etc/hostname", &fd,
	    &size), ERR_NOTFOUND);
	cr_assert_eq(stored_open(&app, "objects", "sha256", &fd, &size),
	    ERR_NOTFOUND);
	cr_assert_eq(stored_open(&app, "objects", "", &fd, &size),
	    ERR_NOTFOUND);
	cr_assert_eq(stored_open(&app, "objects", "sha256/", &fd, &size),
	    ERR_NOTFOUND);
	cr_assert_eq(stored_open(&app, "objects", "sha256/./x", &fd, &size),
	    ERR_NOTFOUND);
	TEST_END();
}
