#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "domain/classify.h"

/* "why\nprocessed N insns": how every verifier log ends. */
#define LOG(why)	"0: R1=ctx()\n" why "\nprocessed 2 insns (limit "	\
			"1000000) max_states_per_insn 0 total_states 0\n"

static struct class_result
run(const struct class_facts *f)
{
	struct class_result	 r;

	classify(f, &r);
	return r;
}

static struct jval *
parse(const char *text)
{
	struct jval	*j = NULL;

	cr_assert_eq(jval_parse(text, strlen(text), &j, NULL), ERR_OK);
	return j;
}

/* --- the verifier's own words decide, whatever the errno ------------------ */

static const struct {
	const char	*log;
	int		 error;
	const char	*code, *sub;
} verifier_cases[] = {
	{ LOG("R0 invalid mem access 'scalar'"), -EACCES, CLASS_VERIFIER,
	  "type_mismatch" },
	{ LOG("R0 invalid mem access 'map_value_or_null'"), -EACCES,
	  CLASS_VERIFIER, "null_dereference" },
	{ LOG("R1 type=scalar expected=fp"), -EACCES, CLASS_VERIFIER,
	  "type_mismatch" },
	{ LOG("R7 !read_ok"), -EACCES, CLASS_VERIFIER, "uninitialized" },
	{ LOG("infinite loop detected at insn 3\ncur state: R0=0\n"
	      "old state: R0=0"), -EINVAL, CLASS_VERIFIER,
	  "unbounded_loop" },
	{ LOG("back-edge from insn 4 to 2"), -EINVAL, CLASS_VERIFIER,
	  "unbounded_loop" },
	{ LOG("Unreleased reference id=2 alloc_insn=7"), -EINVAL,
	  CLASS_VERIFIER, "reference_leak" },
	{ LOG("invalid write to stack R10 off=-520 size=8"), -EACCES,
	  CLASS_VERIFIER, "stack" },
	{ LOG("invalid bpf_context access off=24 size=8"), -EACCES,
	  CLASS_VERIFIER, "invalid_context_access" },
	{ LOG("R0 min value is outside of the allowed memory range"),
	  -EACCES, CLASS_VERIFIER, "out_of_bounds" },
	{ LOG("unknown func bpf_loop#181"), -EINVAL, CLASS_HELPER, "" },
	{ LOG("invalid func unknown#60000"), -EINVAL, CLASS_HELPER, "" },
	{ LOG("program of this type cannot use helper bpf_skb_change_tail#38"),
	  -EINVAL, CLASS_HELPER, "" },
	{ LOG("cannot call GPL-restricted function from non-GPL compatible "
	      "program"), -EINVAL, CLASS_LICENSE, "" },
	{ LOG("BPF program is too large. Processed 1000001 insn"), -E2BIG,
	  CLASS_COMPLEXITY, "instructions" },
	{ LOG("The sequence of 8193 jumps is too complex."), -E2BIG,
	  CLASS_COMPLEXITY, "branches" },
	{ LOG("<invalid CO-RE relocation>\nfailed to resolve CO-RE "
	      "relocation <byte_off> [5] struct a.b (0:1 @ offset 8)"),
	  -EINVAL, CLASS_CORE_RELOCATION, "" },
	{ LOG("invalid func unknown#195896080"), -EINVAL,
	  CLASS_CORE_RELOCATION, "" },
	{ LOG("<invalid kfunc call>\nkfunc 'bpf_x' is referenced but wasn't "
	      "resolved"), -EINVAL, CLASS_KFUNC, "not_in_kernel" },
	{ LOG("calling kernel function bpf_x is not allowed"), -EACCES,
	  CLASS_KFUNC, "not_for_program_type" },
};

