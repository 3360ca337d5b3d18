#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "worker/collect.h"

static char	dir[64];

static void
make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/bpfcompat-collect.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static void
remove_dir(void)
{
	fsio_rmtree(dir, NULL);
}

TestSuite(collect, .init = make_dir, .fini = remove_dir);

/* Judges "document" (NULL: none) after an end event "end". */
static void
run(const char *document, enum runner_outcome outcome, const char *end,
    struct collected *c)
{
	struct jval		*doc = NULL;
	struct runner_end	 e = { outcome, "", "", NULL };
	char			 path[128];

	snprintf(path, sizeof(path), "%s/validator-result.json", dir);
	if (document != NULL)
		cr_assert_eq(fsio_write_atomic(path, document,
		    strlen(document), 0600, NULL), ERR_OK);
	cr_assert_eq(jval_parse(end, strlen(end), &doc, NULL), ERR_OK);
	e.doc = doc;
	e.error_code = jval_get_str(doc, "error_code", "");
	e.error = jval_get_str(doc, "error", "");
	collect(dir, "/nonexistent", &e, c);
	jval_free(doc);
}

#define END	"{\"uname_release\":\"6.1.0\"}"
#define DOC(rest)	"{\"schema_version\":\"validator.v0.4\",\"host\":"	\
			"{\"release\":\"6.1.0\"}," rest "}"

Test(collect, pass)
{
	struct collected	 c;

	run(DOC("\"status\":\"pass\",\"load\":{\"status\":\"pass\"}"),
	    RUNNER_DONE, END, &c);
	cr_assert_eq(c.status, REPORT_PASS);
	cr_assert_null(c.cls);
	collect_clear(&c);
	TEST_END();
}

/* Documents of a guest that lies or broke: never a verdict. */
Test(collect, documents_that_do_not_add_up_are_no_verdict)
{
	static const char *const bad[] = {
		NULL,
		"",
		"no json",
		"[]",
		"{\"schema_version\":\"validator.v0.4\"",
		"{\"schema_version\":\"other.v9\"}",
		DOC("\"status\":\"pass\",\"load\":{\"status\":\"fail\"}"),
		DOC("\"status\":\"fail\",\"load\":{\"status\":\"pass\"}"),
		DOC("\"status\":\"pass\""),
		DOC("\"status\":1,\"load\":[]"),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct collected	 c;

		run(bad[i], RUNNER_DONE, END, &c);
		cr_assert_eq(c.status, REPORT_INFRA, "case %zu", i);
		cr_assert(c.retry);
		cr_assert_str_eq(c.error_code, "protocol");
		cr_assert_neq(c.error[0], '\0');
		collect_clear(&c);
	}
	TEST_END();
}

Test(collect, two_witnesses_must_agree_on_the_kernel)
{
	struct collected	 c;

	run(DOC("\"status\":\"pass\",\"load\":{\"status\":\"pass\"}"),
	    RUNNER_DONE, "{\"uname_release\":\"6.12.0\"}", &c);
	cr_assert_eq(c.status, REPORT_INFRA);
	cr_assert_str_eq(c.error_code, "wrong_kernel");
	collect_clear(&c);
	TEST_END();
}

Test(collect, a_failed_attach_is_named_before_the_tests_it_broke)
{
	struct collected	 c;

	run(DOC("\"status\":\"fail\",\"load\":{\"status\":\"pass\"},"
	    "\"attach\":{\"status\":\"fail\"},\"functional\":{\"status\":"
	    "\"fail\"},\"discovery\":{\"programs\":[{\"name\":\"p\","
	    "\"load_status\":\"pass\",\"attach_status\":\"fail\","
	    "\"attach_errno\":-2}]}"), RUNNER_DONE, END, &c);
	cr_assert_eq(c.status, REPORT_FAIL);
	cr_assert_str_eq(c.failed_stage, "attach");
	cr_assert_str_eq(c.cls->code, CLASS_ATTACH_TARGET);
	cr_assert_str_eq(c.prog_cls[0]->code, CLASS_ATTACH_TARGET);
	collect_clear(&c);
	TEST_END();
}

