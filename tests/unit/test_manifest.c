#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/expect.h"
#include "domain/manifest.h"

static struct profile		 p61 = { .id = (char[]){ "debian-12-6.1" } };
static struct profile		 p510 = { .id = (char[]){ "debian-11-5.10" } };
static struct profile		*items[] = { &p510, &p61 };
static const struct profile_set	 known = { items, 2 };

static enum err
parse(const char *text, struct manifest *m, struct diag *d)
{
	*d = (struct diag)DIAG_INIT;
	return manifest_parse("m.yaml", text, strlen(text), &known, m, d);
}

/* The manifest is refused, and the message begins as said. */
static void
refused(const char *text, const char *message)
{
	struct manifest	 m = { 0 };
	struct diag	 d;

	cr_expect_neq(parse(text, &m, &d), ERR_OK, "accepted: %s", text);
	cr_expect(strncmp(d.msg, message, strlen(message)) == 0,
	    "for: %s\nwant: %s\ngot:  %s", text, message, d.msg);
}

static void
accepted(const char *text, struct manifest *m)
{
	struct diag	 d;

	cr_assert_eq(parse(text, m, &d), ERR_OK, "%s", d.msg);
}

TestSuite(manifest);

static const char example[] =
	"name: flow-monitor\n"
	"programs:\n"
	"  - name: on_connect\n"
	"    section: fentry/tcp_v4_connect\n"
	"    attach: { kind: fentry, symbol: tcp_v4_connect, required: true }\n"
	"maps:\n"
	"  - name: per_cpu_scratch\n"
	"    max_entries: cpus\n"
	"  - name: rings\n"
	"    max_entries: 7\n"
	"    inner_ringbuf_bytes: 1048576\n"
	"  - name: inner\n"
	"    inner_map: { type: hash, key_size: 4, value_size: 8, "
	"max_entries: 16 }\n"
	"program_types:\n"
	"  - program: filter0\n"
	"    type: socket_filter\n"
	"program_variants:\n"
	"  - group: scan_loop\n"
	"    programs:\n"
	"      - name: scan_bounded_helper\n"
	"        requires_helper: bpf_loop\n"
	"        probe: trial_load\n"
	"      - name: scan_unrolled\n"
	"probe_companions: [dispatch]\n"
	"required_profiles: [debian-12-6.1]\n"
	"functional_tests:\n"
	"  - name: sees-a-connection\n"
	"    command: \"ping -c1 127.0.0.1; test -s /tmp/flow.log\"\n"
	"    timeout: 1500ms\n"
	"    required: false\n"
	"    expect_exit_code: 3\n"
	"    expect_stdout_contains: hello\n"
	"expect:\n"
	"  - profiles: [debian-11-*]\n"
	"    result: fail\n"
	"    code: MISSING_HELPER\n"
	"    reason: bpf_loop came with 5.17\n"
	"metadata: { owner: me, list: [1, { a: b }] }\n";

Test(manifest, every_key_is_understood)
{
	struct manifest	 m;

	accepted(example, &m);
	cr_expect_str_eq(m.name, "flow-monitor");
	cr_assert_eq(m.nprogs, 1);
	cr_expect_str_eq(m.progs[0].target, "tcp_v4_connect");
	cr_expect(m.progs[0].required);
	cr_assert_eq(m.nmaps, 3);
	cr_expect_eq(m.maps[0].entries, MANIFEST_CPUS);
	cr_expect_eq(m.maps[1].entries, 7);
	cr_expect_eq(m.maps[1].ringbuf_bytes, 1048576);
	cr_expect_str_eq(m.maps[2].inner_type, "hash");
	cr_expect_eq(m.maps[2].inner_entries, 16);
	cr_assert_eq(m.ngroups, 1);
	cr_assert_eq(m.groups[0].n, 2);
	cr_expect_eq(m.groups[0].v[0].helper, 181);
	cr_expect(m.groups[0].v[0].trial);
	cr_expect_eq(m.ncompanions, 1);
	cr_expect_eq(m.ntests, 1);
	cr_expect_eq(m.tests[0].timeout_s, 2);
	cr_expect_not(m.tests[0].required);
	cr_assert_eq(m.nexpects, 1);
	cr_expect_str_eq(m.expects[0].code, "MISSING_HELPER");
	manifest_clear(&m);
	TEST_END();
}

