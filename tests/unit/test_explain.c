/* Why the verifier refused a program: from real logs, and made ones. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/bpf.h>

#include "worker/guest/explain.h"

/* A whole file; the caller frees. */
static char *
slurp(const char *name, size_t *len)
{
	char	 path[4096], *p;
	FILE	*f;
	long	 n;

	snprintf(path, sizeof(path), "%s/tests/unit/verlogs/%s",
	    getenv("top_srcdir") != NULL ? getenv("top_srcdir") : ".", name);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	rewind(f);
	p = malloc((size_t)n + 1);
	cr_assert_not_null(p);
	*len = fread(p, 1, (size_t)n, f);
	p[*len] = '\0';
	fclose(f);
	return p;
}

static bool
contains(const struct slice *s, const char *word)
{
	return s->len > 0 && memmem(s->p, s->len, word, strlen(word)) != NULL;
}

static bool
is(const struct slice *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->p, text, s->len) == 0;
}

/* "R0,R10" */
static void
registers(const struct explanation *e, char *out, size_t size)
{
	size_t	 i, n = 0;

	snprintf(out, size, "-");
	for (i = 0; i < e->nregs; i++)
		n += (size_t)snprintf(out + n, size - n, "%sR%d",
		    i == 0 ? "" : ",", e->regs[i].number);
}

/* "8>9,12>17" */
static void
path(const struct explanation *e, char *out, size_t size)
{
	size_t	 i, n = 0;

	snprintf(out, size, "-");
	for (i = 0; i < e->nsteps; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%lld>%lld",
		    i == 0 ? "" : ",", (long long)e->steps[i].insn,
		    (long long)e->steps[i].to);
}

/* The line marked for a program: in it, or by its name. */
static int64_t
marked_line(const char *source, const char *name)
{
	char		 mark[128], head[128];
	const char	*p, *line;
	int64_t		 n = 1;

	snprintf(mark, sizeof(mark), "/* HERE %s */", name);
	snprintf(head, sizeof(head), "\n%s(", name);
	p = strstr(source, mark);
	if (p == NULL) {
		p = strstr(source, head);
		if (p == NULL) {
			snprintf(head, sizeof(head), "\nBPF_PROG(%s,", name);
			p = strstr(source, head);
		}
		cr_assert_not_null(p, "%s", name);
		p = strstr(p, "/* HERE */");
	}
	cr_assert_not_null(p, "%s", name);
	for (line = source; line < p; line++)
		n += *line == '\n';
	return n;
}

static void
check_log(const char *head, const char *log, size_t len, const char *source)
{
	struct explanation	*e = malloc(sizeof(*e));
	char			 name[64], where[16], regs[128], steps[512];
	char			 got[512];
	long long		 insn;

	cr_assert_not_null(e);
	cr_assert_eq(sscanf(head, "==== %63s %lld %15s %127s %511s", name,
	    &insn, where, regs, steps), 5, "%.60s", head);
	cr_expect(explain_parse(e, log, len, NULL), "%s", name);
	cr_expect_eq(e->insn, insn, "%s: insn %lld", name,
	    (long long)e->insn);
	cr_expect(e->verdict[0] != '\0', "%s: no verdict", name);
	cr_expect_eq(strcmp(where, "none") != 0, e->where.known,
	    "%s: where", name);
	if (strcmp(where, "here") == 0) {
		cr_expect(contains(&e->where.text, "HERE"), "%s: text", name);
		if (e->where.line >= 0 && strcmp(name, "subprog_arg") != 0)
			cr_expect_eq(e->where.line, marked_line(source, name),
			    "%s: line %lld", name, (long long)e->where.line);
	}
	registers(e, got, sizeof(got));
	cr_expect_str_eq(got, regs, "%s: %s", name, got);
	path(e, got, sizeof(got));
	cr_expect_str_eq(got, steps, "%s: %s", name, got);
	free(e);
}

/* All logs of a file; they begin with a line "====". */
static void
check_file(const char *file)
{
	size_t	 len, slen, n = 0;
	char	*text = slurp(file, &len), *source, *p, *log, *next;

	source = slurp("reject.bpf.c", &slen);
	for (p = text; p != NULL && *p != '\0'; p = next) {
		log = strchr(p, '\n');
		cr_assert_not_null(log);
		log++;
		next = strstr(log, "\n==== ");
		if (next != NULL)
			next++;
		check_log(p, log, next == NULL ? strlen(log) :
		    (size_t)(next - log), source);
		n++;
	}
	cr_expect_gt(n, 40);
	free(source);
	free(text);
}