Test(classify, verifier_words_decide_over_errno)
{
	for (size_t i = 0; i < sizeof(verifier_cases) /
	    sizeof(verifier_cases[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD,
		    .error = verifier_cases[i].error,
		    .verifier_log = verifier_cases[i].log };
		struct class_result	 r = run(&f);

		cr_assert_str_eq(r.code, verifier_cases[i].code, "%s: %s",
		    verifier_cases[i].log, r.code);
		cr_assert_str_eq(r.sub, verifier_cases[i].sub, "%s: %s",
		    verifier_cases[i].log, r.sub);
		cr_assert_str_eq(r.confidence, "high");
		cr_assert_neq(r.evidence[0], '\0');
	}
	TEST_END();
}

/* The verifier spoke, but what it means is not known: no high confidence. */
Test(classify, words_that_are_not_in_the_table_are_not_guessed)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
	    .error = -EINVAL,
	    .verifier_log = LOG("something nobody has seen before") };
	struct class_result	 r = run(&f);

	cr_assert_str_eq(r.code, CLASS_VERIFIER);
	cr_assert_str_eq(r.sub, "other");
	cr_assert_str_eq(r.confidence, "medium");
	cr_assert_str_eq(r.evidence, "something nobody has seen before");
	TEST_END();
}

/* A global function is announced before it is refused. */
Test(classify, joined_lines_are_read_up_to_the_complaint)
{
	struct jval	*p = parse("{\"name\":\"p\",\"explanation\":{\"verdict\":"
			    "\"Validating f() func#1...; arg#0 reference type("
			    "'UNKNOWN ') size cannot be determined: -22\"}}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .program = p,
			    .program_error = -EINVAL };

	cr_assert_str_eq(run(&f).code, CLASS_VERIFIER);
	cr_assert_str_eq(run(&f).sub, "subprogram");
	jval_free(p);
	TEST_END();
}

static const char report_alone[] = "{\"name\":\"p\",\"explanation\":{"
    "\"verdict\":\"%s\",\"report\":{\"category\":\"C\",\"problem\":\"%s\","
    "\"reason\":\"Because.\",\"suggestion\":\"Do.\"}}}";

/* Kernel 7.3 explains itself; its title is known, or its words are used. */
Test(classify, a_report_alone_is_read_by_its_title)
{
	static const struct { const char *problem, *sub, *confidence; }
	    c[] = {
		{ "Access outside object bounds", "out_of_bounds", "high" },
		{ "Recursive subprogram call", "call_depth", "high" },
		{ "Something new", "other", "medium" },
	};
	char	 text[512];

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD };
		struct class_result	 r;
		struct jval		*p;

		snprintf(text, sizeof(text), report_alone, c[i].problem,
		    c[i].problem);
		f.program = p = parse(text);
		r = run(&f);
		cr_assert_str_eq(r.code, CLASS_VERIFIER);
		cr_assert_str_eq(r.sub, c[i].sub, "%s: %s", c[i].problem,
		    r.sub);
		cr_assert_str_eq(r.confidence, c[i].confidence);
		jval_free(p);
	}
	TEST_END();
}

/* The log of a program the verifier took ends with a step, not a word. */
Test(classify, a_step_is_no_complaint)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
	    .error = -EBUSY, .error_text = "Device or resource busy",
	    .verifier_log = "0: R1=ctx() R10=fp0\n0: (b7) r0 = 0\n"
	    "1: (95) exit\nprocessed 2 insns (limit 1000000)\n" };

	cr_assert_str_eq(run(&f).code, CLASS_UNKNOWN);
	TEST_END();
}

/* --- experiments tell competing causes apart ------------------------------- */

#define EXPERIMENT(about, kind, subject, answer)				\
    "{\"id\":\"e1\",\"about\":{" about "},\"kind\":\"" kind "\",\"subject\":\""	\
    subject "\",\"question\":\"Q?\",\"answer\":\"" answer "\"}"
#define PROGRAM	"\"program\":\"p\""

/* One program "p" of type xdp, and what was tried on it. */
static struct class_result
tried(const char *experiments, const char *log, int error)
{
	struct buf		 b = BUF_INIT(10000);
	struct jval		*d, *p;
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
	    .program_error = error, .verifier_log = log };
	struct class_result	 r;

	buf_addf(&b, "{\"experiments\":[%s]}", experiments);
	d = parse(buf_str(&b));
	p = parse("{\"name\":\"p\",\"section\":\"xdp\",\"type\":\"xdp\","
	    "\"helpers\":[{\"id\":181,\"name\":\"bpf_loop\",\"known\":"
	    "\"no\"}]}");
	f.doc = d;
	f.program = p;
	r = run(&f);
	jval_free(p);
	jval_free(d);
	buf_clear(&b);
	return r;
}