Test(manifest, the_plan_says_it_all_to_the_guest)
{
	static const char want[] =
	    "functional_plan.v0.2\n"
	    "option=--set-map-max-entries per_cpu_scratch=cpus\n"
	    "option=--set-map-max-entries rings=7\n"
	    "option=--set-map-inner-ringbuf rings=1048576\n"
	    "option=--set-map-inner-map inner=hash:4:8:16\n"
	    "option=--set-prog-type filter0=socket_filter\n"
	    "option=--require-attach on_connect\n"
	    "option=--attach-to on_connect=fentry:tcp_v4_connect\n"
	    "option=--prog-variants scan_loop=scan_bounded_helper:181:trial,"
	    "scan_unrolled\n"
	    "option=--probe-companions dispatch\n"
	    "BEGIN\n"
	    "name=sees-a-connection\n"
	    "command=ping -c1 127.0.0.1; test -s /tmp/flow.log\n"
	    "required=false\n"
	    "timeout_seconds=2\n"
	    "expect_exit_code=3\n"
	    "expect_stdout_contains=hello\n"
	    "END\n";
	struct buf	 b = BUF_INIT(65536);
	struct manifest	 m;

	accepted(example, &m);
	cr_assert_eq(manifest_plan(&m, "", &b), ERR_OK);
	cr_expect_str_eq(buf_str(&b), want);
	buf_clear(&b);
	manifest_clear(&m);
	TEST_END();
}

Test(manifest, modes_that_only_load_or_attach_run_no_tests)
{
	static const char *const modes[] = { "load_only", "load_attach" };
	struct buf	 b = BUF_INIT(65536);
	struct manifest	 m;

	accepted(example, &m);
	for (size_t i = 0; i < 2; i++) {
		buf_reset(&b);
		cr_assert_eq(manifest_plan(&m, modes[i], &b), ERR_OK);
		cr_expect_null(strstr(buf_str(&b), "BEGIN"));
	}
	buf_clear(&b);
	manifest_clear(&m);
	TEST_END();
}

Test(manifest, a_file_that_says_nothing_is_valid)
{
	static const char *const files[] = { "", "\n\n", "# later\n", "---\n",
		"--- # x\n\n...\n", "{}\n" };
	struct manifest	 m;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		accepted(files[i], &m);
		cr_expect_eq(m.nprogs + m.nmaps + m.ntests, 0);
		manifest_clear(&m);
	}
	TEST_END();
}

Test(manifest, an_unknown_key_is_named_with_its_line)
{
	refused("name: x\nprogrammes: []\n", "m.yaml:2: programmes: unknown "
	    "key");
	refused("programs:\n  - name: a\n    attach: { kin: xdp }\n",
	    "m.yaml:3: programs[0].attach.kin: unknown key");
	refused("metadata: 3\n", "m.yaml:1: metadata: must be a map");
}

Test(manifest, programs_have_a_name_of_their_own)
{
	refused("programs: [ { section: xdp } ]\n",
	    "m.yaml:1: programs[0].name: is missing");
	refused("programs: [ { name: \"\" } ]\n",
	    "m.yaml:1: programs[0].name: must not be empty");
	refused("programs: [ { name: \"a=b\" } ]\n",
	    "m.yaml:1: programs[0].name: must be letters");
	refused("programs:\n - name: a\n - name: a\n",
	    "m.yaml:3: programs[1].name: is listed twice: \"a\"");
}

Test(manifest, an_attach_kind_is_one_of_the_list)
{
	refused("programs: [ { name: a, attach: { kind: kprobes } } ]\n",
	    "m.yaml:1: programs[0]: attach.kind is not a kind");
	refused("programs: [ { name: a, attach: { name: x, symbol: y } } ]\n",
	    "m.yaml:1: programs[0]: give attach.name or attach.symbol");
	refused("programs: [ { name: a, attach: { category: x } } ]\n",
	    "m.yaml:1: programs[0]: attach.category needs attach.name");
	refused("programs: [ { name: a, attach: { required: 1 } } ]\n",
	    "m.yaml:1: programs[0].attach.required: must be true or false");
}

