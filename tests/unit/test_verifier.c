/* The verifier's last words, as kernels from 5.10 to 7.3 print them. */
#include "tests/unit/test.h"

#include <string.h>

#include "domain/classify.h"
#include "domain/verifier_reason.h"

static const struct { const char *line, *code, *sub, *name; } cases[] = {
	/* bounds */
	{ "invalid access to map value, value_size=16 off=28 size=4",
	  CLASS_VERIFIER, "out_of_bounds", "" },
	{ "R0 unbounded memory access, make sure to bounds check any such "
	  "access", CLASS_VERIFIER, "out_of_bounds", "" },
	{ "R2 min value is negative, either use unsigned or 'var &= const'",
	  CLASS_VERIFIER, "out_of_bounds", "" },
	{ "invalid access to packet, off=23 size=1, R1(id=0,off=23,r=14)",
	  CLASS_VERIFIER, "out_of_bounds", "" },
	{ "stack arg#1 max value is outside of the allowed memory range",
	  CLASS_VERIFIER, "out_of_bounds", "" },
	{ "access beyond struct task_struct at off 100000 size 8",
	  CLASS_VERIFIER, "out_of_bounds", "task_struct" },
	/* values that are not there */
	{ "R7 !read_ok", CLASS_VERIFIER, "uninitialized", "" },
	{ "invalid indirect read from stack R2 off -8+0 size 8",
	  CLASS_VERIFIER, "uninitialized", "" },
	{ "R0 invalid mem access 'map_value_or_null'", CLASS_VERIFIER,
	  "null_dereference", "" },
	{ "R1 invalid mem access 'ptr_or_null_sock'", CLASS_VERIFIER,
	  "null_dereference", "" },
	{ "R2 type=map_value_or_null expected=fp, pkt, pkt_meta",
	  CLASS_VERIFIER, "null_dereference", "" },
	{ "Possibly NULL pointer passed to trusted arg0", CLASS_VERIFIER,
	  "null_dereference", "" },
	{ "R0 pointer arithmetic on map_value_or_null prohibited, null-check "
	  "it first", CLASS_VERIFIER, "null_dereference",
	  "map_value_or_null" },
	/* types */
	{ "R1 invalid mem access 'inv'", CLASS_VERIFIER, "type_mismatch",
	  "" },
	{ "R1 invalid mem access 'scalar'", CLASS_VERIFIER, "type_mismatch",
	  "" },
	{ "R1 type=scalar expected=fp", CLASS_VERIFIER, "type_mismatch",
	  "" },
	/* stack; 5.10 uses the first words for both, the offset tells */
	{ "invalid read from stack R10 off=-16 size=8", CLASS_VERIFIER,
	  "uninitialized", "" },
	{ "invalid read from stack R10 off=-520 size=8", CLASS_VERIFIER,
	  "stack", "" },
	{ "invalid read from stack R2 off=-4 size=8", CLASS_VERIFIER,
	  "stack", "" },
	{ "invalid write to stack R10 off=-520 size=8", CLASS_VERIFIER,
	  "stack", "" },
	{ "combined stack size of 2 calls is 608. Too large", CLASS_VERIFIER,
	  "stack", "" },
	{ "misaligned stack access off (0x0; 0x0)+0+-12 size 8",
	  CLASS_VERIFIER, "stack", "" },
	/* context */
	{ "invalid bpf_context access off=1000 size=4", CLASS_VERIFIER,
	  "invalid_context_access", "" },
	{ "func 'bpf_trace_sched_switch' doesn't have 4-th argument",
	  CLASS_VERIFIER, "invalid_context_access",
	  "bpf_trace_sched_switch" },
	{ "dereference of modified ctx ptr R1 off=8 disallowed",
	  CLASS_VERIFIER, "invalid_context_access", "" },
	/* the rest of a program's life */
	{ "Unreleased reference id=2 alloc_insn=7", CLASS_VERIFIER,
	  "reference_leak", "" },
	{ "BPF_EXIT instruction in main prog would lead to reference leak",
	  CLASS_VERIFIER, "reference_leak", "" },
	{ "At program exit the register R0 has value (0x2; 0x0) should have "
	  "been in (0x0; 0x1)", CLASS_VERIFIER, "bad_return_value", "" },
	{ "infinite loop detected at insn 3", CLASS_VERIFIER,
	  "unbounded_loop", "" },
	{ "unreachable insn 4", CLASS_VERIFIER, "dead_code", "" },
	{ "the call stack of 9 frames is too deep !", CLASS_VERIFIER,
	  "call_depth", "" },
	{ "recursive call from f() to f()", CLASS_VERIFIER, "call_depth",
	  "f" },
	{ "unknown opcode 8d", CLASS_VERIFIER, "unknown_opcode", "" },
	{ "bpf_spin_unlock is missing", CLASS_VERIFIER, "lock", "" },
	{ "BPF_EXIT instruction in main prog cannot be used inside "
	  "bpf_spin_lock-ed region", CLASS_VERIFIER, "lock", "" },
	{ "vfs_read is not sleepable", CLASS_VERIFIER, "sleepable",
	  "vfs_read" },
	{ "cannot overwrite referenced dynptr", CLASS_VERIFIER, "dynptr",
	  "" },
	{ "expected an initialized iter_num as arg #0", CLASS_VERIFIER,
	  "iterator", "num" },
	{ "verifier bug: REG INVARIANTS VIOLATION (x)", CLASS_VERIFIER,
	  "verifier_bug", "" },
	/* more than a rejection */
	{ "unknown func bpf_loop#181", CLASS_HELPER, "", "bpf_loop" },
	{ "program of this type cannot use helper bpf_skb_change_tail#38",
	  CLASS_HELPER, "", "bpf_skb_change_tail" },
	{ "func bpf_get_attach_cookie#174 not supported for program type 26",
	  CLASS_HELPER, "", "bpf_get_attach_cookie" },
	{ "calling kernel function bpf_x is not allowed", CLASS_KFUNC,
	  "not_for_program_type", "bpf_x" },
	{ "BPF program is too large. Processed 1000001 insn",
	  CLASS_COMPLEXITY, "instructions", "" },
	{ "The sequence of 8193 jumps is too complex.", CLASS_COMPLEXITY,
	  "branches", "" },
	{ "cannot call GPL-restricted function from non-GPL compatible "
	  "program", CLASS_LICENSE, "", "" },
	{ "failed to resolve CO-RE relocation <byte_off> [5] struct a.b (0:1 "
	  "@ offset 8)", CLASS_CORE_RELOCATION, "",
	  "struct a.b (0:1 @ offset 8)" },
	{ "invalid func unknown#195896080", CLASS_CORE_RELOCATION, "", "" },
};

