#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/proc.h"
#include "base/timefmt.h"
#include "base/utf8.h"

Test(buf, refuses_to_grow_over_its_maximum)
{
	struct buf	 b = BUF_INIT(4);

	cr_assert_eq(buf_adds(&b, "abcd"), ERR_OK);
	cr_assert_eq(buf_adds(&b, "e"), ERR_TOOBIG);
	cr_assert_eq(buf_err(&b), ERR_TOOBIG);
	cr_assert_str_eq(buf_str(&b), "abcd");
	buf_clear(&b);
	TEST_END();
}

Test(grow, keeps_what_it_holds_and_its_room)
{
	int	*v = NULL;
	size_t	 room = 0;

	for (size_t i = 0; i <= GROW_FIRST; i++) {
		cr_assert_eq(grow(&v, i, &room, sizeof(*v)), ERR_OK);
		v[i] = (int)i;
	}
	cr_assert_eq(room, 2 * GROW_FIRST);
	for (size_t i = 0; i <= GROW_FIRST; i++)
		cr_assert_eq(v[i], (int)i);
	free(v);
	TEST_END();
}

Test(json_out, escapes_what_html_and_old_clients_need)
{
	struct buf	 b = BUF_INIT(1000);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "k", "A->B \"\n\x01\xff\xe2\x80\xa8");
	jsonw_end(&w);
	cr_assert_str_eq(buf_str(&b), "{\"k\":\"A-\\u003eB \\\"\\n\\u0001"
	    "\xef\xbf\xbd\\u2028\"}");
	buf_clear(&b);
	TEST_END();
}

Test(json_out, indents_by_two_spaces)
{
	struct buf	 b = BUF_INIT(1000);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_arr(&w, "a");
	jsonw_int(&w, NULL, 1);
	jsonw_int(&w, NULL, 2);
	jsonw_end(&w);
	jsonw_obj(&w, "o");
	jsonw_end(&w);
	jsonw_end(&w);
	cr_assert_str_eq(buf_str(&b),
	    "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"o\": {}\n}");
	buf_clear(&b);
	TEST_END();
}

Test(json_out, wrong_nesting_is_an_error)
{
	struct buf	 b = BUF_INIT(1000);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	jsonw_int(&w, "key", 1);
	cr_assert_eq(buf_err(&b), ERR_INTERNAL);
	buf_clear(&b);
	TEST_END();
}

static enum err
parse(const char *text, struct jval **j)
{
	return jval_parse(text, strlen(text), j, NULL);
}

Test(json_in, reads_members)
{
	struct jval	*j;

	cr_assert_eq(parse("{\"a\":{\"b\":[1,true,\"x\"]}} ", &j), ERR_OK);
	const struct jval *arr = jval_get(jval_get(j, "a"), "b");
	cr_assert_eq(jval_len(arr), 3);
	cr_assert_eq(jval_int(jval_at(arr, 0), -1), 1);
	cr_assert_eq(jval_bool(jval_at(arr, 1), false), true);
	cr_assert_str_eq(jval_str(jval_at(arr, 2), ""), "x");
	cr_assert_null(jval_get(j, "zzz"));
	jval_free(j);
	TEST_END();
}

Test(json_in, refuses_bad_documents)
{
	static const char *const bad[] = {
		"", "{", "{\"a\":1}}", "{\"a\":1} {}", "{\"a\":1,\"a\":2}",
		"{'a':1}", "{\"a\":1,}", "[1 2]", "\"\xff\"", "nul",
		"{\"x\":{\"b\":1,\"c\":2,\"b\":3}}",
	};
	struct jval	*j = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(parse(bad[i], &j), ERR_SYNTAX, "%s", bad[i]);
	TEST_END();
}

Test(json_in, equal_keys_in_different_objects_are_fine)
{
	struct jval	*j;

	cr_assert_eq(parse("[{\"a\":1},{\"a\":2},{\"b\":{\"a\":1},\"a\":2}]",
	    &j), ERR_OK);
	jval_free(j);
	TEST_END();
}