Test(classify, a_helper_of_other_types_is_told_from_a_missing_one)
{
	struct class_result	 r;

	r = tried(EXPERIMENT(PROGRAM, "helper_known_any", "bpf_loop", "no"),
	    LOG("unknown func bpf_loop#181"), -EINVAL);
	cr_assert_str_eq(r.sub, "not_in_kernel");
	cr_assert_str_eq(r.confidence, "high");
	cr_assert_eq(r.nproof, 2);
	cr_assert_str_eq(r.proof[1].kind, "experiment");
	cr_assert_str_eq(r.proof[1].ref, "e1");
	cr_assert_not_null(strstr(r.reason, "helper bpf_loop is missing"));
	r = tried(EXPERIMENT(PROGRAM, "helper_known_any", "bpf_loop", "yes"),
	    LOG("unknown func bpf_loop#181"), -EINVAL);
	cr_assert_str_eq(r.sub, "not_for_program_type");
	cr_assert_not_null(strstr(r.reason, "xdp"));
	TEST_END();
}

/* 5.10 does not say that the program would have to be sleepable. */
Test(classify, a_helper_that_sleeps_is_no_missing_one)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
	    .program_error = -EINVAL,
	    .verifier_log = LOG("unknown func bpf_copy_from_user#148") };
	struct jval		*doc = parse("{}"), *p;
	struct class_result	 r;

	f.doc = doc;
	f.program = p = parse("{\"name\":\"p\",\"section\":\"fentry/x\","
	    "\"type\":\"tracing\",\"sleepable\":false}");
	r = run(&f);
	cr_assert_str_eq(r.code, CLASS_VERIFIER);
	cr_assert_str_eq(r.sub, "sleepable");
	cr_assert_str_eq(r.confidence, "medium");
	jval_free(p);
	f.program = p = parse("{\"name\":\"p\",\"section\":\"fentry.s/x\","
	    "\"type\":\"tracing\",\"sleepable\":true}");
	r = run(&f);
	cr_assert_str_eq(r.code, CLASS_HELPER);
	jval_free(p);
	jval_free(doc);
	TEST_END();
}

/* What was asked about another helper or program proves nothing here. */
Test(classify, experiments_about_something_else_do_not_count)
{
	struct class_result	 r;

	r = tried(EXPERIMENT(PROGRAM, "helper_known_any", "bpf_other", "no"),
	    LOG("unknown func bpf_loop#181"), -EINVAL);
	cr_assert_str_eq(r.rule, "helper");
	r = tried(EXPERIMENT("\"program\":\"q\"", "gpl_license", "", "yes"),
	    LOG("R7 !read_ok"), -EACCES);
	cr_assert_str_eq(r.code, CLASS_VERIFIER);
	TEST_END();
}

Test(classify, a_helper_is_named_by_its_number_where_the_kernel_has_none)
{
	struct class_result	 r;

	r = tried("", LOG("invalid func unknown#181"), -EINVAL);
	cr_assert_not_null(strstr(r.reason, "bpf_loop"));
	r = tried("", LOG("invalid func unknown#60000"), -EINVAL);
	cr_assert_not_null(strstr(r.reason, "number 60000"));
	TEST_END();
}

/* Before 5.13 the address of the callback is refused first. */
Test(classify, a_missing_helper_is_named_before_its_callback)
{
	struct class_result	 r;

	r = tried(EXPERIMENT(PROGRAM, "bpf_loop_callback", "", "no"),
	    LOG("number of funcs in func_info doesn't match number of "
	    "subprogs"), -EINVAL);
	cr_assert_str_eq(r.code, CLASS_HELPER);
	cr_assert_str_eq(r.confidence, "high");
	TEST_END();
}

Test(classify, silent_refusals_are_told_by_what_was_tried)
{
	static const struct { const char *kind, *answer, *code; } c[] = {
		{ "prog_type", "no", CLASS_PROGRAM_TYPE },
		{ "attach_prog_type", "no", CLASS_ATTACH_TYPE },
		{ "no_prog_flags", "yes", CLASS_PROGRAM_TYPE },
		{ "gpl_license", "yes", CLASS_LICENSE },
		{ "prog_type", "unclear", CLASS_UNKNOWN },
	};
	char	 text[256];

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		snprintf(text, sizeof(text), EXPERIMENT(PROGRAM, "%s", "",
		    "%s"), c[i].kind, c[i].answer);
		cr_assert_str_eq(tried(text, NULL, -EINVAL).code, c[i].code,
		    "%s", c[i].kind);
	}
	TEST_END();
}

