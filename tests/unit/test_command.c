/* Command mode without a guest: its description, its programs' libraries. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/command.h"
#include "worker/cli/elfdeps.h"

static void
refused(const char *text, int64_t ms, int exit_code, const char *field)
{
	char		 copy[COMMAND_MAX + 16];
	struct command	 c = { .text = copy, .timeout_ms = ms,
			    .expect_exit = exit_code };
	struct diag	 d = DIAG_INIT;

	snprintf(copy, sizeof(copy), "%s", text);
	cr_expect_eq(command_check(&c, &d), ERR_INVAL, "%.20s", text);
	cr_expect_str_eq(d.field, field);
}

Test(command, every_rule_is_checked)
{
	char	 longer[COMMAND_MAX + 2];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	refused("", 1000, 0, "command");
	refused(" \t", 1000, 0, "command");
	refused("a\nb", 1000, 0, "command");
	refused("a\377", 1000, 0, "command");
	refused(longer, 1000, 0, "command");
	refused("a", 1000, 256, "command-expect-exit");
	refused("a", 0, 0, "command-timeout");
	refused("a", COMMAND_MAX_MS + 1, 0, "command-timeout");
	TEST_END();
}

Test(command, what_is_stored_is_read_back)
{
	static char	 text[] = "mine \"a b\" --once", interp[] = "/lib64/ld";
	struct command	 c = { text, interp, 1500, 3, true }, got;
	struct buf	 doc = BUF_INIT(COMMAND_DOC_MAX);
	struct buf	 plan = BUF_INIT(COMMAND_DOC_MAX);
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(command_write(&c, &doc), ERR_OK);
	cr_assert_eq(command_parse(buf_str(&doc), doc.len, &got, &d), ERR_OK,
	    "%s", d.msg);
	cr_expect_str_eq(got.text, text);
	cr_expect_str_eq(got.interpreter, interp);
	cr_expect_eq(got.expect_exit, 3);
	cr_expect(got.artifact);
	cr_assert_eq(command_plan(&got, &plan), ERR_OK);
	cr_expect_str_eq(buf_str(&plan), "functional_plan.v0.2\n"
	    "option=--command-mode true\nBEGIN\nname=command\n"
	    "command=mine \"a b\" --once\ntimeout_seconds=2\n"
	    "expect_exit_code=3\nEND\n");
	command_clear(&got);
	buf_clear(&doc);
	buf_clear(&plan);
	TEST_END();
}

Test(command, a_stored_one_of_another_version_is_damaged)
{
	struct command	 c;
	struct diag	 d = DIAG_INIT;

	cr_expect_eq(command_parse("{}", 2, &c, &d), ERR_CORRUPT);
	cr_expect_eq(command_parse("{\"schema\":\"command.v1\"}", 23, &c, &d),
	    ERR_CORRUPT);
	TEST_END();
}

static bool
has(const struct elfdeps *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(strrchr(e->path[i], '/') + 1, name) == 0)
			return true;
	return false;
}

Test(elfdeps, finds_the_libraries_of_a_dynamic_program_and_their_own)
{
	char		 self[] = "/proc/self/exe";
	char		*files[] = { self };
	struct elfdeps	 e;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(elfdeps_find(files, 1, &e, &d), ERR_OK, "%s", d.msg);
	cr_assert_not_null(e.interpreter);
	cr_expect(has(&e, "libc.so.6"));
	/* Criterion's own need, not ours. */
	cr_expect(e.n > 3);
	cr_expect_str_eq(strrchr(e.interpreter, '/'),
	    strrchr(e.path[0], '/'));
	elfdeps_clear(&e);
	TEST_END();
}

/* A file of "text" in a folder of its own; the caller unlinks it. */
static void
file(char path[static 64], const void *text, size_t len)
{
	int	 fd;

	snprintf(path, 64, "/tmp/bpfcompat-elfdeps-XXXXXX");
	fd = mkstemp(path);
	cr_assert_neq(fd, -1);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

Test(elfdeps, a_script_needs_nothing)
{
	char		 path[64], *files[] = { path };
	struct elfdeps	 e;
	struct diag	 d = DIAG_INIT;

	file(path, "#!/bin/sh\n", 10);
	cr_assert_eq(elfdeps_find(files, 1, &e, &d), ERR_OK);
	cr_expect_eq(e.n, 0);
	cr_expect_null(e.interpreter);
	elfdeps_clear(&e);
	unlink(path);
	TEST_END();
}

Test(elfdeps, a_program_of_another_machine_is_refused)
{
	unsigned char	 h[64] = "\177ELF\002\002\001";
	char		 path[64], *files[] = { path };
	struct elfdeps	 e;
	struct diag	 d = DIAG_INIT;

	file(path, h, sizeof(h));
	cr_assert_eq(elfdeps_find(files, 1, &e, &d), ERR_UNSUPPORTED);
	elfdeps_clear(&e);
	unlink(path);
	TEST_END();
}

/* Whatever is damaged in it, it is read within its bounds. */
Test(elfdeps, a_damaged_program_is_no_trouble)
{
	struct buf	 b = BUF_INIT((size_t)64 * 1024 * 1024);
	char		 path[64], *files[] = { path };
	struct elfdeps	 e;
	struct diag	 d = DIAG_INIT;
	unsigned	 seed = 1;

	cr_assert_eq(fsio_read("/bin/ls", &b, &d), ERR_OK);
	for (int round = 0; round < 200; round++) {
		char	 was[8];
		size_t	 at;

		/* The headers and the dynamic section count. */
		seed = seed * 1103515245 + 12345;
		at = (seed >> 8) % (round % 2 == 0 ? 1024 : b.len - 8);
		memcpy(was, b.data + at, 8);
		memset(b.data + at, (int)(seed >> 24), 8);
		file(path, b.data, b.len);
		(void)elfdeps_find(files, 1, &e, &d);
		elfdeps_clear(&e);
		unlink(path);
		memcpy(b.data + at, was, 8);
	}
	buf_clear(&b);
	TEST_END();
}
