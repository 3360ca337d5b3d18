#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "domain/cflags.h"
#include "domain/features.h"
#include "domain/objfacts.h"
#include "worker/compile/cdiag.h"
#include "worker/inspect/facts.h"

static struct jval *
parse(const char *text, size_t len)
{
	struct jval	*j = NULL;

	cr_assert_eq(jval_parse(text, len, &j, NULL), ERR_OK);
	return j;
}

/* What is said of a set of facts. */
static struct jval *
meaning(const char *facts)
{
	struct buf	 b = BUF_INIT(OBJFACTS_MAX);
	struct jval	*f = parse(facts, strlen(facts)), *o;

	cr_assert_eq(objfacts_write(f, &b), ERR_OK);
	o = parse(buf_str(&b), b.len);
	jval_free(f);
	buf_clear(&b);
	return o;
}

/* The facts of an object kept as a fuzz seed, and what is said of them. */
static struct jval *
inspect(const char *seed, struct jval **facts)
{
	const char	*top = getenv("top_srcdir");
	struct buf	 file = BUF_INIT(1 << 20), b = BUF_INIT(FACTS_MAX);
	char		 path[512];
	struct jval	*o;

	snprintf(path, sizeof(path), "%s/tests/fuzz/inspect.seeds/%s",
	    top == NULL ? "." : top, seed);
	cr_assert_eq(fsio_read(path, &file, NULL), ERR_OK, "%s", path);
	cr_assert_eq(facts_write(file.data, file.len, &b), ERR_OK);
	o = meaning(buf_str(&b));
	if (facts != NULL)
		*facts = parse(buf_str(&b), b.len);
	buf_clear(&b);
	buf_clear(&file);
	return o;
}

static const struct jval *
at(const struct jval *o, const char *key, size_t i)
{
	return jval_at(jval_get(o, key), i);
}

static const char *
floor_of(const struct jval *o)
{
	return jval_get_str(jval_get(o, "predicted_floor"), "kernel", "?");
}

/* --- tables ---------------------------------------------------------------------*/

Test(features, every_helper_has_a_number_of_its_own_and_a_release)
{
	const struct feature	*f;

	for (int id = 1; id <= 211; id++) {
		cr_assert_not_null(f = feature_helper(id), "%d", id);
		cr_assert_eq(f->id, id);
		cr_assert_geq(f->since, KVER(3, 19));
		cr_assert_leq(f->since, KVER(6, 2));
	}
	cr_assert_null(feature_helper(0));
	cr_assert_null(feature_helper(212));
	cr_assert_str_eq(feature_helper(181)->name, "loop");
	cr_assert_eq(feature_helper(181)->since, KVER(5, 17));
	TEST_END();
}

Test(features, helpers_came_in_the_order_of_their_numbers)
{
	for (int id = 2; id <= 211; id++)
		cr_assert_geq(feature_helper(id)->since,
		    feature_helper(id - 1)->since, "%d", id);
	TEST_END();
}

Test(features, map_types_are_without_a_gap)
{
	for (int64_t t = 1; t <= 35; t++)
		cr_assert_not_null(feature_map_type(t), "%lld",
		    (long long)t);
	cr_assert_null(feature_map_type(0));
	cr_assert_null(feature_map_type(36));
	TEST_END();
}

Test(features, a_section_is_read_as_libbpf_reads_it)
{
	struct sec_meaning	 m = feature_section("?lsm.s/file_open");

	cr_assert(m.known && m.sleepable && m.optional);
	cr_assert_str_eq(m.prog_type, "lsm");
	cr_assert_str_eq(m.target, "file_open");
	cr_assert_eq(m.load, KVER(5, 10));
	m = feature_section("tcx/egress");
	cr_assert_eq(m.load, KVER(4, 1));
	cr_assert_eq(m.attach_since, KVER(6, 6));
	cr_assert(feature_section("kprobe").known);
	cr_assert_not(feature_section("kprobes/x").known);
	cr_assert_not(feature_section("xdp/other").known);
	cr_assert_not(feature_section("").known);
	TEST_END();
}