/* --- libbpf gives up before the kernel is asked ---------------------------- */

static const struct { const char *log, *code; } libbpf_cases[] = {
	{ "libbpf: elf: legacy map definitions in 'maps' section are not "
	  "supported by libbpf v1.0+\n", CLASS_LEGACY_MAPS },
	{ "libbpf: prog 'x': missing BPF prog type, check ELF section name "
	  "'nothing'\n", CLASS_LOADER },
	{ "libbpf: extern (func ksym) 'bpf_y': not found in kernel or module "
	  "BTFs\n", CLASS_KFUNC },
	{ "libbpf: extern (var ksym) 'z': failed to find BTF ID in kernel "
	  "BTF(s).\n", CLASS_KSYM },
	{ "libbpf: extern 'CONFIG_NOT_SET' (strong): not resolved\n",
	  CLASS_KCONFIG },
	{ "libbpf: extern 'some_symbol' (strong): not resolved\n",
	  CLASS_KSYM },
	{ "libbpf: prog 'x': failed to find kernel BTF type ID of "
	  "'bpf_lsm_none': -ESRCH\n", CLASS_ATTACH_TARGET },
	{ "libbpf: struct_ops init_kern ops: struct sched_ext_ops is not "
	  "found in kernel BTF\n", CLASS_STRUCT_OPS },
};

Test(classify, libbpf_messages_are_read_where_they_mean_something)
{
	for (size_t i = 0; i < sizeof(libbpf_cases) /
	    sizeof(libbpf_cases[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD,
		    .error = -EINVAL, .libbpf_log = libbpf_cases[i].log };
		struct class_result	 r = run(&f);

		cr_assert_str_eq(r.code, libbpf_cases[i].code, "%s: %s",
		    libbpf_cases[i].log, r.code);
		cr_assert_str_eq(r.evidence, strndupa(libbpf_cases[i].log,
		    strcspn(libbpf_cases[i].log, "\n")));
	}
	TEST_END();
}

/* libbpf names what it looked for without the prefix of its kind. */
Test(classify, what_is_not_in_btf_is_named_by_the_kind_of_program)
{
	static const struct { const char *section, *type, *sub; } c[] = {
		{ "lsm/x", "lsm", "lsm_hook" },
		{ "lsm.s/x", "lsm", "lsm_hook" },
		{ "tp_btf/x", "tracing", "tracepoint" },
		{ "iter/x", "tracing", "iterator" },
		{ "iter.s/x", "tracing", "iterator" },
		{ "fentry/x", "tracing", "function" },
	};
	char	 text[256];

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD,
		    .error = -ESRCH, .libbpf_log = "libbpf: prog 'p': failed "
		    "to find kernel BTF type ID of 'x': -ESRCH\n" };
		struct class_result	 r;
		struct jval		*p;

		snprintf(text, sizeof(text), "{\"name\":\"p\",\"section\":"
		    "\"%s\",\"type\":\"%s\"}", c[i].section, c[i].type);
		f.program = p = parse(text);
		r = run(&f);
		cr_assert_str_eq(r.code, CLASS_ATTACH_TARGET);
		cr_assert_str_eq(r.sub, c[i].sub, "%s: %s", c[i].section,
		    r.sub);
		jval_free(p);
	}
	TEST_END();
}

/* The same words after a load that worked say nothing about an attach. */
Test(classify, load_messages_do_not_explain_an_attach)
{
	struct class_facts	 f = { .stage = CLASS_AT_ATTACH,
	    .error = -EOPNOTSUPP, .libbpf_log = libbpf_cases[0].log };

	cr_assert_str_eq(run(&f).code, CLASS_ATTACH_TYPE);
	TEST_END();
}

/* --- maps -------------------------------------------------------------------*/