Test(manifest, every_rule_of_a_map_is_checked)
{
	refused("maps: [ { name: a-b, max_entries: 1 } ]\n",
	    "m.yaml:1: maps[0].name: must be 1 to 64 letters");
	refused("maps:\n - { name: a, max_entries: 1 }\n"
	    " - { name: a, max_entries: 1 }\n",
	    "m.yaml:3: maps[1].name: is listed twice");
	refused("maps: [ { name: a } ]\n",
	    "m.yaml:1: maps[0]: needs max_entries");
	refused("maps: [ { name: a, max_entries: 0 } ]\n",
	    "m.yaml:1: maps[0].max_entries: must be cpus or a number");
	refused("maps: [ { name: a, max_entries: 4294967296 } ]\n",
	    "m.yaml:1: maps[0].max_entries: must be cpus or a number");
	refused("maps: [ { name: a, max_entries: CPUS } ]\n",
	    "m.yaml:1: maps[0].max_entries: must be cpus or a number");
	refused("maps: [ { name: a, inner_map: { type: ringbuf, "
	    "value_size: 1, max_entries: 1 } } ]\n",
	    "m.yaml:1: maps[0]: inner_map.type must be hash");
	refused("maps: [ { name: a, inner_map: { type: hash, value_size: 0, "
	    "max_entries: 1 } } ]\n",
	    "m.yaml:1: maps[0].inner_map.value_size: must be from 1");
	refused("maps: [ { name: a, inner_map: { type: hash, value_size: 1, "
	    "max_entries: 0 } } ]\n",
	    "m.yaml:1: maps[0].inner_map.max_entries: must be from 1");
	refused("maps: [ { name: a, inner_ringbuf_bytes: 4294967296 } ]\n",
	    "m.yaml:1: maps[0].inner_ringbuf_bytes: must be from 0");
}

Test(manifest, a_type_override_needs_a_program_and_a_known_type)
{
	refused("program_types: [ { program: \"\", type: xdp } ]\n",
	    "m.yaml:1: program_types[0].program: must not be empty");
	refused("program_types: [ { program: \"a b\", type: xdp } ]\n",
	    "m.yaml:1: program_types[0].program: must be letters");
	refused("program_types: [ { program: a, type: xdp2 } ]\n",
	    "m.yaml:1: program_types[0].type: must be socket_filter");
}

Test(manifest, variants_belong_to_one_group)
{
	refused("program_variants: [ { group: \"a b\", programs: "
	    "[ { name: x } ] } ]\n",
	    "m.yaml:1: program_variants[0].group: must be 1 to 64");
	refused("program_variants: [ { group: g, programs: [] } ]\n",
	    "m.yaml:1: program_variants[0].programs: must not be empty");
	refused("program_variants:\n - { group: g, programs: [ { name: x } ] }"
	    "\n - { group: g, programs: [ { name: y } ] }\n",
	    "m.yaml:3: program_variants[1].group: is listed twice");
	refused("program_variants:\n - { group: g, programs: [ { name: x } ] }"
	    "\n - { group: h, programs: [ { name: x } ] }\n",
	    "m.yaml:3: program_variants[1].programs[0].name: belongs to a "
	    "group already");
	refused("program_variants: [ { group: g, programs: [ { name: x/y } ] }"
	    " ]\n", "m.yaml:1: program_variants[0].programs[0].name: must");
	refused("program_variants: [ { group: g, programs: [ { name: x, "
	    "requires_helper: bpf_frobnicate } ] } ]\n", "m.yaml:1: "
	    "program_variants[0].programs[0].requires_helper: is no helper");
	refused("program_variants: [ { group: g, programs: [ { name: x, "
	    "requires_helper: 0 } ] } ]\n", "m.yaml:1: "
	    "program_variants[0].programs[0].requires_helper: is no helper");
	refused("program_variants: [ { group: g, programs: [ { name: x, "
	    "probe: run } ] } ]\n", "m.yaml:1: "
	    "program_variants[0].programs[0].probe: must be trial_load");
}