Test(features, a_release_is_read_and_written)
{
	char	 v[KVER_TEXT_SIZE];

	cr_assert_eq(kver_parse("6.1.0-28-amd64"), KVER(6, 1));
	cr_assert_eq(kver_parse("5.10"), KVER(5, 10));
	cr_assert_eq(kver_parse("six"), 0);
	cr_assert_eq(kver_parse("6"), 0);
	cr_assert_lt(KVER(5, 9), KVER(5, 10));
	cr_assert_str_eq(kver_text(KVER(4, 20), v), "4.20");
	cr_assert_str_eq(kver_text(0, v), "");
	TEST_END();
}

/* --- the reader -------------------------------------------------------------------*/

Test(inspect, a_call_behind_a_core_question_is_optional)
{
	struct jval		*o = inspect("core_guarded", NULL);
	const struct jval	*h = at(at(o, "programs", 0), "helpers", 1);

	cr_assert_str_eq(jval_get_str(h, "name", ""),
	    "bpf_probe_read_kernel");
	cr_assert(jval_get_bool(h, "guarded", false));
	cr_assert_str_eq(jval_str(at(h, "guards", 0), ""),
	    "field_exists struct task_struct___none no_such_field");
	cr_assert_str_eq(floor_of(o), "5.4");
	jval_free(o);
	TEST_END();
}

Test(inspect, a_call_behind_a_weak_symbol_is_optional)
{
	struct jval		*o = inspect("kfunc_weak", NULL);
	const struct jval	*k = at(at(o, "programs", 0), "kfuncs", 0);

	cr_assert(jval_get_bool(k, "weak", false));
	cr_assert(jval_get_bool(k, "guarded", false));
	/* Not even 5.13, which had the first kfuncs. */
	cr_assert_lt(kver_parse(floor_of(o)), KVER(5, 13));
	cr_assert_str_eq(jval_get_str(at(o, "externs", 0), "kind", ""),
	    "kfunc");
	jval_free(o);
	TEST_END();
}

Test(inspect, the_instruction_set_follows_from_the_instructions)
{
	struct jval	*v4 = inspect("insn_v4", NULL);
	struct jval	*v2 = inspect("too_many_jumps", NULL);

	cr_assert_str_eq(jval_get_str(v4, "isa", ""), "v4");
	cr_assert_str_eq(floor_of(v4), "6.6");
	cr_assert_str_eq(jval_get_str(v2, "isa", ""), "v2");
	cr_assert_str_eq(floor_of(v2), "5.3");
	jval_free(v4);
	jval_free(v2);
	TEST_END();
}

Test(inspect, maps_and_global_variables_are_listed)
{
	struct jval		*o = inspect("hash_global", NULL);
	const struct jval	*m = at(o, "maps", 0);

	cr_assert_str_eq(jval_get_str(m, "type_name", ""), "hash");
	cr_assert_gt(jval_get_int(m, "key_size", 0), 0);
	cr_assert_gt(jval_get_int(m, "max_entries", 0), 0);
	cr_assert_str_eq(floor_of(o), "5.2");
	jval_free(o);
	TEST_END();
}

Test(inspect, either_byte_order_is_read)
{
	struct jval	*o = inspect("big_endian", NULL);

	cr_assert_str_eq(jval_get_str(jval_get(o, "elf"), "byte_order", ""),
	    "big");
	cr_assert_str_eq(floor_of(o), "5.8");
	jval_free(o);
	TEST_END();
}

Test(inspect, a_struct_ops_names_its_kernel_type)
{
	struct jval		*o = inspect("struct_ops_tcp", NULL);
	const struct jval	*m = at(o, "maps", 0);

	cr_assert_str_eq(jval_get_str(m, "struct_ops", ""),
	    "tcp_congestion_ops");
	jval_free(o);
	TEST_END();
}

Test(inspect, what_is_no_object_says_why)
{
	struct jval	*o = inspect("class32", NULL);

	cr_assert_str_eq(jval_get_str(o, "problem", ""),
	    "a 32-bit ELF file; BPF objects are 64-bit");
	cr_assert_null(jval_get(o, "predicted_floor"));
	jval_free(o);
	TEST_END();
}

