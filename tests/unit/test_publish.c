/* A published file after every crash there can be. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "worker/publish_file.h"

static const char *const lines[] = { "{\"a\":1}\n", "{\"bb\":22}\n",
	"{\"ccc\":\"333\"}\n", "{}\n" };
#define NLINES	4

static char	 dir[64], path[128];

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-publish-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file.jsonl", dir);
}

static void
teardown(void)
{
	fsio_rmtree(dir, NULL);
}

TestSuite(publish_file, .init = setup, .fini = teardown);

/* The first "n" lines; appended to "b". */
static void
whole(struct buf *b, size_t n)
{
	buf_reset(b);
	for (size_t i = 0; i < n; i++)
		buf_adds(b, lines[i]);
}

static void
put(const char *text, size_t len)
{
	cr_assert_eq(fsio_write_atomic(path, text, len, 0600, NULL), ERR_OK);
}

/* Publishes the lines from "first" on; what publish_file_open() says. */
static enum err
go(enum publish_mode how, int64_t from, size_t first, const char **found,
    int64_t *line, bool *aside)
{
	struct publish_file	*f = NULL;
	int64_t			 bytes = 0, at = 0;
	const char		*what;
	enum err		 e;

	if ((e = publish_file_open(path, 0600, how, from, &f, NULL)) != ERR_OK)
		return e;
	for (size_t i = first; i < NLINES; i++)
		cr_assert_eq(publish_file_line(f, lines[i], strlen(lines[i]),
		    NULL), ERR_OK);
	cr_assert_eq(publish_file_done(f, &bytes, NULL), ERR_OK);
	what = publish_file_problem(f, &at);
	if (found != NULL)
		*found = what;
	if (line != NULL)
		*line = at;
	if (aside != NULL)
		*aside = publish_file_aside(f) != NULL;
	publish_file_free(f);
	return ERR_OK;
}

static void
is_whole(void)
{
	struct buf	 want = BUF_INIT(4096), have = BUF_INIT(4096);

	whole(&want, NLINES);
	cr_assert_eq(fsio_read(path, &have, NULL), ERR_OK);
	cr_assert_str_eq(buf_str(&have), buf_str(&want));
	buf_clear(&want);
	buf_clear(&have);
}

Test(publish_file, a_crash_at_any_byte_costs_nothing)
{
	struct buf	 all = BUF_INIT(4096), done = BUF_INIT(4096);
	bool		 aside;

	whole(&all, NLINES);
	for (size_t k = 0; k <= NLINES; k++) {
		whole(&done, k);	/* the cursor is here */
		for (size_t len = done.len; len <= all.len; len++) {
			put(all.data, len);
			cr_assert_eq(go(PUBLISH_APPEND, (int64_t)done.len, k,
			    NULL, NULL, &aside), ERR_OK);
			is_whole();
			cr_assert(!aside, "cursor %zu, length %zu", k, len);
		}
	}
	buf_clear(&all);
	buf_clear(&done);
	TEST_END();
}

Test(publish_file, bytes_nobody_knows_are_set_aside)
{
	struct buf	 b = BUF_INIT(4096);
	bool		 aside = false;

	whole(&b, 2);
	buf_adds(&b, "{\"forged\":1}\n");
	put(b.data, b.len);
	cr_assert_eq(go(PUBLISH_APPEND, (int64_t)strlen(lines[0]), 1, NULL,
	    NULL, &aside), ERR_OK);
	is_whole();
	cr_assert(aside);
	whole(&b, NLINES);
	buf_adds(&b, "{\"more\":1}\n");
	put(b.data, b.len);
	cr_assert_eq(go(PUBLISH_APPEND, 0, 0, NULL, NULL, &aside), ERR_OK);
	is_whole();
	cr_assert(aside);
	buf_clear(&b);
	TEST_END();
}

Test(publish_file, a_file_that_was_cut_is_written_anew)
{
	put(lines[0], 3);
	cr_assert_eq(go(PUBLISH_APPEND, (int64_t)strlen(lines[0]), 1, NULL,
	    NULL, NULL), ERR_WRONGSTATE);
	cr_assert_eq(go(PUBLISH_REBUILD, 0, 0, NULL, NULL, NULL), ERR_OK);
	is_whole();
	TEST_END();
}

Test(publish_file, a_check_names_the_first_wrong_line)
{
	struct buf	 b = BUF_INIT(4096);
	const char	*found;
	int64_t		 line;

	cr_assert_eq(go(PUBLISH_CHECK, 0, 0, &found, &line, NULL), ERR_OK);
	cr_assert_str_eq(found, "file_missing");
	whole(&b, NLINES);
	put(b.data, b.len);
	cr_assert_eq(go(PUBLISH_CHECK, 0, 0, &found, &line, NULL), ERR_OK);
	cr_assert_null(found);
	b.data[strlen(lines[0]) + 1] ^= 1;
	put(b.data, b.len);
	cr_assert_eq(go(PUBLISH_CHECK, 0, 0, &found, &line, NULL), ERR_OK);
	cr_assert_str_eq(found, "file_differs");
	cr_assert_eq(line, 2);
	whole(&b, 3);
	put(b.data, b.len);
	cr_assert_eq(go(PUBLISH_CHECK, 0, 0, &found, &line, NULL), ERR_OK);
	cr_assert_str_eq(found, "file_too_short");
	cr_assert_eq(line, 4);
	whole(&b, NLINES);
	buf_addc(&b, 'x');
	put(b.data, b.len);
	cr_assert_eq(go(PUBLISH_CHECK, 0, 0, &found, &line, NULL), ERR_OK);
	cr_assert_str_eq(found, "file_too_long");
	cr_assert_eq(line, 5);
	buf_clear(&b);
	TEST_END();
}

Test(publish_file, a_link_is_not_followed)
{
	char	 target[160];

	snprintf(target, sizeof(target), "%s/elsewhere", dir);
	cr_assert_eq(symlink(target, path), 0);
	cr_assert_neq(go(PUBLISH_APPEND, 0, 0, NULL, NULL, NULL), ERR_OK);
	cr_assert(!fsio_exists(target));
	TEST_END();
}
