/* What the validator reads out of libbpf's words and the kernel's lists. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <string.h>

#include <linux/bpf.h>

#include "worker/guest/insns.h"
#include "worker/guest/kmods.h"
#include "worker/guest/reloc.h"
#include "worker/guest/symbols.h"
#include "worker/guest/target.h"

static void
parse(struct relocs *r, const char *text)
{
	relocs_parse(r, text, strlen(text));
}

#define P(f)	"libbpf: prog '" f "': "

Test(reloc, field_that_moved)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #2: <byte_off> [9] struct task_struct.se.v[2] "
	    "(0:12:1 @ offset 24)\n"
	    P("f") "relo #2: non-matching candidate #0 <byte_off> [7] "
	    "struct task_struct (0 @ offset 0)\n"
	    P("f") "relo #2: matching candidate #1 <byte_off> [88] struct "
	    "task_struct.se.v[2] (0:87:1 @ offset 2464)\n"
	    P("f") "relo #2: patched insn #4 (ALU/ALU64) imm 24 -> 2464\n");
	cr_assert_eq(r.n, 1);
	cr_assert_str_eq(r.v[0].function, "f");
	cr_assert_str_eq(r.v[0].kind, "field_byte_offset");
	cr_assert_str_eq(r.v[0].local_type, "struct task_struct");
	cr_assert_str_eq(r.v[0].access, "se.v[2]");
	cr_assert_str_eq(r.v[0].spec, "0:12:1");
	cr_assert_str_eq(r.v[0].target_type, "struct task_struct");
	cr_assert_eq(r.v[0].status, RELOC_RESOLVED);
	cr_assert_eq(r.v[0].insn, 4);
	cr_assert_eq(r.v[0].local_value, 24);
	cr_assert_eq(r.v[0].target_value, 2464);
	cr_assert_eq(r.v[0].candidates, 2);
	cr_assert_eq(r.v[0].matching, 1);
	relocs_free(&r);
	TEST_END();
}

/* The load's own size is patched after its offset. */
Test(reloc, size_of_a_load_is_not_its_value)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #0: <byte_off> [9] struct s.a (0:0 @ offset "
	    "8)\n" P("f") "relo #0: matching candidate #0 <byte_off> [5] "
	    "struct s.a (0:1 @ offset 16)\n"
	    P("f") "relo #0: patched insn #3 (LDX/ST/STX) off 8 -> 16\n"
	    P("f") "relo #0: patched insn #3 (LDX/ST/STX) mem_sz 8 -> 4\n");
	cr_assert_eq(r.v[0].target_value, 16);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, missing_field_is_poisoned)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #0: <byte_off> [9] struct s___old.state (0:0 @ "
	    "offset 16)\n"
	    P("f") "relo #0: non-matching candidate #0 <byte_off> [5] struct "
	    "s (0 @ offset 0)\n"
	    P("f") "relo #0: no matching targets found\n"
	    P("f") "relo #0: substituting insn #7 w/ invalid insn\n");
	cr_assert_eq(r.v[0].status, RELOC_POISONED);
	cr_assert_eq(r.v[0].insn, 7);
	cr_assert_eq(r.v[0].candidates, 1);
	cr_assert_null(r.v[0].target_type);
	cr_assert(r.v[0].has_local && !r.v[0].has_target);
	cr_assert_eq(r.v[0].local_value, 16);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, question_answered_no_is_guarded)
{
	static const char *const spec[] = {
		"<field_exists> [9] struct s.f (0:0 @ offset 0)",
		"<type_exists> [9] struct s", "<type_size> [9] struct s",
		"<target_type_id> [9] struct s", "<type_matches> [9] union s",
		"<enumval_exists> [9] enum e::V = 3",
	};
	struct relocs	 r = { 0 };
	char		 text[512];
	size_t		 i;

	for (i = 0; i < sizeof(spec) / sizeof(spec[0]); i++) {
		snprintf(text, sizeof(text), P("f") "relo #%zu: %s\n" P("f")
		    "relo #%zu: no matching targets found\n" P("f")
		    "relo #%zu: patched insn #1 (ALU/ALU64) imm 1 -> 0\n", i,
		    spec[i], i, i);
		parse(&r, text);
		relocs_free(&r);
		parse(&r, text);
		cr_assert_eq(r.n, 1, "%s", spec[i]);
		cr_assert_eq(r.v[0].status, RELOC_GUARDED, "%s", spec[i]);
		relocs_free(&r);
	}
	TEST_END();
}