static struct class_result
map_case(int no, const char *probe)
{
	char			 text[512];
	struct jval		*doc, *map;
	struct class_facts	 f = { .stage = CLASS_AT_LOAD, .error = no };
	struct class_result	 r;

	snprintf(text, sizeof(text), "{\"capabilities\":{\"map_types\":{"
	    "\"bloom_filter\":{\"status\":\"%s\"}}}}", probe);
	doc = parse(text);
	snprintf(text, sizeof(text), "{\"name\":\"m\",\"type_name\":"
	    "\"bloom_filter\",\"errno\":%d}", no);
	map = parse(text);
	f.doc = doc;
	f.map = map;
	r = run(&f);
	jval_free(map);
	jval_free(doc);
	return r;
}

Test(classify, a_map_type_is_unsupported_only_when_the_probe_says_so)
{
	struct class_result	 r = map_case(-EINVAL, "unsupported");

	cr_assert_str_eq(r.code, CLASS_MAP_TYPE);
	cr_assert_str_eq(r.confidence, "high");
	r = map_case(-EINVAL, "supported");
	cr_assert_str_eq(r.code, CLASS_MAP_ATTRIBUTE);
	r = map_case(-EINVAL, "unknown");
	cr_assert_str_eq(r.code, CLASS_MAP_TYPE);
	cr_assert_str_eq(r.confidence, "medium");
	TEST_END();
}

Test(classify, map_errors_that_are_no_matter_of_the_type)
{
	cr_assert_str_eq(map_case(-ENOMEM, "supported").code, CLASS_MEMORY);
	cr_assert_str_eq(map_case(-E2BIG, "supported").code,
	    CLASS_MAP_ATTRIBUTE);
	cr_assert_str_eq(map_case(-EPERM, "supported").code,
	    CLASS_CAPABILITY);
	TEST_END();
}

/* A kernel and an object may both be newer than the validator. */
Test(classify, a_map_type_without_a_name_has_its_number)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD };
	struct class_result	 r;
	struct jval		*d, *m;

	f.doc = d = parse("{\"experiments\":[" EXPERIMENT("\"map\":\"m\"",
	    "map_type", "unknown", "no") "]}");
	f.map = m = parse("{\"name\":\"m\",\"type\":35,\"type_name\":\"\","
	    "\"status\":\"failed\",\"errno\":-22}");
	r = run(&f);
	cr_assert_str_eq(r.code, CLASS_MAP_TYPE);
	cr_assert_not_null(strstr(r.reason, "map type number 35"));
	jval_free(m);
	jval_free(d);
	TEST_END();
}

Test(classify, a_map_of_maps_without_an_inner_map_needs_its_loader)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD };
	struct class_result	 r;
	struct jval		*m;

	f.map = m = parse("{\"name\":\"m\",\"type_name\":\"hash_of_maps\","
	    "\"inner_map\":\"none\",\"errno\":-22}");
	r = run(&f);
	cr_assert_str_eq(r.code, CLASS_LOADER);
	cr_assert_str_eq(r.sub, "inner_map");
	jval_free(m);
	f.map = m = parse("{\"name\":\"m\",\"type_name\":\"hash_of_maps\","
	    "\"errno\":-22}");
	cr_assert_str_neq(run(&f).code, CLASS_LOADER);
	jval_free(m);
	TEST_END();
}

Test(classify, a_map_that_is_created_with_less_is_told_by_what)
{
	static const struct { const char *kind; int no; const char *code,
	    *sub; } c[] = {
		{ "map_fewer_entries", -ENOMEM, CLASS_MEMORY, "map" },
		{ "map_fewer_entries", -E2BIG, CLASS_MAP_ATTRIBUTE,
		  "max_entries" },
		{ "map_no_flags", -EINVAL, CLASS_MAP_ATTRIBUTE, "flags" },
		{ "map_small", -EINVAL, CLASS_MAP_ATTRIBUTE, "" },
	};
	char	 text[256];

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD };
		struct class_result	 r;
		struct jval		*d, *m;

		snprintf(text, sizeof(text), "{\"experiments\":["
		    EXPERIMENT("\"map\":\"m\"", "%s", "4096", "yes") "]}",
		    c[i].kind);
		f.doc = d = parse(text);
		snprintf(text, sizeof(text), "{\"name\":\"m\",\"type_name\":"
		    "\"hash\",\"max_entries\":9,\"errno\":%d}", c[i].no);
		f.map = m = parse(text);
		r = run(&f);
		cr_assert_str_eq(r.code, c[i].code, "%s", c[i].kind);
		cr_assert_str_eq(r.sub, c[i].sub, "%s", c[i].kind);
		cr_assert_str_eq(r.confidence, "high");
		jval_free(m);
		jval_free(d);
	}
	TEST_END();
}