Test(collect, a_refused_map_explains_the_programs_that_need_it)
{
	struct collected	 c;

	run(DOC("\"status\":\"fail\",\"load\":{\"status\":\"fail\","
	    "\"stage\":\"load\",\"error_code\":-22,\"failed_map\":\"m\"},"
	    "\"capabilities\":{\"map_types\":{\"arena\":{\"status\":"
	    "\"unsupported\"}}},\"discovery\":{\"maps\":[{\"name\":\"m\","
	    "\"type_name\":\"arena\",\"status\":\"failed\",\"errno\":-22}],"
	    "\"programs\":[{\"name\":\"p\",\"load_status\":\"fail\","
	    "\"load_errno\":-22,\"load_messages\":\"libbpf: map 'm': failed "
	    "to create: -EINVAL\"}]}"), RUNNER_DONE, END, &c);
	cr_assert_eq(c.status, REPORT_FAIL);
	cr_assert_str_eq(c.cls->code, CLASS_MAP_TYPE);
	cr_assert_str_eq(c.cls->confidence, "high");
	cr_assert_str_eq(c.prog_cls[0]->code, CLASS_MAP_TYPE);
	collect_clear(&c);
	TEST_END();
}

/* Alone the program is loaded without that map, and only a mark is left. */
Test(collect, a_program_without_its_refused_map_has_the_cause_of_the_map)
{
	struct collected	 c;

	run(DOC("\"status\":\"fail\",\"load\":{\"status\":\"fail\","
	    "\"stage\":\"load\",\"error_code\":-22,\"failed_map\":\"m\"},"
	    "\"discovery\":{\"maps\":[{\"name\":\"m\",\"type_name\":"
	    "\"hash_of_maps\",\"inner_map\":\"none\",\"status\":\"failed\","
	    "\"errno\":-22}],\"programs\":[{\"name\":\"p\",\"load_status\":"
	    "\"fail\",\"load_errno\":-22,\"poison\":[{\"kind\":\"map\","
	    "\"insn\":4,\"detail\":\"BPF map 'm' is referenced but wasn't "
	    "created\"}]}]}"), RUNNER_DONE, END, &c);
	cr_assert_str_eq(c.prog_cls[0]->code, CLASS_LOADER);
	cr_assert_str_eq(c.prog_cls[0]->sub, "inner_map");
	collect_clear(&c);
	TEST_END();
}

/* What the verifier says before it walks comes after the map. */
Test(collect, a_refused_map_comes_before_what_is_refused_at_the_door)
{
#define MISSING(processed) DOC("\"status\":\"fail\",\"load\":{\"status\":" \
	"\"fail\",\"stage\":\"load\",\"error_code\":-22,\"failed_map\":" \
	"\"m\"},\"discovery\":{\"maps\":[{\"name\":\"m\",\"type_name\":" \
	"\"hash_of_maps\",\"inner_map\":\"none\",\"status\":\"failed\"," \
	"\"errno\":-22}],\"programs\":[{\"name\":\"p\",\"load_status\":" \
	"\"fail\",\"load_errno\":-22,\"missed_map\":\"m\",\"verifier\":{" \
	"\"processed_insns\":" processed "},\"log_tail\":\"R7 !read_ok\\n" \
	"processed " processed " insns (limit 1000000)\\n\"}]}")
	struct collected	 c;

	run(MISSING("0"), RUNNER_DONE, END, &c);
	cr_assert_str_eq(c.prog_cls[0]->code, CLASS_LOADER);
	collect_clear(&c);
	run(MISSING("3"), RUNNER_DONE, END, &c);
	cr_assert_str_eq(c.prog_cls[0]->code, CLASS_VERIFIER);
	collect_clear(&c);
	TEST_END();
}

Test(collect, a_guest_that_died_at_work_failed)
{
	struct collected	 c;

	run(NULL, RUNNER_GUEST_DIED, "{\"last_step\":{\"phase\":\"attach\","
	    "\"program\":\"p\"},\"splat\":\"BUG: unable to handle\"}", &c);
	cr_assert_eq(c.status, REPORT_FAIL);
	cr_assert_str_eq(c.failed_stage, "attach");
	cr_assert_str_eq(c.cls->code, CLASS_GUEST_CRASH);
	cr_assert_str_eq(c.cls->evidence, "BUG: unable to handle");
	collect_clear(&c);
	TEST_END();
}

#define OOM(phase, program, victim)					\
	"\"kernel_events\":[{\"kind\":\"oom_kill\",\"phase\":\"" phase	\
	"\",\"program\":\"" program "\",\"victim\":\"" victim "\","	\
	"\"title\":\"Out of memory: Killed process 9\"}]"
#define LOADER_KILLED(phase)						\
	DOC("\"status\":\"fail\",\"load\":{\"status\":\"fail\","	\
	"\"crashed\":true,\"crash_signal\":9,\"crash_phase\":\""	\
	phase "\",\"crash_program\":\"p\"}")