Test(explain, reads_the_logs_of_5_10)
{
	check_file("5.10.logs");
	TEST_END();
}

Test(explain, reads_the_logs_of_6_1)
{
	check_file("6.1.logs");
	TEST_END();
}

Test(explain, reads_the_logs_of_6_12)
{
	check_file("6.12.logs");
	TEST_END();
}

Test(explain, reads_the_logs_of_7_2)
{
	check_file("7.2.logs");
	TEST_END();
}

Test(explain, reads_the_logs_of_7_3)
{
	check_file("7.3.logs");
	TEST_END();
}

/* The log of one program in a file, explained; both are the caller's. */
static struct explanation *
explained(const char *file, const char *name, char **text,
    const struct explain_source *src)
{
	struct explanation	*e = malloc(sizeof(*e));
	size_t			 len;
	char			 head[80], *p, *end;

	cr_assert_not_null(e);
	*text = slurp(file, &len);
	snprintf(head, sizeof(head), "==== %s ", name);
	p = strstr(*text, head);
	cr_assert_not_null(p);
	p = strchr(p, '\n') + 1;
	end = strstr(p, "\n==== ");
	cr_assert(explain_parse(e, p, end == NULL ? strlen(p) :
	    (size_t)(end - p) + 1, src));
	return e;
}

Test(explain, takes_the_place_from_line_info_when_there_is_any)
{
	struct explain_line	 lines[] = {
		{ 0, 50, 1, "x.bpf.c", "oob_map(void *ctx)" },
		{ 9, 59, 4, "x.bpf.c", "\tv[i] = 1;" },
		{ 13, 0, 0, "x.bpf.c", "" }, /* nobody wrote this */
		{ 15, 61, 2, "x.bpf.c", "return 0;" },
	};
	struct explain_func	 funcs[] = { { 0, "oob_map" } };
	struct explain_source	 src = { lines, 4, funcs, 1, NULL, 0 };
	struct explanation	*e;
	char			*text;

	e = explained("7.3.logs", "oob_map", &text, &src);
	cr_expect_eq(e->insn, 14);
	cr_expect_eq(e->where.line, 59);
	cr_expect_eq(e->where.column, 4);
	cr_expect_not(e->where.from_log);
	cr_expect(is(&e->where.text, "v[i] = 1;"));
	cr_expect(is(&e->function, "oob_map"));
	free(e);
	free(text);
	TEST_END();
}

Test(explain, does_not_take_a_line_of_the_function_before)
{
	struct explain_line	 lines[] = {
		{ 0, 50, 1, "x.bpf.c", "one" }, { 20, 0, 0, "x.bpf.c", "" },
	};
	struct explain_func	 funcs[] = { { 0, "one" }, { 16, "two" } };
	struct explain_source	 src = { lines, 2, funcs, 2, NULL, 0 };
	struct explanation	*e;
	char			*text;

	e = explained("6.1.logs", "in_subprog", &text, &src);
	cr_expect_eq(e->insn, 26);
	cr_expect(is(&e->function, "two"));
	cr_expect(e->where.from_log, "line %lld", (long long)e->where.line);
	free(e);
	free(text);
	TEST_END();
}

Test(explain, gives_the_states_of_the_frame_that_failed)
{
	static const char *const	 files[] = { "5.10.logs", "6.1.logs",
		"6.12.logs", "7.2.logs", "7.3.logs" };
	struct explanation		*e;
	char				*text;
	size_t				 i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		e = explained(files[i], "oob_map", &text, NULL);
		cr_expect(contains(&e->regs[2].value, "umax"), "%s", files[i]);
		cr_expect(contains(&e->regs[2].value, "map_value("));
		cr_expect(is(&e->regs[3].value, "fp0"));
		cr_expect_eq(e->nslots, 1);
		cr_expect_eq(e->slots[0].number, -8);
		free(e);
		free(text);
		e = explained(files[i], "in_subprog", &text, NULL);
		cr_expect(contains(&e->regs[0].value, "=800"), "%s", files[i]);
		cr_expect_eq(e->nslots, 0, "%s", files[i]);
		free(e);
		free(text);
	}
	TEST_END();
}