/* --- structured evidence ------------------------------------------------------*/

Test(classify, a_back_edge_at_a_call_is_recursion)
{
	static const struct { const char *insn, *sub; } c[] = {
		{ "(85) call pc-8", "call_depth" },
		{ "(05) goto pc-8", "unbounded_loop" },
	};
	char	 text[256];

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_LOAD,
		    .program_error = -EINVAL };
		struct jval		*p;

		snprintf(text, sizeof(text), "{\"name\":\"p\",\"explanation\":"
		    "{\"verdict\":\"back-edge from insn 10 to 3\","
		    "\"insn_text\":\"%s\"}}", c[i].insn);
		f.program = p = parse(text);
		cr_assert_str_eq(run(&f).sub, c[i].sub, "%s", c[i].insn);
		jval_free(p);
	}
	TEST_END();
}

Test(classify, poison_records_need_no_text)
{
	struct jval	*p = parse("{\"name\":\"p\",\"poison\":[{\"kind\":"
			    "\"core_relo\",\"insn\":4,\"detail\":\"task.x\"}]}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .program = p,
			    .program_error = -EINVAL,
			    .verifier_log = LOG("invalid func") };
	struct class_result r = run(&f);

	cr_assert_str_eq(r.code, CLASS_CORE_RELOCATION);
	cr_assert_str_eq(r.evidence, "instruction 4: task.x");
	jval_free(p);
	TEST_END();
}

Test(classify, missing_externs_count_when_they_stopped_the_load)
{
	struct jval	*d = parse("{\"load\":{\"stage\":\"prepare\"},"
			    "\"discovery\":{\"externs\":[{\"name\":\"weak\","
			    "\"kind\":\"kfunc\",\"status\":\"weak_missing\"},"
			    "{\"name\":\"bpf_q\",\"kind\":\"kfunc\","
			    "\"status\":\"incompatible\"}]}}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .doc = d,
			    .error = -EINVAL };

	cr_assert_str_eq(run(&f).code, CLASS_KFUNC);
	cr_assert_str_eq(run(&f).evidence, "kfunc bpf_q: incompatible");
	jval_free(d);
	TEST_END();
}

Test(classify, a_program_type_that_the_probe_denies)
{
	struct jval	*d = parse("{\"capabilities\":{\"program_types\":{"
			    "\"netfilter\":{\"status\":\"unsupported\"}}}}");
	struct jval	*p = parse("{\"name\":\"p\",\"type\":\"netfilter\"}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .doc = d,
			    .program = p, .program_error = -EINVAL };

	cr_assert_str_eq(run(&f).code, CLASS_PROGRAM_TYPE);
	jval_free(p);
	jval_free(d);
	TEST_END();
}

Test(classify, lockdown_is_a_fact_not_a_word_in_a_log)
{
	struct jval	*d = parse("{\"kernel\":{\"lockdown\":"
			    "\"confidentiality\"}}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .doc = d,
			    .error = -EPERM };

	cr_assert_str_eq(run(&f).code, CLASS_LOCKDOWN);
	f.doc = NULL;
	f.libbpf_log = "libbpf: lsm/lockdown.bpf.o: failed\n";
	cr_assert_str_eq(run(&f).code, CLASS_CAPABILITY);
	jval_free(d);
	TEST_END();
}

/* An option counts as off only where the kernel knows it. */
Test(classify, an_option_that_is_off_is_the_cause_where_it_is_known)
{
	struct jval	*off = parse("{\"kernel\":{\"config\":{"
			    "\"CONFIG_FPROBE\":\"n\"}}}");
	struct jval	*old = parse("{\"kernel\":{\"config\":{"
			    "\"CONFIG_KPROBES\":\"y\"}}}");
	struct jval	*p = parse("{\"name\":\"p\",\"section\":"
			    "\"kprobe.multi/x*\"}");
	struct class_facts f = { .stage = CLASS_AT_ATTACH, .program = p,
			    .program_error = -EOPNOTSUPP, .doc = off };

	cr_assert_str_eq(run(&f).code, CLASS_CONFIG);
	cr_assert_not_null(strstr(run(&f).remedy, "CONFIG_FPROBE"));
	f.doc = old;
	cr_assert_str_eq(run(&f).code, CLASS_ATTACH_TYPE);
	jval_free(p);
	jval_free(off);
	jval_free(old);
	TEST_END();
}