/* An offset of 0 is an offset. */
Test(reloc, value_zero_is_resolved)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #0: <byte_off> [9] struct s.f (0:1 @ offset 4)\n"
	    P("f") "relo #0: patched insn #1 (ALU/ALU64) imm 4 -> 0\n");
	cr_assert_eq(r.v[0].status, RELOC_RESOLVED);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, enumerators_keep_their_name_and_sign)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #1: <enumval_value> [9] enum e___x::A = -3\n"
	    P("f") "relo #1: matching candidate #0 <enumval_value> [4] enum "
	    "e::A = -5\n" P("f") "relo #1: patched insn #2 (LDIMM64) imm64 "
	    "18446744073709551613 -> 18446744073709551611\n");
	cr_assert_str_eq(r.v[0].local_type, "enum e___x");
	cr_assert_str_eq(r.v[0].access, "A");
	cr_assert_str_eq(r.v[0].target_type, "enum e");
	cr_assert_eq(r.v[0].local_value, -3);
	cr_assert_eq(r.v[0].target_value, -5);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, giving_up_is_kept_with_its_reason)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #0: <byte_off> [9] struct s.f (0:1 @ offset 4)\n"
	    P("f") "relo #0: field offset ambiguity: 64 != 128\n"
	    P("f") "relo #0: failed to relocate: -EINVAL\n"
	    P("g") "relo #3: parsing [4] struct <anon> + 0:9 failed: -22\n");
	cr_assert_eq(r.n, 2);
	cr_assert_eq(r.v[0].status, RELOC_FAILED);
	cr_assert_str_eq(r.v[0].note, "field offset ambiguity: 64 != 128");
	cr_assert_eq(r.v[1].status, RELOC_FAILED);
	cr_assert_str_eq(r.v[1].function, "g");
	relocs_free(&r);
	TEST_END();
}

/* Those of the ELF file are numbered in the same way. */
Test(reloc, calls_to_missing_functions_are_no_relocation)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "relo #3: poisoning insn #9 that calls kfunc 'k'\n"
	    P("f") "relo #0: poisoning insn #1 that loads map #2 'm'\n");
	cr_assert_eq(r.n, 0);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, functions_are_found_in_their_program)
{
	struct relocs	 r = { 0 };

	parse(&r, P("main") "added 10 insns from sub-prog 'a'\n"
	    P("other") "added 7 insns from sub-prog 'b'\n"
	    P("main") "added 5 insns from sub-prog 'b'\n");
	cr_assert_eq(relocs_part_at(&r, "main", 100, "main"), 0);
	cr_assert_eq(relocs_part_at(&r, "main", 100, "a"), 100);
	cr_assert_eq(relocs_part_at(&r, "main", 100, "b"), 110);
	cr_assert_eq(relocs_part_at(&r, "other", 20, "b"), 20);
	cr_assert_eq(relocs_part_at(&r, "other", 20, "a"), -1);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, a_second_pass_only_adds_what_is_new)
{
	static const char	 one[] = P("f") "relo #0: <type_exists> [9] "
				    "struct s\n" P("f") "relo #0: patched "
				    "insn #1 (ALU/ALU64) imm 1 -> 1\n";
	struct relocs		 r = { 0 };

	parse(&r, one);
	parse(&r, one);
	cr_assert_eq(r.n, 1);
	parse(&r, P("g") "relo #1: <type_exists> [9] struct s\n");
	cr_assert_eq(r.n, 2);
	relocs_free(&r);
	TEST_END();
}

Test(reloc, uses_of_externs_are_noted_once)
{
	struct relocs	 r = { 0 };

	parse(&r, P("f") "found extern #0 'bpf_x' (sym 7) for insn #5\n"
	    P("f") "found extern #0 'bpf_x' (sym 7) for insn #9\n");
	cr_assert_eq(r.nuses, 1);
	cr_assert_str_eq(r.uses[0].ext, "bpf_x");
	relocs_free(&r);
	TEST_END();
}

Test(reloc, wants_only_its_own_messages)
{
	cr_assert(relocs_wants("libbpf: prog '%s': relo #%d: %s\n"));
	cr_assert(relocs_wants("libbpf: prog '%s': added %zu insns from "
	    "sub-prog '%s'\n"));
	cr_assert(!relocs_wants("libbpf: prog '%s': failed to load: %s\n"));
	TEST_END();
}

/* --- names ------------------------------------------------------------------ */