Test(manifest, helpers_are_known_by_name_and_number)
{
	cr_expect_eq(manifest_helper("bpf_probe_read_kernel"), 113);
	cr_expect_eq(manifest_helper("bpf_ringbuf_output"), 130);
	cr_expect_eq(manifest_helper("bpf_ringbuf_reserve"), 131);
	cr_expect_eq(manifest_helper("bpf_get_current_task_btf"), 158);
	cr_expect_eq(manifest_helper("bpf_loop"), 181);
	cr_expect_eq(manifest_helper("300"), 300);
	cr_expect_eq(manifest_helper("bpf_unspec"), 0);
	TEST_END();
}

Test(manifest, lists_of_names_have_no_doubles)
{
	refused("probe_companions: [ a, a ]\n",
	    "m.yaml:1: probe_companions[1]: is listed twice");
	refused("probe_companions: [ \"a b\" ]\n",
	    "m.yaml:1: probe_companions[0]: must be 1 to 64");
	refused("required_profiles: [ \"\" ]\n",
	    "m.yaml:1: required_profiles[0]: must not be empty");
	refused("required_profiles: [ debian-12-6.1, debian-12-6.1 ]\n",
	    "m.yaml:1: required_profiles[1]: is listed twice");
	refused("required_profiles: [ debian-99 ]\n",
	    "m.yaml:1: required_profiles[0]: is no profile");
}

Test(manifest, every_rule_of_a_test_is_checked)
{
	struct buf	 b = BUF_INIT(8192);

	refused("functional_tests: [ { name: \"\", command: x } ]\n",
	    "m.yaml:1: functional_tests[0].name: must not be empty");
	refused("functional_tests: [ { name: \"a\\nb\", command: x } ]\n",
	    "m.yaml:1: functional_tests[0].name: must be one line");
	refused("functional_tests:\n - { name: a, command: x }\n"
	    " - { name: a, command: x }\n",
	    "m.yaml:3: functional_tests[1].name: is listed twice");
	refused("functional_tests: [ { name: a, command: \"\" } ]\n",
	    "m.yaml:1: functional_tests[0].command: must not be empty");
	refused("functional_tests:\n - name: a\n   command: |\n     x\n"
	    "     y\n", "m.yaml:3: functional_tests[0].command: must be one "
	    "line");
	refused("functional_tests: [ { name: a, command: x, "
	    "expect_stdout_contains: \"a\\nb\" } ]\n", "m.yaml:1: "
	    "functional_tests[0].expect_stdout_contains: must be one line");
	refused("functional_tests: [ { name: a, command: x, timeout: 0s } ]\n",
	    "m.yaml:1: functional_tests[0].timeout: must be a duration");
	refused("functional_tests: [ { name: a, command: x, timeout: 10 } ]\n",
	    "m.yaml:1: functional_tests[0].timeout: must be a duration");
	refused("functional_tests: [ { name: a, command: x, timeout: 301s } ]"
	    "\n", "m.yaml:1: functional_tests[0].timeout: must be a");
	refused("functional_tests: [ { name: a, command: x, "
	    "expect_exit_code: 256 } ]\n",
	    "m.yaml:1: functional_tests[0].expect_exit_code: must be from 0");
	buf_adds(&b, "functional_tests:\n");
	for (int i = 0; i < 33; i++)
		buf_addf(&b, " - { name: t%d, command: x }\n", i);
	refused(buf_str(&b), "m.yaml:2: functional_tests: must have 0 to 32");
	buf_reset(&b);
	buf_addf(&b, "functional_tests: [ { name: a, command: %0*d } ]\n",
	    1001, 0);
	refused(buf_str(&b), "m.yaml:1: functional_tests[0].command: must "
	    "have 1 to 1000");
	buf_clear(&b);
	TEST_END();
}