Test(classify, relocations_name_the_field_that_is_not_there)
{
	struct jval	*p = parse("{\"name\":\"p\",\"explanation\":{\"insn\":"
			    "7,\"verdict\":\"invalid func unknown#195896080\","
			    "\"source\":{\"file\":\"a/x.bpf.c\",\"line\":12}},"
			    "\"relocations\":[{\"insn\":3,\"kind\":"
			    "\"field_exists\",\"local_type\":\"struct a\","
			    "\"access\":\"b\",\"status\":\"guarded_missing\"},"
			    "{\"insn\":5,\"kind\":\"field_byte_offset\","
			    "\"local_type\":\"struct a\",\"access\":\"c\","
			    "\"status\":\"poisoned\"},{\"insn\":7,\"kind\":"
			    "\"field_byte_offset\",\"local_type\":"
			    "\"struct task_struct\",\"access\":\"state\","
			    "\"status\":\"poisoned\"}]}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .program = p,
			    .program_error = -EINVAL };
	struct class_result r = run(&f);

	cr_assert_str_eq(r.code, CLASS_CORE_RELOCATION);
	cr_assert_str_eq(r.sub, "field");
	cr_assert_not_null(strstr(r.reason, "struct task_struct.state"));
	cr_assert_not_null(strstr(r.reason, "x.bpf.c:12"));
	jval_free(p);
	TEST_END();
}

Test(classify, missing_btf_needs_a_kernel_without_btf)
{
	struct jval	*without = parse("{\"btf\":{\"kernel_btf_available\":"
			    "false}}");
	struct class_facts f = { .stage = CLASS_AT_LOAD, .error = -ESRCH,
			    .doc = without, .libbpf_log = "libbpf: Error "
			    "loading vmlinux BTF: -ESRCH\n" };

	cr_assert_str_eq(run(&f).code, CLASS_MISSING_BTF);
	/* No BTF, but the verifier spoke: that is the cause. */
	f.libbpf_log = NULL;
	f.verifier_log = LOG("R0 invalid mem access 'scalar'");
	cr_assert_str_eq(run(&f).code, CLASS_VERIFIER);
	jval_free(without);
	TEST_END();
}

/* --- the object, the guest, and not knowing -----------------------------------*/

Test(classify, objects_that_are_none)
{
	struct class_facts	 f = { .stage = CLASS_AT_OPEN,
	    .error = -4001, .elf = "not ELF: no magic" };

	cr_assert_str_eq(run(&f).code, CLASS_BAD_OBJECT);
	snprintf(f.elf, sizeof(f.elf), "big-endian byte order");
	cr_assert_str_eq(run(&f).code, CLASS_WRONG_ARCH);
	f.elf[0] = '\0';
	f.error = -EINVAL;
	cr_assert_str_eq(run(&f).code, CLASS_BAD_OBJECT);
	TEST_END();
}