Test(collect, a_loader_killed_for_memory_is_a_memory_limit)
{
	struct collected	 c;

	run(LOADER_KILLED("open"), RUNNER_DONE, "{\"uname_release\":"
	    "\"6.1.0\"," OOM("map", "big", "bpfcompat-valid") "}", &c);
	cr_assert_eq(c.status, REPORT_FAIL);
	cr_assert_str_eq(c.failed_stage, "load");
	cr_assert_str_eq(c.cls->code, CLASS_MEMORY);
	cr_assert_str_eq(c.cls->confidence, "high");
	cr_assert_str_eq(c.cls->evidence, "Out of memory: Killed process 9");
	cr_assert_not_null(strstr(c.cls->reason, "map big"));
	collect_clear(&c);
	TEST_END();
}

Test(collect, so_is_a_validator_killed_for_memory)
{
	struct collected	 c;

	run(NULL, RUNNER_GUEST_DIED, "{\"error_code\":\"out_of_memory\","
	    "\"last_step\":{\"phase\":\"load\"},"
	    OOM("load", "p", "dropbear") "}", &c);
	cr_assert_eq(c.status, REPORT_FAIL);
	cr_assert_str_eq(c.cls->code, CLASS_MEMORY);
	collect_clear(&c);
	TEST_END();
}

Test(collect, one_program_killed_for_memory_is_told_apart)
{
	static const char	 doc[] = DOC("\"status\":\"fail\",\"load\":"
				    "{\"status\":\"fail\",\"error_code\":"
				    "-22},\"discovery\":{\"programs\":["
				    "{\"name\":\"p\",\"load_status\":\"fail\","
				    "\"load_errno\":-10},{\"name\":\"q\","
				    "\"load_status\":\"fail\","
				    "\"load_errno\":-10}]}");
	struct collected	 c;

	run(doc, RUNNER_DONE, "{\"uname_release\":\"6.1.0\","
	    OOM("isolated", "p", "bpfcompat-valid") "}", &c);
	cr_assert_str_eq(c.prog_cls[0]->code, CLASS_MEMORY);
	cr_assert_str_neq(c.prog_cls[1]->code, CLASS_MEMORY);
	collect_clear(&c);
	TEST_END();
}

Test(collect, somebody_elses_death_is_no_memory_limit)
{
	struct collected	 c;

	run(LOADER_KILLED("load"), RUNNER_DONE, "{\"uname_release\":"
	    "\"6.1.0\"," OOM("load", "p", "hog") "}", &c);
	cr_assert_str_neq(c.cls->code, CLASS_MEMORY);
	collect_clear(&c);
	TEST_END();
}

Test(collect, a_validator_killed_by_the_object_is_no_dead_guest)
{
	struct collected	 c;

	run(LOADER_KILLED("attach"), RUNNER_DONE, END, &c);
	cr_assert_eq(c.status, REPORT_FAIL);
	cr_assert_str_eq(c.failed_stage, "attach");
	cr_assert_str_eq(c.cls->code, CLASS_VALIDATOR_KILLED);
	collect_clear(&c);
	run(NULL, RUNNER_GUEST_DIED, "{\"error_code\":\"validator_killed\","
	    "\"error\":\"gone\",\"last_step\":{\"phase\":\"finish\"}}",
	    &c);
	cr_assert_str_eq(c.cls->code, CLASS_VALIDATOR_KILLED);
	cr_assert_null(strstr(c.cls->remedy, "maintainers"));
	collect_clear(&c);
	TEST_END();
}

Test(collect, a_guest_that_died_before_is_our_trouble)
{
	static const char *const early[] = { "{}",
		"{\"last_step\":{\"phase\":\"receive\"}}",
		"{\"last_step\":{\"phase\":\"facts\"}}" };

	for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
		struct collected	 c;

		run(NULL, RUNNER_GUEST_HUNG, early[i], &c);
		cr_assert_eq(c.status, REPORT_INFRA);
		cr_assert(c.retry);
		collect_clear(&c);
	}
	TEST_END();
}

Test(collect, what_a_fresh_vm_cannot_cure_is_not_tried_again)
{
	struct collected	 c;

	run(NULL, RUNNER_INFRA, "{\"error_code\":\"qemu_missing\",\"error\":"
	    "\"install it\"}", &c);
	cr_assert_eq(c.status, REPORT_INFRA);
	cr_assert_not(c.retry);
	cr_assert_str_eq(c.error, "install it");
	collect_clear(&c);
	run(NULL, RUNNER_INFRA, "{\"error_code\":\"boot_timeout\"}", &c);
	cr_assert(c.retry);
	collect_clear(&c);
	TEST_END();
}