Test(manifest, every_rule_of_an_expectation_is_checked)
{
	refused("expect: [ { result: fail } ]\n",
	    "m.yaml:1: expect[0]: needs profiles or kernels");
	refused("expect: [ { kernels: \"<5.17\" } ]\n",
	    "m.yaml:1: expect[0].result: is missing");
	refused("expect: [ { kernels: \"<5.17\", result: maybe } ]\n",
	    "m.yaml:1: expect[0].result: must be fail or pass");
	refused("expect: [ { kernels: \"<five\", result: fail } ]\n",
	    "m.yaml:1: expect[0].kernels: must be kernel versions");
	refused("expect: [ { profiles: [ debian-8* ], result: fail } ]\n",
	    "m.yaml:1: expect[0].profiles: fits no profile");
	refused("expect: [ { profiles: [ \"a b\" ], result: fail } ]\n",
	    "m.yaml:1: expect[0].profiles: must be profile ids");
	refused("expect: [ { kernels: 5.10, result: pass, code: UNKNOWN } ]\n",
	    "m.yaml:1: expect[0].code: goes with result fail");
	refused("expect: [ { kernels: 5.10, result: fail, code: lower } ]\n",
	    "m.yaml:1: expect[0].code: must be the code");
	refused("expect: [ { kernels: 5.10, result: fail, unexpected_pass: no"
	    " } ]\n", "m.yaml:1: expect[0].unexpected_pass: must be block");
}

Test(manifest, a_required_profile_is_a_required_target)
{
	struct job_target_new t[] = { { "debian-11-5.10", false, 1 },
		    { "debian-12-6.1", false, 1 } };
	struct manifest	 m;
	struct diag	 d = DIAG_INIT;

	accepted("required_profiles: [ debian-12-6.1 ]\n", &m);
	cr_expect_eq(manifest_targets(&m, t, 1, &d), ERR_INVAL);
	cr_expect_not_null(strstr(d.msg, "debian-12-6.1 is not among"));
	cr_assert_eq(manifest_targets(&m, t, 2, &d), ERR_OK);
	cr_expect(t[1].required);
	cr_expect_not(t[0].required);
	manifest_clear(&m);
	TEST_END();
}

/* --- expectations ------------------------------------------------------------- */

Test(expect, versions_compare_as_far_as_the_condition_goes)
{
	static const struct { const char *range, *release; bool in; } t[] = {
		{ "<5.17", "5.10.0-30-amd64", true },
		{ "<5.17", "5.17.3", false },
		{ "<=5.17", "5.17.3", true },
		{ ">5.17", "5.17.3", false },
		{ ">5.17", "6.1.0", true },
		{ ">=5.4,<6.1", "5.10.0", true },
		{ ">=5.4, <6.1", "6.1.0-18-cloud-amd64", false },
		{ "5.10", "5.10.209", true },
		{ "==5.10", "5.11", false },
		{ "=6.1.5", "6.1.5-1", true },
		{ "=6.1.5", "6.1.50", false },
		{ "< 6", "5.19", true },
		{ "<6", "junk", false },
	};
	static const char *const bad[] = { "", "<", "5.", "<5.17,", "5.10 6",
		"~5", "<5.17;" };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		cr_expect_eq(expect_kernel_in(t[i].range, t[i].release),
		    t[i].in, "%s in %s", t[i].release, t[i].range);
	for (size_t i = 0; i < 7; i++)
		cr_expect_not(expect_kernels_ok(bad[i]), "%s", bad[i]);
	cr_expect(expect_kernels_ok(">=5.4,<6.1"));
	TEST_END();
}

static void
judge(const char *text, const struct expect_seen *s, struct expect_result *r,
    struct manifest *m)
{
	accepted(text, m);
	expect_judge(m, s, r);
}

static const char expect_old[] =
	"expect:\n - kernels: \"<5.17\"\n   result: fail\n"
	"   code: MISSING_HELPER\n   reason: why\n";