Test(verifier, last_words_of_every_kernel)
{
	const struct verifier_reason	*why;
	char				 name[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why = verifier_reason_find(cases[i].line, name,
		    sizeof(name));
		cr_assert_not_null(why, "%s", cases[i].line);
		cr_assert_str_eq(why->code, cases[i].code, "%s: %s",
		    cases[i].line, why->code);
		cr_assert_str_eq(why->sub, cases[i].sub, "%s: %s",
		    cases[i].line, why->sub);
		if (cases[i].name[0] != '\0')
			cr_assert_str_eq(name, cases[i].name, "%s: %s",
			    cases[i].line, name);
	}
	TEST_END();
}

Test(verifier, what_is_not_known_is_not_guessed)
{
	char	 name[8] = "x";

	cr_assert_null(verifier_reason_find("a line of another program",
	    name, sizeof(name)));
	cr_assert_str_eq(name, "");
	cr_assert_null(verifier_reason_find("", NULL, 0));
	TEST_END();
}

Test(verifier, every_rule_is_complete_and_has_a_word)
{
	const struct verifier_reason	*r;
	size_t				 n = 0;

	while ((r = verifier_reason_at(n)) != NULL) {
		cr_assert_not_null(r->code, "rule %zu", n);
		cr_assert_not_null(r->sub, "rule %zu", n);
		cr_assert_neq(r->rule[0], '\0');
		cr_assert_neq(r->fix[0], '\0');
		cr_assert_eq(r->rule[strlen(r->rule) - 1], '.');
		n++;
	}
	cr_assert_gt(n, 100);
	TEST_END();
}

static const struct { const char *pattern, *line, *name; } patterns[] = {
	{ "abc", "abcdef", "" },
	{ "abc$", "abc", "" },
	{ "*c$", "abcabc", "" },
	{ "a*c", "abbc d", "" },
	{ "f '%' is", "f 'x y' is not", "x y" },
	{ "%#", "bpf_loop#181", "bpf_loop" },
	{ "*x%", "aaxbb", "bb" },
	{ "", "anything", "" },
};

Test(verifier, patterns_that_match)
{
	char	 name[16];

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		cr_assert(verifier_pattern(patterns[i].pattern,
		    patterns[i].line, name, sizeof(name)), "%s",
		    patterns[i].pattern);
		cr_assert_str_eq(name, patterns[i].name);
	}
	TEST_END();
}

Test(verifier, patterns_that_do_not_match)
{
	cr_assert_not(verifier_pattern("abc$", "abcd", NULL, 0));
	cr_assert_not(verifier_pattern("abc", "ab", NULL, 0));
	cr_assert_not(verifier_pattern("a*d", "abc", NULL, 0));
	cr_assert_not(verifier_pattern("*c$", "abcd", NULL, 0));
	TEST_END();
}
