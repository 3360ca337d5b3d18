#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "worker/cli/flags.h"
#include "worker/cli/progress.h"
#include "worker/cli/test_show.h"

static bool		 on;
static const char	*str;
static int64_t		 num, dur;

static const struct flag table[] = {
	FLAG_B("on", &on, "a switch"),
	FLAG_S("str", &str, "TEXT", "a text"),
	FLAG_N("num", &num, 1, 10, "N", "a number"),
	FLAG_D("dur", &dur, 1000, 60000, "a duration"),
	FLAG_LAST
};

/* Runs the parser with standard error sent away. */
static bool
parse(int max_words, char **argv, int *nwords, int *code)
{
	const struct flags	 f = { "verb", "[WORD...]", "About.",
		max_words, table };
	int			 argc = 0, saved, null;
	bool			 ok;

	on = false;
	str = NULL;
	num = dur = -1;
	*code = -1;
	while (argv[argc] != NULL)
		argc++;
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	null = open("/dev/null", O_WRONLY);
	dup2(null, STDERR_FILENO);
	ok = flags_parse(&f, argc, argv, nwords, code);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	return ok;
}

#define ARGV(...)	(char *[]){ (char[]){ "verb" }, __VA_ARGS__, NULL }
#define W(s)		(char[]){ s }

Test(flags, one_or_two_hyphens_space_or_equals)
{
	int	 n, code;
	char	**argv = ARGV(W("-str"), W("a"), W("--num=3"), W("--dur"),
	    W("2s"));

	cr_assert(parse(0, argv, &n, &code));
	cr_assert_str_eq(str, "a");
	cr_assert_eq(num, 3);
	cr_assert_eq(dur, 2000);
	cr_assert_eq(n, 0);
	TEST_END();
}

Test(flags, a_bare_switch_takes_no_word)
{
	int	 n, code;
	char	**argv = ARGV(W("--on"), W("false"));

	cr_assert(parse(-1, argv, &n, &code));
	cr_assert(on);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(argv[0], "false");
	cr_assert(parse(-1, ARGV(W("--on=false")), &n, &code));
	cr_assert_not(on);
	TEST_END();
}

Test(flags, words_keep_their_order_between_flags)
{
	int	 n, code;
	char	**argv = ARGV(W("a"), W("--num"), W("2"), W("b"), W("--"),
	    W("--on"));

	cr_assert(parse(-1, argv, &n, &code));
	cr_assert_eq(n, 3);
	cr_assert_str_eq(argv[0], "a");
	cr_assert_str_eq(argv[1], "b");
	cr_assert_str_eq(argv[2], "--on");
	cr_assert_not(on);
	TEST_END();
}

Test(flags, mistakes_end_with_1)
{
	int	 n, code;
	char	**bad[] = {
		ARGV(W("--nope")), ARGV(W("--num=0")), ARGV(W("--num=11")),
		ARGV(W("--num=1x")), ARGV(W("--num")), ARGV(W("--str")),
		ARGV(W("--on=maybe")), ARGV(W("--dur=5")),
		ARGV(W("--dur=1h")), ARGV(W("word")), ARGV(W("--numb=1")),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_not(parse(0, bad[i], &n, &code), "case %zu", i);
		cr_assert_eq(code, 1);
	}
	TEST_END();
}

Test(flags, help_ends_with_0)
{
	int	 n, code;

	cr_assert_not(parse(0, ARGV(W("-h")), &n, &code));
	cr_assert_eq(code, 0);
	cr_assert_not(parse(0, ARGV(W("--on"), W("--help")), &n, &code));
	cr_assert_eq(code, 0);
	TEST_END();
}