Test(classify, attach_errors_by_errno)
{
	static const struct { int error; const char *code; } cases[] = {
		{ -ENOENT, CLASS_ATTACH_TARGET },
		{ -ESRCH, CLASS_ATTACH_TARGET },
		{ -EOPNOTSUPP, CLASS_ATTACH_TYPE },
		{ -524, CLASS_ATTACH_TYPE },
		{ -EPERM, CLASS_POLICY },
		{ -EINVAL, CLASS_ATTACH_TYPE },
		{ -EBUSY, CLASS_ATTACH_OTHER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct class_facts	 f = { .stage = CLASS_AT_ATTACH,
		    .program_error = cases[i].error };

		cr_assert_str_eq(run(&f).code, cases[i].code);
	}
	TEST_END();
}

Test(classify, a_program_that_cannot_be_tested_here_says_so)
{
	struct jval	*p = parse("{\"name\":\"u\",\"section\":\"uprobe\","
			    "\"attach_error\":\"not testable here: the "
			    "section names no binary\"}");
	struct class_facts f = { .stage = CLASS_AT_ATTACH, .program = p };

	cr_assert_str_eq(run(&f).code, CLASS_ATTACH_OTHER);
	cr_assert_str_eq(run(&f).rule, "attach-untested");
	jval_free(p);
	TEST_END();
}

Test(classify, a_dead_guest_has_its_last_step_and_the_splat)
{
	struct class_facts	 f = { .stage = CLASS_AT_DEATH,
	    .last_step = "load of program x",
	    .splat = "BUG: kernel NULL pointer dereference\nRIP: 0010\n" };
	struct class_result	 r = run(&f);

	cr_assert_str_eq(r.code, CLASS_GUEST_CRASH);
	cr_assert_str_eq(r.reason,
	    "the guest died during load of program x");
	cr_assert_str_eq(r.evidence, "BUG: kernel NULL pointer dereference");
	f.stage = CLASS_AT_HANG;
	cr_assert_str_eq(run(&f).code, CLASS_GUEST_HANG);
	f.splat = NULL;
	f.error_text = "it does not answer";
	cr_assert_str_eq(run(&f).confidence, "medium");
	f.error_text = "its CPU was in the kernel with interrupts off";
	cr_assert_str_eq(run(&f).confidence, "high");
	TEST_END();
}

Test(classify, unknown_when_nothing_is_sure)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
	    .error = -EINVAL, .error_text = "Invalid argument",
	    .libbpf_log = "libbpf: something odd\n" };
	struct class_result	 r = run(&f);

	cr_assert_str_eq(r.code, CLASS_UNKNOWN);
	cr_assert_str_eq(r.confidence, "low");
	cr_assert_str_eq(r.evidence, "libbpf: something odd");
	TEST_END();
}

Test(classify, last_line_skips_statistics_and_frames)
{
	char	 line[64];

	class_last_line("-- BEGIN PROG LOAD LOG --\nR1 !read_ok\nprocessed 1 "
	    "insns (limit 1000000)\nverification time 5 usec\nstack depth 0\n"
	    "-- END PROG LOAD LOG --\nlibbpf: prog 'x': failed to load: -13\n",
	    line, sizeof(line));
	cr_assert_str_eq(line, "R1 !read_ok");
	class_last_line("", line, sizeof(line));
	cr_assert_str_eq(line, "");
	class_last_line(NULL, line, sizeof(line));
	cr_assert_str_eq(line, "");
	class_last_line("a line that is longer than the room for it, so it "
	    "has to be cut somewhere\n", line, 10);
	cr_assert_str_eq(line, "a line th");
	TEST_END();
}

/* Kernel 7.3 explains itself below the line that older kernels end with. */
Test(classify, last_line_is_above_the_kernels_own_report)
{
	char	 line[64];

	class_last_line("0: (bf) r0 = r7\nR7 !read_ok\n\n"
	    "Verification failed: Register Type Safety: Unreadable register\n"
	    "\nReason:\n  R7 has never been initialized on this path.\n\n"
	    "Suggestion:\n  Initialize R7 on every path before this "
	    "instruction.\n\nsubprog 0 (x) main insns_self 1\n"
	    "processed 1 insns (limit 1000000)\n", line, sizeof(line));
	cr_assert_str_eq(line, "R7 !read_ok");
	TEST_END();
}

Test(classify, last_line_of_a_report_alone_is_its_title)
{
	char	 line[64];

	class_last_line("Verification failed: Policy: Operation is not "
	    "allowed\n\nReason:\n  The helper x is not allowed.\n"
	    "processed 2 insns (limit 1000000)\n", line, sizeof(line));
	cr_assert_str_eq(line,
	    "Verification failed: Policy: Operation is not allowed");
	TEST_END();
}

/* Kernel 7.2 has a line of numbers of its own. */
Test(classify, last_line_is_above_the_numbers_of_7_2)
{
	char	 line[64];

	class_last_line("0: (bf) r0 = r7\nR7 !read_ok\nverification time 5 "
	    "usec\nstack depth 0 max 0\ninsns processed 1\nprocessed 1 insns "
	    "(limit 1000000)\n", line, sizeof(line));
	cr_assert_str_eq(line, "R7 !read_ok");
	TEST_END();
}