Test(explain, says_which_way_a_branch_went)
{
	struct explanation	*e;
	char			*text;

	e = explained("6.12.logs", "ref_leak", &text, NULL);
	cr_assert_eq(e->nsteps, 3);
	cr_expect_eq(e->steps[0].kind, STEP_ACQUIRE);
	cr_expect(contains(&e->steps[0].text, "bpf_ringbuf_reserve"));
	cr_expect_eq(e->steps[1].kind, STEP_BRANCH);
	cr_expect_not(e->steps[1].taken);
	cr_expect(e->steps[2].taken);
	cr_expect(is(&e->steps[2].text, "(55) if r1 != 0x7 goto pc+4"));
	cr_expect(contains(&e->steps[2].where.text, "*e == 7"));
	free(e);
	free(text);
	TEST_END();
}

Test(explain, reads_the_report_of_7_3)
{
	struct explanation	*e;
	char			*text;

	e = explained("7.3.logs", "kfunc_leak", &text, NULL);
	cr_expect(e->report.present);
	cr_expect(is(&e->report.category, "Resource Lifetime Safety"));
	cr_expect(is(&e->report.problem, "Unreleased resource"));
	cr_expect_str_eq(e->report.reason, "Owned resource (id=2) was "
	    "acquired at instruction 2 and still needs to be released before "
	    "this exit path.");
	cr_expect(strstr(e->report.suggestion, "Release or transfer") ==
	    e->report.suggestion);
	cr_expect_eq(e->report.insn, 6);
	cr_expect(is(&e->function, "kfunc_leak"));
	cr_assert_eq(e->report.nevents, 2);
	cr_expect(is(&e->report.events[0].label, "acquired"));
	cr_expect_eq(e->report.events[0].insn, 2);
	cr_expect_eq(e->report.events[1].insn, 3);
	cr_expect_str_eq(e->verdict, "Unreleased reference id=2 "
	    "alloc_insn=2; BPF_EXIT instruction in main prog would lead to "
	    "reference leak");
	free(e);
	free(text);
	TEST_END();
}

#define INSN(c, s, i)	{ .code = (c), .src_reg = (s), .imm = (i) }
#define EXIT		INSN(BPF_JMP | BPF_EXIT, 0, 0)
#define MOV		INSN(BPF_ALU64 | BPF_MOV, 0, 0)
#define CALL(to)	INSN(BPF_JMP | BPF_CALL, BPF_PSEUDO_CALL, (to))

static int64_t
insn_of(const char *log, const struct bpf_insn *insns, size_t n)
{
	struct explain_source	 src = { NULL, 0, NULL, 0, insns, n };
	struct explanation	*e = malloc(sizeof(*e));
	int64_t			 insn;

	cr_assert_not_null(e);
	cr_expect(explain_parse(e, log, strlen(log), &src));
	insn = e->insn;
	free(e);
	return insn;
}

Test(explain, finds_the_function_that_does_not_end)
{
	const struct bpf_insn	 insns[] = {
		CALL(1), EXIT, CALL(1), MOV, EXIT,
	};

	cr_expect_eq(insn_of("last insn is not an exit or jmp\n", insns, 5),
	    3);
	TEST_END();
}

Test(explain, finds_the_unknown_opcode)
{
	const struct bpf_insn	 insns[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, 0, 0), INSN(0xff, 0, 0),
		INSN(0xff, 0, 0), EXIT,
	};

	cr_expect_eq(insn_of("unknown opcode ff\n", insns, 4), 2);
	TEST_END();
}

Test(explain, finds_the_call_that_takes_the_stack_too_far)
{
	const struct bpf_insn	 insns[] = {
		CALL(3), CALL(3), CALL(3), EXIT, /* calls 4, 5, 6 */
		EXIT, EXIT, EXIT,
	};

	cr_expect_eq(insn_of("combined stack size of 2 calls is 544. Too "
	    "large\nverification time 1 usec\nstack depth 200+8+300+16\n",
	    insns, 7), 1);
	cr_expect_eq(insn_of("0: (95) exit\ncombined stack size of 2 calls "
	    "is 512. Too large\nverification time 1 usec\nstack depth max "
	    "0\nsubprog 0 (a) main insns_self 1 insns_total 1 stack 200\n"
	    "subprog 1 (b) static insns_self 1 insns_total 1 stack 8\n"
	    "subprog 2 (c) static insns_self 1 insns_total 1 stack 8\n"
	    "subprog 3 (d) static insns_self 1 insns_total 1 stack 300\n",
	    insns, 7), 2);
	TEST_END();
}