/* What a display of that mode writes for a short life of one thing. */
static void
shown(enum progress_mode mode, char *out, size_t size)
{
	struct progress	*p;
	int		 fds[2], n;
	ssize_t		 len;

	cr_assert_eq(pipe(fds), 0);
	p = progress_new(fds[1], mode);
	n = progress_add(p, "k1");
	progress_set(p, n, "download", 0, 2000000, true, "a.deb");
	progress_set(p, n, "download", 1000000, 2000000, true, "a.deb");
	progress_set(p, n, "unpack", 0, 0, false, NULL);
	progress_end(p, n, false, "a\x1b[2Jb");
	progress_free(p);
	close(fds[1]);
	len = read(fds[0], out, size - 1);
	out[len > 0 ? len : 0] = '\0';
	close(fds[0]);
}

Test(progress, plain_lines_tell_each_stage_once)
{
	char	 out[4096];

	shown(PROGRESS_PLAIN, out, sizeof(out));
	cr_assert_str_eq(out, "k1: download 2.0 MB a.deb\nk1: unpack\n"
	    "k1: failed: a [2Jb\n");
	TEST_END();
}

Test(progress, json_lines_are_objects)
{
	char	 out[4096];

	shown(PROGRESS_JSON, out, sizeof(out));
	cr_assert_str_eq(out,
	    "{\"event\":\"progress\",\"id\":\"k1\",\"stage\":\"download\","
	    "\"done\":0,\"total\":2000000,\"text\":\"a.deb\"}\n"
	    "{\"event\":\"progress\",\"id\":\"k1\",\"stage\":\"unpack\"}\n"
	    "{\"event\":\"end\",\"id\":\"k1\",\"ok\":false,"
	    "\"text\":\"a [2Jb\"}\n");
	TEST_END();
}

Test(progress, a_terminal_keeps_only_the_results)
{
	char	 out[4096];

	shown(PROGRESS_TTY, out, sizeof(out));
	cr_assert_not_null(strstr(out, "0 kB of 2.0 MB,   0 %  a.deb"));
	cr_assert_not_null(strstr(out, "\033[1A\r\033[J"));
	cr_assert_not_null(strstr(out, "--\033[0m k1  a [2Jb\n"));
	TEST_END();
}

Test(progress, takes_null_and_does_nothing)
{
	progress_set(NULL, 0, "x", 0, 0, false, NULL);
	progress_end(NULL, 0, true, "x");
	progress_note(NULL, "x");
	progress_free(NULL);
	TEST_END();
}

/* --- the end of "bpfcompat test" ----------------------------------------- */

static void
golden(const char *name, char *path, size_t size, struct buf *b)
{
	const char	*src = getenv("top_srcdir");

	snprintf(path, size, "%s/tests/unit/golden/%s", src == NULL ? "." :
	    src, name);
	cr_assert_eq(fsio_read(path, b, NULL), ERR_OK, "%s", path);
}

/* The report's golden file, as the terminal shows it. */
Test(summary, a_refused_program_is_shown_at_its_line)
{
	struct buf	 json = BUF_INIT(1000000), out = BUF_INIT(1000000);
	struct buf	 want = BUF_INIT(1000000);
	struct jval	*report = NULL;
	char		 path[4096];

	golden("report.json", path, sizeof(path), &json);
	cr_assert_eq(jval_parse(buf_str(&json), json.len, &report, NULL),
	    ERR_OK);
	test_summary(report, "w", &out);
	snprintf(path + strlen(path) - strlen("report.json"),
	    sizeof("summary.txt"), "summary.txt");
	if (getenv("UPDATE_GOLDEN") != NULL)
		cr_assert_eq(fsio_write_atomic(path, out.data, out.len, 0644,
		    NULL), ERR_OK);
	golden("summary.txt", path, sizeof(path), &want);
	cr_assert_str_eq(buf_str(&out), buf_str(&want));
	/* Nothing of a guest can steer the terminal. */
	for (size_t i = 0; i < out.len; i++)
		cr_assert(out.data[i] == '\n' ||
		    (unsigned char)out.data[i] >= 0x20);
	jval_free(report);
	buf_clear(&json);
	buf_clear(&out);
	buf_clear(&want);
	TEST_END();
}