Test(target, by_section)
{
	static const struct {
		const char	*section;
		enum target_kind kind;
		const char	*group;
		const char	*name;
		const char	*btf;
	} t[] = {
		{ "fentry/vfs_read", TARGET_TRAMPOLINE, "", "vfs_read",
		    "vfs_read" },
		{ "fexit.s/vfs_read", TARGET_TRAMPOLINE, "", "vfs_read",
		    "vfs_read" },
		{ "kprobe/do_x+0x10", TARGET_KPROBE, "", "do_x", "do_x" },
		{ "?kretprobe/do_x", TARGET_KPROBE, "", "do_x", "do_x" },
		{ "kprobe.multi/vfs_*", TARGET_KPROBE_MULTI, "", "vfs_*", "" },
		{ "tp/sched/sched_switch", TARGET_TRACEPOINT, "sched",
		    "sched_switch", "" },
		{ "tp_btf/sched_switch", TARGET_BTF_TRACEPOINT, "",
		    "sched_switch", "btf_trace_sched_switch" },
		{ "raw_tp.w/x", TARGET_RAW_TRACEPOINT, "", "x",
		    "btf_trace_x" },
		{ "lsm.s/file_open", TARGET_LSM, "", "file_open",
		    "bpf_lsm_file_open" },
		{ "iter/task", TARGET_ITER, "", "task", "bpf_iter_task" },
		{ "uprobe//bin/sh:main+4", TARGET_UPROBE, "/bin/sh", "main",
		    "" },
		{ "usdt/libc.so:p:n", TARGET_UPROBE, "libc.so", "p", "" },
		{ "xdp", TARGET_NONE, "", "", "" },
		{ "cgroup_skb/egress", TARGET_NONE, "", "", "" },
		{ "fentry/", TARGET_NONE, "", "", "" },
	};
	struct target	 got;
	char		 btf[300];
	size_t		 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		target_parse(t[i].section, &got);
		target_btf_name(&got, btf, sizeof(btf));
		cr_assert_eq(got.kind, t[i].kind, "%s", t[i].section);
		cr_assert_str_eq(got.group, t[i].group);
		cr_assert_str_eq(got.name, t[i].name);
		cr_assert_str_eq(btf, t[i].btf);
	}
	TEST_END();
}

static const char	 modules[] = "nf_conntrack\nnf\nbridge\nxfs\n";

Test(kmods, the_longest_module_that_begins_the_name)
{
	char	 module[64];

	cr_assert(kmods_match(modules, "nf_conntrack_in", module,
	    sizeof(module)));
	cr_assert_str_eq(module, "nf_conntrack");
	cr_assert(kmods_match(modules, "bridge:no_such_name", module,
	    sizeof(module)));
	cr_assert_str_eq(module, "bridge");
	cr_assert(kmods_match(modules, "xfs", module, sizeof(module)));
	cr_assert_str_eq(module, "xfs");
	cr_assert(kmods_match(modules, "br_forward", module,
	    sizeof(module)));
	cr_assert_str_eq(module, "bridge");
	TEST_END();
}

Test(kmods, no_module_begins_the_name)
{
	char	 module[64];

	cr_assert_not(kmods_match(modules, "xfsdump_open", module,
	    sizeof(module)));
	cr_assert_not(kmods_match(modules, "vfs_read", module,
	    sizeof(module)));
	cr_assert_not(kmods_match(modules, "", module, sizeof(module)));
	cr_assert_not(kmods_match(modules, "nf_conntrack_in", module, 4));
	/* Its own module is not there. */
	cr_assert_not(kmods_match(modules, "wg_xmit", module,
	    sizeof(module)));
	TEST_END();
}

Test(symbols, kallsyms_counts_and_finds_what_the_compiler_made)
{
	static const char	 text[] =
	    "ffffffff81000000 T start\n"
	    "ffffffff81000010 t do_x.isra.0\n"
	    "ffffffff81000020 t do_xx\n"
	    "ffffffff81000030 t do_x.constprop.0\t[mod]\n"
	    "ffffffff81000040 t same\t[ext4]\n"
	    "ffffffff81000050 t same\n";
	struct sym_found	 f;

	sym_scan_kallsyms(text, sizeof(text) - 1, "do_x", &f);
	cr_assert_eq(f.n, 0);
	cr_assert_str_eq(f.variants, "do_x.isra.0,do_x.constprop.0");
	sym_scan_kallsyms(text, sizeof(text) - 1, "same", &f);
	cr_assert_eq(f.n, 2);
	cr_assert_eq(f.type, 't');
	cr_assert_str_eq(f.module, "ext4");
	sym_scan_kallsyms(text, sizeof(text) - 1, "", &f);
	cr_assert_eq(f.n, 0);
	TEST_END();
}

Test(symbols, lists_match_whole_names)
{
	static const char	 list[] = "vfs_read\next4_x [ext4]\nlast";
	static const char	 black[] =
	    "0xffffffff81000000-0xffffffff81000010\tnotrace_x\n";

	cr_assert(sym_scan_list(list, sizeof(list) - 1, "vfs_read"));
	cr_assert(sym_scan_list(list, sizeof(list) - 1, "ext4_x"));
	cr_assert(sym_scan_list(list, sizeof(list) - 1, "last"));
	cr_assert(!sym_scan_list(list, sizeof(list) - 1, "vfs_rea"));
	cr_assert(!sym_scan_list(list, sizeof(list) - 1, "ext4"));
	cr_assert_eq(sym_scan_pattern(list, sizeof(list) - 1, "*s*"), 2);
	cr_assert_eq(sym_scan_pattern(list, sizeof(list) - 1, "ext4_?"), 1);
	cr_assert_eq(sym_scan_pattern(list, sizeof(list) - 1, "no*"), 0);
	cr_assert(sym_scan_blacklist(black, sizeof(black) - 1, "notrace_x"));
	cr_assert(!sym_scan_blacklist(black, sizeof(black) - 1, "x"));
	TEST_END();
}