Test(inspect, every_cut_of_an_object_is_survived)
{
	const char	*top = getenv("top_srcdir");
	struct buf	 file = BUF_INIT(1 << 20), b = BUF_INIT(FACTS_MAX);
	char		 path[512];

	snprintf(path, sizeof(path), "%s/tests/fuzz/inspect.seeds/"
	    "core_guarded", top == NULL ? "." : top);
	cr_assert_eq(fsio_read(path, &file, NULL), ERR_OK);
	for (size_t n = 0; n <= file.len; n++) {
		char	*copy = malloc(n + 1);

		memcpy(copy, file.data, n);
		buf_reset(&b);
		cr_assert_eq(facts_write(copy, n, &b), ERR_OK, "%zu", n);
		free(copy);
	}
	buf_clear(&b);
	buf_clear(&file);
	TEST_END();
}

/* --- sources ----------------------------------------------------------------------*/

static struct jval *
diagnostics(const char *text, size_t *errors)
{
	struct buf	 b = BUF_INIT(100000);
	struct jsonw	 w;
	struct jval	*j;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_arr(&w, NULL);
	*errors = cdiag_write(text, strlen(text), &w);
	jsonw_end(&w);
	j = parse(buf_str(&b), b.len);
	buf_clear(&b);
	return j;
}

Test(compile, a_complaint_becomes_file_line_column_and_text)
{
	size_t			 errors;
	struct jval		*j = diagnostics("In file included from "
				    "/src/x.bpf.c:1:\n/sdk/arch/vmlinux.h:7:9: "
				    "warning: odd: thing\n/src/x.bpf.c:12:3: "
				    "fatal error: 'a: error: b' not found\n"
				    "1 error generated.\n", &errors);
	const struct jval	*q = jval_at(j, 1);

	cr_assert_eq(errors, 1);
	cr_assert_eq(jval_len(j), 2);
	cr_assert_str_eq(jval_get_str(jval_at(j, 0), "file", ""),
	    "vmlinux.h");
	cr_assert_str_eq(jval_get_str(q, "file", ""), "x.bpf.c");
	cr_assert_eq(jval_get_int(q, "line", 0), 12);
	cr_assert_eq(jval_get_int(q, "column", 0), 3);
	cr_assert_str_eq(jval_get_str(q, "severity", ""), "error");
	cr_assert_str_eq(jval_get_str(q, "message", ""),
	    "'a: error: b' not found");
	jval_free(j);
	TEST_END();
}

Test(compile, a_complaint_about_no_file_is_one_too)
{
	size_t		 errors;
	struct jval	*j = diagnostics("error: symbol 'x' is already "
			    "defined", &errors);

	cr_assert_eq(errors, 1);
	cr_assert_null(jval_get(jval_at(j, 0), "file"));
	cr_assert_str_eq(jval_get_str(jval_at(j, 0), "message", ""),
	    "symbol 'x' is already defined");
	jval_free(j);
	TEST_END();
}

Test(compile, flags_are_an_allow_list)
{
	static const char *const good[] = { "", "-O1", "-O2", "-g", "-DA",
		"-DA=1", "-DVERSION=KERNEL_VERSION(5,17,0)", "-UA",
		"-mcpu=v1", "-mcpu=v4", "-Ibpf", "-I linux", "-Wall",
		"-Wno-unused", "-Wframe-larger-than=512", " -g \t -O2 " };
	static const char *const bad[] = { "-fplugin=x.so", "-B/tmp",
		"@file", "x.c", "-o", "-O3", "-O0", "-I", "-I/etc",
		"-I../x", "-I bpf/../..", "-DA=\"x\"", "-D1", "-DA;b",
		"-Wl,x", "-Wa,--x", "-Wp,-MD,f", "-W", "-mcpu=native",
		"-include /etc/passwd", "-Xclang -load", "-MF f",
		"-save-temps", "-v", "--sysroot=/", "-isystem /etc",
		"-Dx=$(id)", "-Dx=`id`" };
	struct cflags		 c;
	struct diag		 d = DIAG_INIT;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_assert_eq(cflags_parse(good[i], &c, &d), ERR_OK, "%s",
		    good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(cflags_parse(bad[i], &c, &d), ERR_INVAL, "%s",
		    bad[i]);
		cr_assert_str_eq(d.field, "clang_flags");
	}
	cr_assert_eq(cflags_parse("-I linux -g", &c, &d), ERR_OK);
	cr_assert_eq(c.n, 2);
	cr_assert_str_eq(c.flag[0], "-Ilinux");
	TEST_END();
}

/* --- the floor --------------------------------------------------------------------*/