Test(explain, finds_the_call_that_is_nested_too_deep)
{
	const struct bpf_insn	 insns[] = {
		CALL(1), EXIT, CALL(1), EXIT, CALL(1), EXIT, EXIT,
	};

	cr_expect_eq(insn_of("the call stack of 3 frames is too deep !\n",
	    insns, 7), 2);
	TEST_END();
}

Test(explain, finds_the_tail_call_with_too_much_stack_before_it)
{
	const struct bpf_insn	 insns[] = {
		CALL(2), CALL(2), EXIT, EXIT,
		INSN(BPF_JMP | BPF_CALL, 0, BPF_FUNC_tail_call), EXIT,
	};

	cr_expect_eq(insn_of("tail_calls are not allowed when call stack of "
	    "previous frames is 320 bytes. Too large\nverification time 1 "
	    "usec\nstack depth 304+0+0\n", insns, 6), 1);
	TEST_END();
}

Test(explain, finds_what_an_older_kernel_does_not_know)
{
	const struct bpf_insn	 insns[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, BPF_PSEUDO_MAP_FD, 7),
		INSN(0, 0, 0), INSN(BPF_LDX | BPF_MEM | BPF_W, 1, 0),
		INSN(BPF_LDX | 0x80 | BPF_W, 1, 0),
		INSN(BPF_STX | BPF_ATOMIC | BPF_W, 1, BPF_ADD),
		INSN(BPF_STX | BPF_ATOMIC | BPF_W, 1, BPF_ADD | BPF_FETCH),
		INSN(BPF_LD | BPF_IMM | BPF_DW, BPF_PSEUDO_FUNC, 3),
		INSN(0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, BPF_PSEUDO_KFUNC_CALL, 88),
		EXIT, EXIT,
	};
	static const struct { const char *log; int insn; } t[] = {
		{ "BPF_LDX uses reserved fields\n", 3 },
		{ "BPF_STX uses reserved fields\n", 5 },
		{ "unrecognized bpf_ld_imm64 insn\n", 6 },
		{ "number of funcs in func_info doesn't match number of "
		    "subprogs\n", 6 },
		{ "fd 7 is not pointing to valid bpf_map\n", 0 },
		{ "kernel function btf_id 88 is not a function\n", 8 },
		{ "kernel function btf_id 89 is not a function\n", -1 },
		{ "cannot call kernel function from non-GPL compatible "
		    "program\n", 8 },
		{ "R12 is invalid\n", -1 },
		{ "R1 invalid mem access 'scalar'\n", -1 },
	};
	size_t	 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		cr_expect_eq(insn_of(t[i].log, insns, 11), t[i].insn, "%s",
		    t[i].log);
	TEST_END();
}

Test(explain, finds_the_field_that_has_to_be_zero)
{
	const struct bpf_insn	 insns[] = {
		MOV, { .code = BPF_ALU64 | BPF_MOV | BPF_X, .off = 8 },
		{ .code = BPF_ALU64 | BPF_MOV, .off = 8 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .imm = 1 },
		{ .code = BPF_ALU | BPF_NEG, .off = 1 },
		{ .code = BPF_ALU | BPF_END, .imm = 17 },
		{ .code = BPF_JMP | BPF_JA, .imm = 1 },
		{ .code = BPF_JMP | BPF_JEQ, .src_reg = 1 },
		{ .code = BPF_JMP | BPF_EXIT, .imm = 1 }, EXIT,
	};
	static const char *const	 in_order[] = {
		NULL, NULL, "BPF_MOV", "BPF_ALU", "BPF_NEG", "BPF_END",
		"BPF_JA", "BPF_JMP/JMP32", "BPF_EXIT",
	};
	char				 log[64];
	int				 i;

	for (i = 2; i < 9; i++) {
		snprintf(log, sizeof(log), "%s uses reserved fields\n",
		    in_order[i]);
		cr_expect_eq(insn_of(log, insns, 10), i, "%s", log);
	}
	TEST_END();
}