/* --- instructions ---------------------------------------------------------------- */

#define CALL(s, i)							\
	{ .code = BPF_JMP | BPF_CALL, .src_reg = (s), .imm = (i) }
#define WIDE(s)								\
	{ .code = BPF_LD | BPF_IMM | BPF_DW, .src_reg = (s) }

Test(insns, helpers_are_listed_once_by_first_use)
{
	static const struct bpf_insn	 in[] = {
		CALL(0, 181), CALL(0, 1), CALL(0, 181),
		CALL(BPF_PSEUDO_CALL, 6), CALL(BPF_PSEUDO_KFUNC_CALL, 77),
		CALL(0, POISON_CALL_CORE), CALL(0, POISON_CALL_KFUNCS + 3),
		CALL(0, POISON_CALL_MAPS + 2), CALL(0, POISON_CALL_MAPS + 4),
		/* The second half is no instruction, whatever is in it. */
		WIDE(0), CALL(0, 9),
	};
	struct insns_use		 u;

	insns_scan(in, sizeof(in) / sizeof(in[0]), &u);
	cr_assert_eq(u.nhelpers, 2);
	cr_assert_eq(u.helpers[0], 181);
	cr_assert_eq(u.helpers[1], 1);
	cr_assert_eq(u.kfunc_calls, 1);
	cr_assert_eq(u.poisoned, 4);
	cr_assert_eq(u.missed_map, 3);
	cr_assert(!u.callbacks);
	TEST_END();
}

Test(insns, address_of_a_function_is_a_callback)
{
	static const struct bpf_insn	 in[] = { WIDE(BPF_PSEUDO_FUNC),
					    { .code = 0 } };
	struct insns_use		 u;

	insns_scan(in, 2, &u);
	cr_assert(u.callbacks);
	insns_scan(in, 1, &u);
	cr_assert(u.callbacks);
	TEST_END();
}

Test(insns, newer_kinds_are_told_apart)
{
	static const struct { struct bpf_insn in; enum insn_kind kind; } t[] = {
		{ { .code = BPF_ALU64 | BPF_MOV | BPF_X, .off = 8 },
		    INSN_MOVSX },
		{ { .code = BPF_ALU64 | BPF_MOV | BPF_X, .off = 1 },
		    INSN_ADDR_SPACE_CAST },
		{ { .code = BPF_ALU64 | BPF_END, .imm = 16 }, INSN_BSWAP },
		{ { .code = BPF_ALU | BPF_MOD | BPF_K, .off = 1 },
		    INSN_SDIV },
		{ { .code = BPF_LDX | 0x80 | BPF_B }, INSN_LDSX },
		{ { .code = BPF_JMP32 | BPF_JA }, INSN_GOTOL },
		{ { .code = BPF_JMP | 0xe0 }, INSN_MAY_GOTO },
		{ { .code = BPF_STX | BPF_ATOMIC | BPF_DW, .imm = BPF_XCHG },
		    INSN_ATOMIC_FETCH },
		{ { .code = BPF_STX | BPF_ATOMIC | BPF_DW, .imm = 0x100 },
		    INSN_LOAD_ACQUIRE },
		{ CALL(BPF_PSEUDO_KFUNC_CALL, 1), INSN_KFUNC_CALL },
	};
	struct insns_use	 u;
	size_t			 i, k;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		insns_scan(&t[i].in, 1, &u);
		for (k = 0; k < INSN_KIND__MAX; k++)
			cr_assert_eq(u.kinds[k], k == t[i].kind, "%zu", i);
	}
	TEST_END();
}

Test(insns, what_every_kernel_has_is_of_no_kind)
{
	static const struct bpf_insn	 in[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X },
		{ .code = BPF_ALU | BPF_END | BPF_TO_BE, .imm = 16 },
		{ .code = BPF_ALU64 | BPF_DIV | BPF_K, .imm = 2 },
		{ .code = BPF_LDX | BPF_MEM | BPF_DW },
		{ .code = BPF_JMP | BPF_JA },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .imm = BPF_ADD },
		CALL(0, 1),
	};
	struct insns_use		 u;
	size_t				 k;

	insns_scan(in, sizeof(in) / sizeof(in[0]), &u);
	for (k = 0; k < INSN_KIND__MAX; k++)
		cr_assert(!u.kinds[k]);
	TEST_END();
}
