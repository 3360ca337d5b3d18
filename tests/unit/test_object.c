#include "tests/unit/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "store/object.h"

static char	workdir[256];

static void
setup(void)
{
	const char	*tmp = getenv("TMPDIR");

	snprintf(workdir, sizeof(workdir), "%s/bpfcompat-object.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	cr_assert_not_null(mkdtemp(workdir));
}

static void
teardown(void)
{
	fsio_rmtree(workdir, NULL);
}

static int
entries(const char *sub)
{
	char		 path[512];
	DIR		*dir;
	int		 n = 0;

	snprintf(path, sizeof(path), "%s/%s", workdir, sub);
	if ((dir = opendir(path)) == NULL)
		return 0;
	for (struct dirent *de; (de = readdir(dir)) != NULL;)
		n += de->d_name[0] != '.';
	closedir(dir);
	return n;
}

static struct object *
sealed(const char *text)
{
	struct object	*o = NULL;

	cr_assert_eq(object_new(workdir, 1000, &o, NULL), ERR_OK);
	cr_assert_eq(object_add(o, text, strlen(text), NULL), ERR_OK);
	cr_assert_eq(object_seal(o, NULL), ERR_OK);
	return o;
}

TestSuite(object, .init = setup, .fini = teardown);

Test(object, is_found_under_its_digest)
{
	struct object	*o = sealed("hello");
	char		 path[512], hex[SHA256_HEX_SIZE];
	bool		 created = false;

	cr_assert_eq(object_publish(o, &created, NULL), ERR_OK);
	cr_assert(created);
	cr_assert_eq(object_path(workdir, object_sha256(o), path,
	    sizeof(path)), ERR_OK);
	cr_assert_eq(sha256_file(path, hex), ERR_OK);
	cr_assert_str_eq(hex, object_sha256(o));
	object_free(o);
	TEST_END();
}

Test(object, published_twice_is_one_file)
{
	struct object	*a = sealed("hello"), *b = sealed("hello");
	bool		 created;

	cr_assert_eq(object_publish(a, &created, NULL), ERR_OK);
	cr_assert_eq(object_publish(b, &created, NULL), ERR_OK);
	cr_assert_not(created);
	object_free(a);
	object_free(b);
	TEST_END();
}

Test(object, published_over_something_else_replaces_it)
{
	struct object	*o = sealed("hello");
	char		 path[512], hex[SHA256_HEX_SIZE];
	bool		 created = true;

	cr_assert_eq(object_path(workdir, object_sha256(o), path,
	    sizeof(path)), ERR_OK);
	*strrchr(path, '/') = '\0';
	cr_assert_eq(fsio_mkdirs(path, NULL), ERR_OK);
	path[strlen(path)] = '/';
	cr_assert_eq(fsio_write_atomic(path, "planted", 7, 0600, NULL),
	    ERR_OK);
	cr_assert_eq(object_publish(o, &created, NULL), ERR_OK);
	cr_assert_not(created);
	cr_assert_eq(sha256_file(path, hex), ERR_OK);
	cr_assert_str_eq(hex, object_sha256(o));
	object_free(o);
	TEST_END();
}

Test(object, leaves_nothing_when_it_is_given_up)
{
	struct object	*o = sealed("hello");

	object_free(o);
	cr_assert_eq(entries("tmp"), 0);
	cr_assert_eq(entries("objects/sha256"), 0);
	TEST_END();
}

Test(object, is_gone_after_unpublish)
{
	struct object	*o = sealed("hello");
	char		 path[512];
	bool		 created;

	cr_assert_eq(object_publish(o, &created, NULL), ERR_OK);
	object_unpublish(o);
	cr_assert_eq(object_path(workdir, object_sha256(o), path,
	    sizeof(path)), ERR_OK);
	cr_assert_not(fsio_exists(path));
	object_free(o);
	TEST_END();
}

Test(object, refuses_more_than_its_maximum)
{
	struct object	*o = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(object_new(workdir, 4, &o, NULL), ERR_OK);
	cr_assert_eq(object_add(o, "abcd", 4, &d), ERR_OK);
	cr_assert_eq(object_add(o, "e", 1, &d), ERR_TOOBIG);
	object_free(o);
	TEST_END();
}

Test(object, knows_how_its_content_begins)
{
	struct object	*o = NULL;

	cr_assert_eq(object_new(workdir, 100, &o, NULL), ERR_OK);
	cr_assert_not(object_begins(o, "\x7f" "ELF", 4));
	cr_assert_eq(object_add(o, "\x7f" "E", 2, NULL), ERR_OK);
	cr_assert_not(object_begins(o, "\x7f" "ELF", 4));
	cr_assert_eq(object_add(o, "LFxxxxxxxxxxxxxxxxxxxxxx", 24, NULL),
	    ERR_OK);
	cr_assert(object_begins(o, "\x7f" "ELF", 4));
	object_free(o);
	TEST_END();
}
