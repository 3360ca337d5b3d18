/* Objects whose parts do not fit each other, on whatever kernel. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "domain/classify.h"

/* The end of a log in which nothing is complained of. */
#define VERIFIED	"1: (95) exit\nprocessed 2 insns (limit 1000000) "	\
			"max_states_per_insn 0 total_states 0\n"

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

Test(classify_object, what_is_put_into_a_map_of_maps_has_to_fit_it)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD };
	struct class_result	 r;
	struct jval		*m;

	f.map = m = parse("{\"name\":\"m\",\"type_name\":\"array_of_maps\","
	    "\"errno\":-22,\"message\":\"libbpf: map 'm': failed to "
	    "initialize slot [0] to map 'h' fd=4: -EINVAL\"}");
	r = run(&f);
	cr_assert_str_eq(r.rule, "map-slot");
	cr_assert_str_eq(r.sub, "inner_map");
	cr_assert_not_null(strstr(r.reason, "map h"));
	jval_free(m);
	TEST_END();
}

/* Verified, and refused all the same: only tail calls are looked at then. */
Test(classify_object, a_program_array_of_another_kind_is_a_tail_call_mismatch)
{
	static const char *const helper[] = { "bpf_tail_call",
	    "bpf_map_lookup_elem" };
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
				    .program_error = -EINVAL,
				    .verifier_log = VERIFIED };
	struct class_result	 r[2];
	struct jval		*p;
	char			 text[160];

	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "{\"name\":\"p\",\"helpers\":"
		    "[{\"id\":1,\"name\":\"%s\",\"known\":\"yes\"}]}",
		    helper[i]);
		f.program = p = parse(text);
		r[i] = run(&f);
		jval_free(p);
	}
	cr_assert_str_eq(r[0].rule, "tail-call-kind");
	cr_assert_str_eq(r[0].sub, "tail_call");
	cr_assert_str_eq(r[1].code, CLASS_UNKNOWN);
	TEST_END();
}

Test(classify_object, a_struct_ops_program_of_no_map_needs_its_loader)
{
	struct class_facts	 f = { .stage = CLASS_AT_LOAD,
				    .program_error = -EINVAL,
				    .libbpf_log = "libbpf: prog 'p': "
				    "SEC(\"struct_ops\") program isn't "
				    "referenced anywhere, did you forget to "
				    "use it?\n" };
	struct jval		*p;

	f.program = p = parse("{\"name\":\"p\",\"type\":\"struct_ops\"}");
	cr_assert_str_eq(run(&f).rule, "no-struct-ops-map");
	jval_free(p);
	TEST_END();
}
