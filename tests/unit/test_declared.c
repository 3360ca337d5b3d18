/* A manifest held against what a validator's document says. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/declared.h"

static const char document[] =
    "{\"schema_version\":\"validator.v0.4\",\"status\":\"pass\","
    "\"discovery\":{\"programs\":["
    "{\"name\":\"on_open\",\"section\":\"kprobe/do_sys_open\","
    "\"type\":\"kprobe\",\"load_status\":\"pass\","
    "\"attach_status\":\"pass\",\"attach_kind\":\"\"},"
    "{\"name\":\"on_exec\",\"section\":\"tp/sched/sched_process_exec\","
    "\"type\":\"tracepoint\",\"load_status\":\"pass\","
    "\"attach_status\":\"pass\",\"attach_kind\":\"\"},"
    "{\"name\":\"bare\",\"section\":\"?kprobe\",\"type\":\"kprobe\","
    "\"load_status\":\"pass\",\"attach_status\":\"pass\","
    "\"attach_kind\":\"\"},"
    "{\"name\":\"old\",\"section\":\"xdp\",\"type\":\"xdp\","
    "\"load_status\":\"fail\",\"attach_status\":\"skipped\","
    "\"variant_off\":true}],"
    "\"maps\":[{\"name\":\"table\"},{\"name\":\"rings\"}]},"
    "\"map_fixups\":[{\"name\":\"rings\",\"status\":\"error\","
    "\"errno\":-22}],"
    "\"program_variants\":[{\"group\":\"g\",\"chosen\":\"\","
    "\"disabled\":[\"old\"]}]}";

/* The reason the manifest gives the target to fail; "" when it gives none. */
static void
judge(const char *text, char out[static CLASS_TEXT_MAX])
{
	struct collected c = { .status = REPORT_PASS };
	struct manifest	 m;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(manifest_parse("m.yaml", text, strlen(text), NULL, &m,
	    &d), ERR_OK, "%s", d.msg);
	cr_assert_eq(jval_parse(document, sizeof(document) - 1, &c.result,
	    &d), ERR_OK, "%s", d.msg);
	declared_judge(&m, "debian-12-6.1", "6.1.0-1-amd64", &c);
	out[0] = '\0';
	if (c.status == REPORT_FAIL)
		snprintf(out, CLASS_TEXT_MAX, "%s", c.cls->reason);
	collect_clear(&c);
	manifest_clear(&m);
}

static void
fits(const char *text)
{
	char	 why[CLASS_TEXT_MAX];

	judge(text, why);
	cr_expect_str_eq(why, "", "%s\n%s", text, why);
}

static void
fails(const char *text, const char *want)
{
	char	 why[CLASS_TEXT_MAX];

	judge(text, why);
	cr_expect_not_null(strstr(why, want), "%s\nwant: %s\ngot:  %s", text,
	    want, why);
}

Test(declared, what_is_so_passes)
{
	fits("programs: [ { name: on_open, section: kprobe/do_sys_open, "
	    "type: kprobe, attach: { kind: kprobe, symbol: do_sys_open } } ]");
	fits("programs: [ { name: on_exec, attach: { kind: tracepoint, "
	    "category: sched, name: sched_process_exec } } ]");
	fits("programs: [ { name: on_exec, attach: { kind: tracepoint, "
	    "name: sched_process_exec } } ]");
	fits("programs: [ { name: bare, section: kprobe, "
	    "attach: { kind: kprobe, symbol: anything } } ]");
	fits("programs: [ { name: on_open, type: something else } ]");
	fits("maps: [ { name: table, max_entries: 4 } ]");
	fits("program_types: [ { program: xdp, type: xdp } ]");
	TEST_END();
}

Test(declared, names_have_to_be_there)
{
	fails("programs: [ { name: gone } ]", "names the program gone, which "
	    "the object does not have; it has: on_open, on_exec, bare, old");
	fails("maps: [ { name: gone, max_entries: 1 } ]", "names the map "
	    "gone, which the object does not have; it has: table, rings");
	fails("probe_companions: [ gone ]", "names the companion gone");
	fails("program_types: [ { program: gone/x, type: xdp } ]",
	    "names the program gone/x");
	fails("expect: [ { kernels: 5.10, program: gone, result: fail } ]",
	    "names the program gone");
	fails("program_variants: [ { group: h, programs: [ { name: gone } ] }"
	    " ]", "names the program gone");
	TEST_END();
}

Test(declared, what_is_said_of_a_program_has_to_be_so)
{
	fails("programs: [ { name: on_open, section: kprobe/other } ]",
	    "is in section kprobe/other; in the object it is in "
	    "kprobe/do_sys_open");
	fails("programs: [ { name: on_open, type: tracepoint } ]",
	    "is of type tracepoint; it is kprobe");
	fails("programs: [ { name: on_open, attach: { kind: fentry } } ]",
	    "attaches as fentry; its section kprobe/do_sys_open says");
	fails("programs: [ { name: on_open, attach: { kind: kretprobe } } ]",
	    "attaches as kretprobe");
	fails("programs: [ { name: on_open, attach: { symbol: do_x } } ]",
	    "to do_x; its section says kprobe/do_sys_open");
	TEST_END();
}

Test(declared, a_map_that_cannot_be_set_up_is_told)
{
	fails("maps: [ { name: rings, inner_ringbuf_bytes: 7 } ]",
	    "the map rings could not be set up as m.yaml says: Invalid");
	TEST_END();
}

Test(declared, a_group_without_a_program_that_works_fails)
{
	fails("program_variants: [ { group: g, programs: [ { name: old } ] } "
	    "]", "no program of the group g can be used on this kernel");
	TEST_END();
}

/* It is out of the game, whatever it would have done. */
Test(declared, a_variant_that_lost_is_no_failure_to_expect)
{
	struct collected c = { .status = REPORT_PASS };
	static const char text[] = "expect: [ { kernels: 6.1, program: old, "
				    "result: fail } ]";
	struct manifest	 m;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(manifest_parse("m", text, sizeof(text) - 1, NULL, &m,
	    &d), ERR_OK);
	cr_assert_eq(jval_parse(document, sizeof(document) - 1, &c.result,
	    &d), ERR_OK);
	declared_judge(&m, "debian-12-6.1", "6.1.0-1-amd64", &c);
	cr_expect_eq(c.status, REPORT_PASS);
	cr_expect_not(c.expected.applies);
	collect_clear(&c);
	manifest_clear(&m);
	TEST_END();
}