#define FACTS(body)	"{\"format\":\"inspect.v1\",\"elf\":{}," \
			"\"has_btf\":true," body "}"
#define PROG(sec, helpers)	"\"programs\":[{\"name\":\"x\"," \
	"\"section\":\"" sec "\",\"insns\":2,\"isa\":1,\"features\":[]," \
	"\"helpers\":[" helpers "],\"kfuncs\":[]}]"

static const char	 loop_call[] = FACTS(PROG("xdp",
			    "{\"id\":181,\"calls\":1,\"guarded\":false}"));

Test(floor, the_newest_need_decides_and_says_where)
{
	struct jval		*o = meaning(loop_call);
	const struct jval	*f = jval_get(o, "predicted_floor");

	cr_assert_str_eq(jval_get_str(f, "kernel", ""), "5.17");
	cr_assert_str_eq(jval_str(at(f, "because", 0), ""),
	    "needs 5.17: helper bpf_loop in program x");
	cr_assert_eq(jval_len(jval_get(f, "because")), 1);
	jval_free(o);
	TEST_END();
}

Test(floor, a_program_that_is_left_out_asks_for_nothing)
{
	struct jval	*o = meaning(FACTS(PROG("?xdp",
			    "{\"id\":181,\"calls\":1,\"guarded\":false}")));

	cr_assert_str_eq(floor_of(o), "");
	cr_assert_eq(jval_len(jval_get(jval_get(o, "predicted_floor"),
	    "optional")), 2);
	jval_free(o);
	TEST_END();
}

Test(floor, libbpf_stands_in_for_a_read_helper)
{
	struct jval	*o = meaning(FACTS(PROG("kprobe/x",
			    "{\"id\":113,\"calls\":1,\"guarded\":false}")));

	cr_assert_str_eq(floor_of(o), "4.1");
	jval_free(o);
	TEST_END();
}

Test(floor, attaching_may_need_more_than_loading)
{
	struct jval		*o = meaning(FACTS(PROG("tcx/ingress", "")));
	const struct jval	*f = jval_get(o, "predicted_floor");

	cr_assert_str_eq(jval_get_str(f, "kernel", ""), "6.6");
	cr_assert_str_eq(jval_get_str(f, "load_kernel", ""), "4.1");
	jval_free(o);
	TEST_END();
}

Test(floor, what_no_kernel_has_is_said_first)
{
	struct jval		*o = meaning(FACTS(PROG("xdp",
				    "{\"id\":999,\"calls\":1}")));
	const struct jval	*f = jval_get(o, "predicted_floor");

	cr_assert_str_eq(jval_get_str(f, "kernel", ""), "4.8");
	cr_assert_str_eq(jval_get_str(f, "beyond", ""),
	    "program x calls helper number 999");
	jval_free(o);
	TEST_END();
}

static void
compare(const char *targets, const char *expect)
{
	struct jval	*o = meaning(loop_call), *t[4];
	struct jval	*all = parse(targets, strlen(targets));
	struct buf	 b = BUF_INIT(1024);
	size_t		 n = jval_len(all);

	for (size_t i = 0; i < n; i++)
		t[i] = (struct jval *)(uintptr_t)jval_at(all, i);
	objfacts_compare(o, t, n, &b);
	cr_assert(expect[0] == '\0' ? b.len == 0 :
	    strstr(buf_str(&b), expect) != NULL, "%s", buf_str(&b));
	jval_free(o);
	jval_free(all);
	buf_clear(&b);
}

#define TARGET(rel, status, code)	"{\"status\":\"" status "\"," \
	"\"host\":{\"kernel\":\"" rel "\"},\"classification_code\":\"" \
	code "\"}"

Test(floor, prediction_and_observation_are_set_side_by_side)
{
	compare("[" TARGET("5.10.0", "fail", "MISSING_HELPER") ","
	    TARGET("6.1.0", "pass", "") "]", "5.10 refuses it and 6.1 takes "
	    "it, as predicted.");
	compare("[" TARGET("6.1.0", "fail", "VERIFIER_REJECTION") "]",
	    "6.1 has all it names and refuses it all the same "
	    "(VERIFIER_REJECTION)");
	compare("[" TARGET("5.10.0", "pass", "") "]", "5.10 takes it "
	    "already");
	compare("[" TARGET("6.1.0", "infra_error", "") "]", "");
	TEST_END();
}