Test(expect, a_failure_with_the_expected_code_does_not_block)
{
	struct expect_seen s = { "debian-11-5.10", "5.10.0", true, true,
		    "MISSING_HELPER", true, NULL, 0 };
	struct expect_result r;
	struct manifest	 m;

	judge(expect_old, &s, &r, &m);
	cr_expect(r.applies && r.met && !r.blocks && !r.unexpected_pass);
	cr_expect_str_eq(r.reason, "why");
	manifest_clear(&m);
	TEST_END();
}

Test(expect, a_failure_with_another_code_blocks)
{
	struct expect_seen s = { "debian-11-5.10", "5.10.0", true, true,
		    "MISSING_BTF", true, NULL, 0 };
	struct expect_result r;
	struct manifest	 m;

	judge(expect_old, &s, &r, &m);
	cr_expect(r.applies && !r.met && r.blocks);
	cr_expect_not_null(strstr(r.text, "failed with MISSING_BTF"));
	manifest_clear(&m);
	TEST_END();
}

Test(expect, an_unexpected_pass_blocks_unless_allowed)
{
	struct expect_seen s = { "debian-11-5.10", "5.10.0", true, false, "",
		    true, NULL, 0 };
	struct expect_result r;
	struct manifest	 m;

	judge(expect_old, &s, &r, &m);
	cr_expect(r.applies && r.unexpected_pass && r.blocks && !r.met);
	manifest_clear(&m);
	judge("expect: [ { kernels: \"<5.17\", result: fail, "
	    "unexpected_pass: allow } ]\n", &s, &r, &m);
	cr_expect(r.unexpected_pass && !r.blocks);
	manifest_clear(&m);
	TEST_END();
}

Test(expect, a_kernel_outside_the_range_is_not_spoken_of)
{
	struct expect_seen s = { "debian-12-6.1", "6.1.0", true, true,
		    "MISSING_HELPER", true, NULL, 0 };
	struct expect_result r;
	struct manifest	 m;

	judge(expect_old, &s, &r, &m);
	cr_expect_not(r.applies);
	manifest_clear(&m);
	TEST_END();
}

Test(expect, a_program_explains_a_failure_only_if_no_other_failed)
{
	static const char text[] = "expect: [ { kernels: \"<6\", program: a, "
	    "result: fail } ]\n";
	struct expect_prog p[] = { { "a", "MISSING_KFUNC" }, { "b", NULL } };
	struct expect_seen s = { "debian-11-5.10", "5.10.0", true, true,
		    "MISSING_KFUNC", true, p, 2 };
	struct expect_result r;
	struct manifest	 m;

	judge(text, &s, &r, &m);
	cr_expect(r.met && !r.blocks);
	manifest_clear(&m);
	p[1].code = "MISSING_BTF";
	judge(text, &s, &r, &m);
	cr_expect(!r.met && r.blocks);
	cr_expect_not_null(strstr(r.text, "b failed too"));
	manifest_clear(&m);
	p[1].code = NULL;
	s.by_programs = false;
	judge(text, &s, &r, &m);
	cr_expect(!r.met && r.blocks);
	manifest_clear(&m);
	TEST_END();
}

Test(expect, a_program_that_passes_unexpectedly_is_reported)
{
	struct expect_prog p[] = { { "a", NULL } };
	struct expect_seen s = { "debian-11-5.10", "5.10.0", true, false, "",
		    true, p, 1 };
	struct expect_result r;
	struct manifest	 m;

	judge("expect: [ { profiles: [ debian-11* ], program: a, result: fail"
	    " } ]\n", &s, &r, &m);
	cr_expect(r.unexpected_pass && r.blocks);
	cr_expect_str_eq(r.program, "a");
	manifest_clear(&m);
	TEST_END();
}

Test(expect, without_a_verdict_nothing_is_met)
{
	struct expect_seen s = { "debian-11-5.10", "5.10.0", false, false, "",
		    true, NULL, 0 };
	struct expect_result r;
	struct manifest	 m;

	judge(expect_old, &s, &r, &m);
	cr_expect(r.applies && !r.met && r.blocks);
	manifest_clear(&m);
	TEST_END();
}