Test(explain, blames_no_instruction_for_what_comes_after_all_of_them)
{
	cr_expect_eq(insn_of("1: (95) exit\ncombined stack size of 9 calls "
	    "is 999. Too large\n", NULL, 0), -1);
	TEST_END();
}

Test(explain, finds_the_call_of_what_the_program_type_may_not_use)
{
	const struct bpf_insn	 insns[] = {
		MOV, INSN(BPF_JMP | BPF_CALL, 0, BPF_FUNC_spin_lock), EXIT,
	};

	cr_expect_eq(insn_of("tracing progs cannot use bpf_spin_lock yet\n",
	    insns, 3), 1);
	TEST_END();
}

static const struct bpf_insn	 straight[] = {
	MOV, MOV, MOV, MOV, INSN(BPF_JMP | BPF_JA, 0, 0), MOV, EXIT,
};

/* The line by line info of an instruction the log fails at. */
static int64_t
line_of(int insn, const char *text, struct explain_line *lines, size_t n)
{
	struct explain_source	 src = { lines, n, NULL, 0, straight, 7 };
	struct explanation	*e = malloc(sizeof(*e));
	char			 log[128];
	int64_t			 line;

	cr_assert_not_null(e);
	snprintf(log, sizeof(log), "%d: %s\nso it failed\n", insn, text);
	cr_expect(explain_parse(e, log, strlen(log), &src));
	line = e->where.known ? e->where.line : -1;
	free(e);
	return line;
}

Test(explain, takes_what_has_no_line_for_what_follows_on_the_way)
{
	struct explain_line	 lines[] = {
		{ 0, 10, 1, "x", "" }, { 2, 0, 0, "x", "" },
		{ 3, 12, 1, "x", "" }, { 4, 0, 0, "x", "" },
		{ 5, 14, 1, "x", "" },
	};

	cr_expect_eq(line_of(1, "(b7) r0 = 0", lines, 5), 10);
	cr_expect_eq(line_of(2, "(b7) r0 = 0", lines, 5), 12);
	/* What follows a jump in the text does not follow it on the way. */
	cr_expect_eq(line_of(4, "(05) goto pc+0", lines, 5), 12);
	TEST_END();
}

Test(explain, takes_a_field_that_is_missing_for_where_it_is_used)
{
	struct explain_line	 lines[] = {
		{ 0, 10, 1, "x", "" }, { 3, 12, 1, "x", "" },
	};

	cr_expect_eq(line_of(1, "<invalid CO-RE relocation>", lines, 2), 12);
	cr_expect_eq(line_of(3, "<invalid CO-RE relocation>", lines, 2), 12);
	cr_expect_eq(line_of(1, "(b7) r0 = 0", lines, 2), 10);
	TEST_END();
}

Test(explain, knows_a_complaint_from_a_remark)
{
	static const char *const	 complaints[] = {
		"frame pointer is read only", "arg#0 expected pointer to ctx",
		"stack depth 600 exceeds interpreter stack depth limit",
		"func#1 writes 9 stack arg slots, but calls only require 8",
	};
	static const char		 remarks[] =
	    "frame 0: propagating r6\nmark_precise: frame0: regs=r2 stack= "
	    "before 3: (b7) r2 = 1\nregs=4 stack=0 before 3: (b7) r2 = 1\n"
	    "parent didn't have regs=4 stack=0 marks\nfunc 'x' arg0 has "
	    "btf_id 7 type STRUCT 'task_struct'\n";
	struct explanation		*e = malloc(sizeof(*e));
	char				 log[1024];
	size_t				 i;

	cr_assert_not_null(e);
	for (i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++) {
		snprintf(log, sizeof(log), "3: (b7) r2 = 1\n%s%s\n"
		    "verification time 9 usec\nstack depth 0+8\n", remarks,
		    complaints[i]);
		cr_expect(explain_parse(e, log, strlen(log), NULL));
		cr_expect_str_eq(e->verdict, complaints[i]);
		cr_expect_eq(e->insn, 3);
	}
	free(e);
	TEST_END();
}