Test(time, durations)
{
	static const struct { const char *s; long long ms; } ok[] = {
		{ "90s", 90000 }, { "1h30m", 5400000 }, { "1.5m", 90000 },
		{ "250ms", 250 }, { "0s", 0 }, { "1us", 1 }, { "8m", 480000 },
	};
	static const char *const bad[] =
	    { "", "5", "s", "-1s", "1x", "1s ", "1 s", "1e3s" };
	int64_t	 ms;

	for (size_t i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
		cr_expect_eq(time_parse_duration(ok[i].s, &ms), ERR_OK, "%s",
		    ok[i].s);
		cr_expect_eq(ms, ok[i].ms, "%s", ok[i].s);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(time_parse_duration(bad[i], &ms), ERR_INVAL,
		    "%s", bad[i]);
	TEST_END();
}

Test(time, rfc3339_there_and_back)
{
	char	 s[TIME_RFC3339_MS_SIZE];
	int64_t	 ms;

	cr_assert_eq(time_parse_rfc3339("2026-05-27T12:00:00.123Z", &ms),
	    ERR_OK);
	time_rfc3339_ms(ms, s);
	cr_assert_str_eq(s, "2026-05-27T12:00:00.123Z");
	time_rfc3339(ms, s);
	cr_assert_str_eq(s, "2026-05-27T12:00:00Z");
	TEST_END();
}

Test(time, an_instant_that_is_none_is_refused)
{
	static const char *const bad[] = { "", "2026-05-27 12:00:00Z",
	    "26-05-27T12:00:00Z", "2026-5-27T12:00:00Z",
	    "2026-02-30T12:00:00Z", "2026-13-01T12:00:00Z",
	    "2026-05-27T24:00:00Z", "2026-05-27T12:00:60Z",
	    "2026-05-27T12:00:00", "2026-05-27T12:00:00.Z",
	    "2026-05-27T12:00:00+02:00", "1969-12-31T23:59:59Z" };
	int64_t	 ms;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(time_parse_rfc3339(bad[i], &ms), ERR_INVAL,
		    "%s", bad[i]);
	TEST_END();
}

Test(json, a_bare_value_is_a_document)
{
	static const char *const good[] =
	    { "4", "-1.5", "4\r\n", "\"a\"", "true", "null", " [] " };
	struct jval	*doc;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		doc = NULL;
		cr_assert_eq(jval_parse(good[i], strlen(good[i]), &doc, NULL),
		    ERR_OK, "%s", good[i]);
		jval_free(doc);
	}
	TEST_END();
}