Test(explain, knows_no_state_that_may_have_changed_since)
{
	static const char	 log[] =
	    "from 5 to 9: R0=inv1 R1=ctx(id=0,off=0,imm=0) R10=fp0\n"
	    "9: (07) r0 += 1\n10: (79) r2 = *(u64 *)(r0 +0)\n"
	    "R0 invalid mem access 'inv'\n";
	struct explanation	*e = malloc(sizeof(*e));

	cr_assert_not_null(e);
	cr_expect(explain_parse(e, log, strlen(log), NULL));
	cr_expect_eq(e->insn, 10);
	cr_expect_eq(e->nregs, 0);
	free(e);
	TEST_END();
}

Test(explain, reads_a_log_that_was_cut)
{
	static const char	 log[] = "; x = *p; @ a.c:7\n"
	    "4: (79) r0 = *(u64 *)(r1 +0)         ; R0=1\n"
	    "5: (07) r0 += 1                      ; R0=2\n6: (b"
	    "\n[... the log is cut here: writing it took more than 20 "
	    "seconds ...]\nBPF program is too large. Processed 1000001 insn\n"
	    "verification time 9 usec\nstack depth 8\n";
	struct explanation	*e = malloc(sizeof(*e));

	cr_assert_not_null(e);
	cr_expect(explain_parse(e, log, strlen(log), NULL));
	cr_expect_str_eq(e->verdict,
	    "BPF program is too large. Processed 1000001 insn");
	cr_expect_geq(e->insn, 5);
	cr_expect_eq(e->where.line, 7);
	free(e);
	TEST_END();
}

Test(explain, does_not_guess_behind_a_cut)
{
	static const char	 log[] = "4: (79) r0 = *(u64 *)(r1 +0)\n"
	    "\n[... the log is cut here: writing it took more than 20 "
	    "seconds ...]\ninvalid read from stack R10 off=-520 size=8\n";
	struct explanation	*e = malloc(sizeof(*e));

	cr_assert_not_null(e);
	cr_expect(explain_parse(e, log, strlen(log), NULL));
	cr_expect_eq(e->insn, -1);
	free(e);
	TEST_END();
}

Test(explain, knows_an_instruction_the_kernel_cannot_print)
{
	static const char	 log[] = "1: (b7) r0 = 0\n2: BUG_db\n"
	    "BPF_ATOMIC uses invalid atomic opcode 100\n";
	struct explanation	*e = malloc(sizeof(*e));

	cr_assert_not_null(e);
	cr_expect(explain_parse(e, log, strlen(log), NULL));
	cr_expect_eq(e->insn, 2);
	free(e);
	TEST_END();
}

Test(explain, has_nothing_to_say_of_a_program_that_was_taken)
{
	static const char	 log[] = "0: (95) exit\nprocessed 1 insns "
	    "(limit 1000000) max_states_per_insn 0 total_states 0\n";

	cr_expect_null(explain_json("", 0, NULL));
	cr_expect_null(explain_json(log, strlen(log), NULL));
	TEST_END();
}

/* A loop that goes on without a branch: as far back as is looked at. */
Test(explain, is_quick_on_a_huge_log)
{
	static const char	 turn[] =
	    "5: (bf) r4 = r1                       ; R1=8192 R4=8192\n"
	    "6: (57) r4 &= 31                      ; R4=0\n"
	    "7: (05) goto pc-3\n";
	static const char	 end[] =
	    "The sequence of 8193 jumps is too complex.\n";
	const size_t		 n = 40UL * 1024 * 1024 / (sizeof(turn) - 1);
	char			*log = malloc(n * sizeof(turn) + sizeof(end));
	struct explanation	*e = malloc(sizeof(*e));
	clock_t			 before;
	size_t			 i, len = 0;

	cr_assert(log != NULL && e != NULL);
	for (i = 0; i < n; i++, len += sizeof(turn) - 1)
		memcpy(log + len, turn, sizeof(turn) - 1);
	memcpy(log + len, end, sizeof(end) - 1);
	len += sizeof(end) - 1;
	before = clock();
	cr_expect(explain_parse(e, log, len, NULL));
	cr_expect_lt((double)(clock() - before) / CLOCKS_PER_SEC, 10);
	cr_expect_eq(e->insn, 7);
	cr_expect_eq(e->nsteps, 0);
	free(e);
	free(log);
	TEST_END();
}