Test(conf, a_bad_value_is_an_error_that_names_the_variable)
{
	struct conf	 c;
	struct diag	 d = DIAG_INIT;

	setenv("BPFCOMPAT_INFRA_RETRIES", "many", 1);
	cr_assert_eq(conf_load(&c, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, "BPFCOMPAT_INFRA_RETRIES");
	TEST_END();
}

Test(conf, defaults_hold_when_nothing_is_set)
{
	struct conf	 c;
	struct diag	 d = DIAG_INIT;

	unsetenv("BPFCOMPAT_WORKDIR");
	cr_assert_eq(conf_load(&c, &d), ERR_OK, "%s", d.msg);
	cr_assert_str_eq(c.workdir, ".bpfcompat");
	cr_assert_eq(c.lease, 30000);
	cr_assert_not(c.anon_validate);
	TEST_END();
}

Test(fsio, atomic_write_leaves_no_temporary_file)
{
	char		 dir[] = "/tmp/bpfcompat-test-XXXXXX", path[100];
	struct buf	 b = BUF_INIT(100);

	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(path_join(path, sizeof(path), dir, "f", NULL), ERR_OK);
	cr_assert_eq(fsio_write_atomic(path, "one", 3, 0600, NULL), ERR_OK);
	cr_assert_eq(fsio_write_atomic(path, "two", 3, 0600, NULL), ERR_OK);
	cr_assert_eq(fsio_read(path, &b, NULL), ERR_OK);
	cr_assert_str_eq(buf_str(&b), "two");
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(rmdir(dir), 0, "something else is in the folder");
	buf_clear(&b);
	TEST_END();
}

Test(fsio, names_that_leave_the_folder_are_refused)
{
	static const char *const bad[] =
	    { "", ".", "..", ".x", "a/b", "/a", "a b", "a\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(path_name_ok(bad[i]), "%s", bad[i]);
	cr_expect(path_name_ok("debian-12-6.1"));
	TEST_END();
}

Test(fsio, a_second_lock_is_busy)
{
	char	 path[] = "/tmp/bpfcompat-test-lock-XXXXXX";
	int	 a = mkstemp(path), b = -1;

	cr_assert_neq(a, -1);
	close(a);
	cr_assert_eq(fsio_lock(path, 0, &a, NULL), ERR_OK);
	cr_assert_eq(fsio_lock(path, 0, &b, NULL), ERR_BUSY);
	fsio_unlock(a);
	cr_assert_eq(fsio_lock(path, 0, &b, NULL), ERR_OK);
	fsio_unlock(b);
	unlink(path);
	TEST_END();
}

Test(proc, run_lets_the_child_read_a_descriptor)
{
	const char	*argv[] = { "cat", NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 out = BUF_INIT(100);
	struct diag	 d = DIAG_INIT;
	int		 p[2], code = -1;

	cr_assert_eq(pipe(p), 0);
	cr_assert_eq(fsio_write_all(p[1], "hello", 5), ERR_OK);
	close(p[1]);
	o.argv = argv;
	o.in = p[0];
	cr_assert_eq(proc_run(&o, NULL, 0, &out, NULL, time_mono_ms() + 10000,
	    &code, &d), ERR_OK);
	cr_assert_eq(code, 0);
	cr_assert_str_eq(buf_str(&out), "hello");
	close(p[0]);
	buf_clear(&out);
	TEST_END();
}

Test(proc, runs_with_input_and_captures_output)
{
	const char *const argv[] = { "cat", NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 out = BUF_INIT(100);
	int		 code = -1;

	o.argv = argv;
	cr_assert_eq(proc_run(&o, "hello", 5, &out, NULL,
	    time_mono_ms() + 5000, &code, NULL), ERR_OK);
	cr_assert_eq(code, 0);
	cr_assert_str_eq(buf_str(&out), "hello");
	buf_clear(&out);
	TEST_END();
}

Test(proc, output_beyond_the_cap_is_dropped_and_the_child_ends)
{
	const char *const argv[] = { "head", "-c", "300000", "/dev/zero",
	    NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	struct buf	 out = BUF_INIT(10);
	int		 code = -1;

	o.argv = argv;
	cr_assert_eq(proc_run(&o, NULL, 0, &out, NULL, time_mono_ms() + 5000,
	    &code, NULL), ERR_OK);
	cr_assert_eq(code, 0);
	cr_assert_eq(out.len, 10);
	buf_clear(&out);
	TEST_END();
}

Test(proc, a_deadline_kills_the_whole_group)
{
	const char *const argv[] = { "sh", "-c", "sleep 60 & sleep 60",
	    NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	int		 code;
	int64_t		 t0 = time_mono_ms();

	o.argv = argv;
	cr_assert_eq(proc_run(&o, NULL, 0, NULL, NULL, t0 + 100, &code,
	    NULL), ERR_TIMEOUT);
	cr_assert_lt(time_mono_ms() - t0, 30000);
	TEST_END();
}

Test(proc, a_missing_program_is_named)
{
	const char *const argv[] = { "no-such-program-here", NULL };
	struct proc_opts o = PROC_OPTS_INIT;
	struct diag	 d = DIAG_INIT;
	pid_t		 pid;

	o.argv = argv;
	cr_assert_eq(proc_spawn(&o, &pid, &d), ERR_NOTFOUND);
	cr_assert_not_null(strstr(d.msg, "no-such-program-here"));
	TEST_END();
}

Test(hash, sha256_of_a_known_text)
{
	char	 hex[SHA256_HEX_SIZE];

	cr_assert_eq(sha256_mem("abc", 3, hex), ERR_OK);
	cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a"
	    "9cb410ff61f20015ad");
	cr_assert(hex_is_sha256(hex));
	TEST_END();
}

Test(utf8, refuses_overlong_and_surrogates)
{
	cr_assert(utf8_valid("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9));
	cr_assert_not(utf8_valid("\xc0\x80", 2));
	cr_assert_not(utf8_valid("\xed\xa0\x80", 3));
	cr_assert_not(utf8_valid("\xf4\x90\x80\x80", 4));
	cr_assert_not(utf8_valid("\xe2\x82", 2));
	TEST_END();
}
