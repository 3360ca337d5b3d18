/* The parts of the guest programs that need no guest. */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/rtnetlink.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "worker/guest/args.h"
#include "worker/guest/elfinfo.h"
#include "worker/guest/files.h"
#include "worker/guest/functional.h"
#include "worker/guest/rtnl.h"
#include "worker/guest/verlog.h"
#include "worker/guest/wire.h"
#include "worker/guest/wire_io.h"

#define ARGV(...)	((const char *[]){ "v", __VA_ARGS__, NULL })
#define ARGC(v)		(sizeof(v) / sizeof((v)[0]) - 1)
#define PARSE(a, d, ...)						\
	args_parse((int)ARGC(ARGV(__VA_ARGS__)), ARGV(__VA_ARGS__), (a), (d))

Test(args, needs_artifact_and_out)
{
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(PARSE(&a, &d, "--out", "r"), ERR_INVAL);
	cr_assert_str_eq(d.field, "--artifact");
	args_free(&a);
	cr_assert_eq(PARSE(&a, &d, "--artifact", "x"), ERR_INVAL);
	cr_assert_str_eq(d.field, "--out");
	args_free(&a);
	cr_assert_eq(PARSE(&a, &d, "--wire"), ERR_OK);
	args_free(&a);
	TEST_END();
}

Test(args, has_the_documented_defaults)
{
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(PARSE(&a, &d, "--artifact", "x", "--out", "r"), ERR_OK);
	cr_assert_str_eq(a.attach_word, "best-effort");
	cr_assert_eq(a.attach_mode, ATTACH_BEST_EFFORT);
	cr_assert(a.probe_features && a.isolate);
	args_free(&a);
	TEST_END();
}

Test(args, keeps_the_attach_word_and_reads_its_meaning)
{
	static const struct { const char *word; enum attach_mode mode; } t[] = {
		{ "required", ATTACH_REQUIRED }, { "strict", ATTACH_REQUIRED },
		{ "off", ATTACH_DISABLED }, { "none", ATTACH_DISABLED },
		{ "disabled", ATTACH_DISABLED },
		{ "whatever", ATTACH_BEST_EFFORT },
	};
	struct args	 a;
	struct diag	 d = DIAG_INIT;
	size_t		 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		cr_assert_eq(PARSE(&a, &d, "--wire", "--attach-mode",
		    t[i].word), ERR_OK);
		cr_assert_str_eq(a.attach_word, t[i].word);
		cr_assert_eq(a.attach_mode, t[i].mode);
		args_free(&a);
	}
	TEST_END();
}

Test(args, merges_fixups_of_one_map)
{
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(PARSE(&a, &d, "--wire", "--set-map-max-entries",
	    "m=cpus", "--set-map-inner-map", "m=lru_hash:4:8:16",
	    "--set-map-inner-ringbuf", "n=4096"), ERR_OK);
	cr_assert_eq(a.nfixups, 2);
	cr_assert_str_eq(a.fixups[0].entries_word, "cpus");
	cr_assert_eq(a.fixups[0].inner_type, BPF_MAP_TYPE_LRU_HASH);
	cr_assert_eq(a.fixups[0].inner_entries, 16);
	cr_assert_eq(a.fixups[1].ringbuf_bytes, 4096);
	args_free(&a);
	TEST_END();
}

Test(args, reads_variants_in_order_with_their_gates)
{
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(PARSE(&a, &d, "--wire", "--prog-variants",
	    "g=new:trial,mid:130,old", "--probe-companions", "a,b",
	    "--probe-companions", "c"), ERR_OK);
	cr_assert_eq(a.ngroups, 1);
	cr_assert_eq(a.groups[0].nv, 3);
	cr_assert(a.groups[0].v[0].trial);
	cr_assert_eq(a.groups[0].v[1].helper, 130);
	cr_assert_str_eq(a.groups[0].v[2].prog, "old");
	cr_assert_eq(a.ncompanions, 3);
	args_free(&a);
	TEST_END();
}

Test(args, a_variant_may_have_both_gates)
{
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(PARSE(&a, &d, "--wire", "--prog-variants",
	    "g=new:181:trial,old"), ERR_OK);
	cr_assert(a.groups[0].v[0].trial);
	cr_assert_eq(a.groups[0].v[0].helper, 181);
	args_free(&a);
	TEST_END();
}

Test(args, a_plan_has_options_before_its_tests)
{
	static const char text[] = "functional_plan.v0.2\n"
	    "option=--set-map-max-entries m=cpus\r\n"
	    "option=--require-attach p,q\n"
	    "option=--attach-to p=kprobe:do_x\n"
	    "BEGIN\ncommand=x\nEND\n"
	    "option=--set-map-max-entries n=0\n";
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(PARSE(&a, &d, "--wire"), ERR_OK);
	cr_assert_eq(args_plan(&a, text, sizeof(text) - 1, &d), ERR_OK);
	cr_assert_eq(a.nfixups, 1);
	cr_assert(args_must_attach(&a, "q"));
	cr_assert(!args_must_attach(&a, "r"));
	cr_assert_str_eq(args_attach_to(&a, "p")->target, "do_x");
	cr_assert_null(args_attach_to(&a, "q"));
	args_free(&a);
	TEST_END();
}

Test(args, a_plan_cannot_name_files_or_the_mode)
{
	static const char *const bad[] = {
		"functional_plan.v0.2\noption=--out /etc/passwd\n",
		"functional_plan.v0.2\noption=--attach-mode disabled\n",
		"functional_plan.v0.2\noption=--wire\n",
		"functional_plan.v0.2\noption=--nonsense 1\n",
	};
	struct args	 a;
	struct diag	 d = DIAG_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(PARSE(&a, &d, "--wire"), ERR_OK);
		cr_expect_eq(args_plan(&a, bad[i], strlen(bad[i]), &d),
		    ERR_INVAL, "%s", bad[i]);
		args_free(&a);
	}
	TEST_END();
}

Test(args, refuses_wrong_values_and_names_the_option)
{
	static const char *const bad[][2] = {
		{ "--set-map-max-entries", "m=0" },
		{ "--set-map-max-entries", "=5" },
		{ "--set-map-max-entries", "m=4294967296" },
		{ "--set-map-max-entries", "m=-1" },
		{ "--set-map-inner-map", "m=hash:4:0:1" },
		{ "--set-map-inner-map", "m=hash:4:8" },
		{ "--set-map-inner-map", "m=hash:4:8:1:9" },
		{ "--set-map-inner-map", "m=queue:4:8:1" },
		{ "--set-prog-type", "p=nonsense" },
		{ "--prog-variants", "g=a:b" },
		{ "--prog-variants", "g=,b" },
		{ "--probe-companions", "a,,b" },
		{ "--probe-features", "True" },
		{ "--nonsense", "1" },
	};
	struct args	 a;
	struct diag	 d = DIAG_INIT;
	size_t		 i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(PARSE(&a, &d, "--wire", bad[i][0], bad[i][1]),
		    ERR_INVAL, "%s %s", bad[i][0], bad[i][1]);
		cr_assert_str_eq(d.field, bad[i][0]);
		args_free(&a);
	}
	cr_assert_eq(PARSE(&a, &d, "--wire", "--manifest"), ERR_INVAL);
	args_free(&a);
	TEST_END();
}

/* Feeds "len" bytes to the frame reader through a pipe. */
static enum err
receive(const void *p, size_t len, struct buf *art, struct buf *plan,
    struct diag *d)
{
	int		 fd[2];
	enum err	 e;

	cr_assert_eq(pipe(fd), 0);
	cr_assert_eq(write(fd[1], p, len), (ssize_t)len);
	close(fd[1]);
	e = wire_receive(fd[0], art, plan, NULL, d);
	close(fd[0]);
	return e;
}

Test(wire, takes_artifact_and_plan_and_stops_at_go)
{
	static const char	 in[] = "A\0\0\0\2ELA\0\0\0\1FF\0\0\0\3abc"
				    "G\0\0\0\0rest";
	struct buf		 art = BUF_INIT(100), plan = BUF_INIT(100);
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(receive(in, sizeof(in) - 1, &art, &plan, &d), ERR_OK);
	cr_assert_str_eq(buf_str(&art), "ELF");
	cr_assert_str_eq(buf_str(&plan), "abc");
	buf_clear(&art);
	buf_clear(&plan);
	TEST_END();
}

Test(wire, refuses_broken_input)
{
	static const struct { const char *in; size_t len; enum err e; } t[] = {
		{ "", 0, ERR_PROTO },
		{ "A\0\0", 3, ERR_PROTO },
		{ "A\0\0\0\5ab", 7, ERR_PROTO },
		{ "A\xff\xff\xff\xff", 5, ERR_PROTO },
		{ "A\0\4\0\1", 5, ERR_PROTO },
		{ "R\0\0\0\0", 5, ERR_PROTO },
		{ "G\0\0\0\1x", 6, ERR_PROTO },
		{ "F\0\0\0\1xA\0\0\0\1x", 12, ERR_PROTO },
		{ "A\0\0\0\7toolong", 12, ERR_TOOBIG },
	};
	struct buf	 art, plan;
	struct diag	 d = DIAG_INIT;
	size_t		 i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_init(&art, 6);
		buf_init(&plan, 6);
		cr_assert_eq(receive(t[i].in, t[i].len, &art, &plan, &d),
		    t[i].e, "case %zu", i);
		cr_assert_neq(d.msg[0], '\0');
		buf_clear(&art);
		buf_clear(&plan);
	}
	TEST_END();
}

Test(wire, splits_what_is_longer_than_a_chunk)
{
	static char	 data[WIRE_CHUNK_MAX + 3];
	unsigned char	 head[WIRE_HEADER_LEN];
	FILE		*f = tmpfile();
	int		 fd = fileno(f);

	cr_assert_eq(wire_send(fd, WIRE_RESULT, data, sizeof(data)), ERR_OK);
	cr_assert_eq(pread(fd, head, 5, 0), 5);
	cr_assert_eq(memcmp(head, "R\0\4\0\0", 5), 0);
	cr_assert_eq(pread(fd, head, 5, 5 + WIRE_CHUNK_MAX), 5);
	cr_assert_eq(memcmp(head, "R\0\0\0\3", 5), 0);
	cr_assert_eq(lseek(fd, 0, SEEK_END), 2 * 5 + (off_t)sizeof(data));
	fclose(f);
	TEST_END();
}

Test(verlog, reads_the_statistics_a_kernel_prints)
{
	static const char	 log[] =
	    "0: R1=ctx()\nverification time 141 usec\nstack depth 8+0\n"
	    "processed 12 insns (limit 1000000) max_states_per_insn 1 "
	    "total_states 3 peak_states 2 mark_read 4\n";
	struct verlog_stats	 s;

	verlog_stats_parse(log, sizeof(log) - 1, &s);
	cr_assert_eq(s.processed_insns, 12);
	cr_assert_eq(s.insn_limit, 1000000);
	cr_assert_eq(s.max_states_per_insn, 1);
	cr_assert_eq(s.total_states, 3);
	cr_assert_eq(s.peak_states, 2);
	cr_assert_eq(s.longest_mark_read, 4);
	cr_assert_eq(s.verification_time_us, 141);
	cr_assert_str_eq(s.stack_depth, "8+0");
	TEST_END();
}

Test(verlog, leaves_out_what_is_not_printed)
{
	static const char	 log[] = "processed 7 insns\nprocessed";
	struct verlog_stats	 s;

	verlog_stats_parse(log, sizeof(log) - 1, &s);
	cr_assert_eq(s.processed_insns, 7);
	cr_assert_eq(s.total_states, -1);
	cr_assert_eq(s.verification_time_us, -1);
	cr_assert_str_eq(s.stack_depth, "");
	verlog_stats_parse("", 0, &s);
	cr_assert_eq(s.processed_insns, -1);
	TEST_END();
}

Test(verlog, finds_poison_libbpf_explained)
{
	static const char	 log[] =
	    "0: (85) call bpf_get_current_task#35\n"
	    "1: <invalid CO-RE relocation>\n"
	    "failed to resolve CO-RE relocation <byte_off> [15] "
	    "struct task_struct.gone (0:1 @ offset 4)\n"
	    "7: <invalid BPF map reference>\n"
	    "BPF map 'm' is referenced but wasn't created\n";
	struct poison		 p[4];

	cr_assert_eq(verlog_poison_parse(log, sizeof(log) - 1, p, 4), 2);
	cr_assert_eq(p[0].kind, POISON_CORE_RELO);
	cr_assert_eq(p[0].insn, 1);
	cr_assert(strstr(p[0].detail, "task_struct.gone") != NULL);
	cr_assert_eq(p[1].kind, POISON_MAP);
	cr_assert_eq(p[1].insn, 7);
	TEST_END();
}

Test(verlog, finds_poison_by_its_number)
{
	static const char	 log[] =
	    "3: (85) call unknown#195896080\n"
	    "9: (85) call unknown#2001000003\n"
	    "11: (85) call unknown#2002000001\n"
	    "12: (85) call bpf_map_lookup_elem#1\n";
	struct poison		 p[4];

	cr_assert_eq(verlog_poison_parse(log, sizeof(log) - 1, p, 4), 3);
	cr_assert_eq(p[0].kind, POISON_CORE_RELO);
	cr_assert_eq(p[0].insn, 3);
	cr_assert_eq(p[1].kind, POISON_MAP);
	cr_assert_eq(p[1].index, 3);
	cr_assert_eq(p[2].kind, POISON_KFUNC);
	cr_assert_eq(p[2].index, 1);
	cr_assert_eq(verlog_poison_parse(log, sizeof(log) - 1, p, 1), 1);
	TEST_END();
}

Test(verlog, cuts_at_whole_lines)
{
	static const char	 log[] = "aaaa\nbbbb\ncccc\n";

	cr_assert_eq(verlog_head(log, 15, 100), 15);
	cr_assert_eq(verlog_head(log, 15, 12), 10);
	cr_assert_eq(verlog_head(log, 15, 3), 3);
	cr_assert_eq(verlog_tail(log, 15, 100), 0);
	cr_assert_eq(verlog_tail(log, 15, 12), 5);
	cr_assert_eq(verlog_tail(log, 15, 10), 5);
	cr_assert_eq(verlog_tail(log, 15, 3), 12);
	TEST_END();
}

Test(plan, reads_tests_with_their_defaults)
{
	static const char	 text[] = "functional_plan.v0.1\n"
	    "BEGIN\nname=n\ncommand=true\nrequired=false\n"
	    "timeout_seconds=5\nexpect_exit_code=3\nEND\n"
	    "stray=1\nBEGIN\ncommand=x=y\ntimeout_seconds=9999\nEND\n";
	struct functional	 f;

	cr_assert_eq(functional_parse(&f, text, sizeof(text) - 1), ERR_OK);
	cr_assert_eq(f.n, 2);
	cr_assert_str_eq(f.v[0].name, "n");
	cr_assert(!f.v[0].required);
	cr_assert_eq(f.v[0].timeout_s, 5);
	cr_assert_eq(f.v[0].expect_exit, 3);
	cr_assert_str_eq(f.v[1].name, "functional-2");
	cr_assert_str_eq(f.v[1].command, "x=y");
	cr_assert_eq(f.v[1].timeout_s, 10);
	functional_free(&f);
	TEST_END();
}

Test(plan, of_another_version_fails_instead_of_vanishing)
{
	struct functional	 f;

	cr_assert_eq(functional_parse(&f, "v9\nBEGIN\nEND\n", 13), ERR_OK);
	cr_assert_eq(f.n, 1);
	cr_assert_str_eq(f.v[0].name, "functional-plan");
	cr_assert_eq(f.status, FUNC_FAIL);
	functional_free(&f);
	cr_assert_eq(functional_parse(&f, "", 0), ERR_OK);
	cr_assert_eq(f.n, 0);
	functional_free(&f);
	TEST_END();
}

Test(functional, runs_a_command_and_judges_it)
{
	char			 cmd[] = "echo out; echo err >&2";
	char			 want[] = "out";
	struct func_test	 t = { .command = cmd, .timeout_s = 30,
				    .expect_stdout = want };

	functional_run_one(&t, INT64_MAX);
	cr_assert_eq(t.status, FUNC_PASS, "%s", t.error);
	cr_assert_str_eq(t.stdout_tail, "out\n");
	cr_assert_str_eq(t.stderr_tail, "err\n");
	free(t.stdout_tail);
	free(t.stderr_tail);
	TEST_END();
}

Test(functional, deadline_takes_background_children_along)
{
	char			 cmd[] = "sleep 300 & sleep 300";
	struct func_test	 t = { .command = cmd, .timeout_s = 1 };

	functional_run_one(&t, INT64_MAX);
	cr_assert_eq(t.status, FUNC_FAIL);
	cr_assert(t.timed_out);
	cr_assert_eq(t.exit_code, 124);
	free(t.stdout_tail);
	free(t.stderr_tail);
	free(t.error);
	TEST_END();
}

Test(functional, daemon_that_keeps_the_pipes_does_not_delay)
{
	char			 cmd[] = "setsid sleep 300 & exit 7";
	struct func_test	 t = { .command = cmd, .timeout_s = 100,
				    .expect_exit = 7 };

	functional_run_one(&t, INT64_MAX);
	cr_assert_eq(t.status, FUNC_PASS, "%s", t.error);
	free(t.stdout_tail);
	free(t.stderr_tail);
	TEST_END();
}

Test(functional, no_time_left_is_no_verdict)
{
	char			 cmd[] = "sleep 300";
	struct func_test	 t = { .command = cmd, .timeout_s = 100,
				    .required = true };
	struct functional	 f = { &t, 1, FUNC_SKIPPED };

	functional_run_one(&t, time_mono_ms() + 200);
	cr_assert_eq(t.status, FUNC_CUT);
	cr_assert_not_null(strstr(t.error, "stopped: "));
	functional_settle(&f);
	cr_assert_eq(f.status, FUNC_CUT);
	free(t.stdout_tail);
	free(t.stderr_tail);
	t.stdout_tail = t.stderr_tail = NULL;
	functional_run_one(&t, time_mono_ms());
	cr_assert_not_null(strstr(t.error, "not run: "));
	free(t.error);
	TEST_END();
}

/* What is run escapes into a session of its own, twice, and is found. */
Test(functional, a_daemon_does_not_outlive_its_test)
{
	char			 cmd[200], path[] = "/tmp/bpfcompat-daemon-XXXXXX";
	struct func_test	 t = { .command = cmd, .timeout_s = 100 };
	int			 fd = mkstemp(path);
	char			 pid[32] = "";

	cr_assert_neq(fd, -1);
	snprintf(cmd, sizeof(cmd), "setsid sh -c 'setsid sleep 300 & echo $! "
	    "> %s'; while [ ! -s %s ]; do :; done", path, path);
	functional_run_one(&t, INT64_MAX);
	cr_assert_eq(t.status, FUNC_PASS, "%s", t.error);
	cr_assert_gt(read(fd, pid, sizeof(pid) - 1), 0);
	cr_expect_eq(kill((pid_t)strtol(pid, NULL, 10), 0), -1);
	close(fd);
	unlink(path);
	free(t.stdout_tail);
	free(t.stderr_tail);
	TEST_END();
}

Test(files, only_plain_names_in_known_folders_are_taken)
{
	static const char *const bad[] = { "755 ../x", "755 bin/../x",
		"755 bin/", "755 bin/.x", "755 etc/passwd", "999 bin/x",
		"755", "755 bin/x relative", "7777 bin/x", "" };
	struct files	 f = FILES_INIT;
	struct wire_files w = files_sink(&f);
	struct diag	 d = DIAG_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(w.begin(w.arg, bad[i], &d), ERR_PROTO, "%s",
		    bad[i]);
	TEST_END();
}

Test(wire, a_file_frame_is_refused_where_none_is_wanted)
{
	struct buf	 art = BUF_INIT(100), plan = BUF_INIT(100);
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(receive("N\0\0\0\1x", 6, &art, &plan, &d), ERR_PROTO);
	buf_clear(&art);
	buf_clear(&plan);
	TEST_END();
}

Test(elfinfo, tells_wrong_files_apart)
{
	struct elfinfo	 e;
	unsigned char	 h[64] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	elfinfo_read("", 0, &e);
	cr_assert(strstr(e.problem, "empty") != NULL);
	elfinfo_read("hello, world, not an ELF", 24, &e);
	cr_assert(!e.is_elf && e.problem[0] != '\0');
	h[16] = 1;
	h[18] = 247;
	elfinfo_read(h, sizeof(h), &e);
	cr_assert(e.is_bpf && e.native);
	cr_assert_str_eq(e.problem, "");
	cr_assert_str_eq(elfinfo_machine(&e), "bpf");
	h[18] = 62;
	elfinfo_read(h, sizeof(h), &e);
	cr_assert(!e.is_bpf);
	cr_assert(strstr(e.problem, "another machine") != NULL);
	h[4] = 1;
	elfinfo_read(h, sizeof(h), &e);
	cr_assert(strstr(e.problem, "32-bit") != NULL);
	h[4] = 2;
	h[5] = 2;
	memcpy(h + 16, "\0\1\0\367", 4);
	elfinfo_read(h, sizeof(h), &e);
	cr_assert(e.is_bpf && !e.native);
	cr_assert_str_eq(elfinfo_endian(&e), "big");
	TEST_END();
}

Test(rtnl, what_is_nested_counts_for_its_container)
{
	struct ifinfomsg	 ifi = { .ifi_family = 0 };
	struct rtnl		 q;
	struct rtattr		*outer, *inner;

	rtnl_start(&q, RTM_NEWLINK, NLM_F_CREATE, &ifi, sizeof(ifi));
	cr_assert_eq(q.nh.nlmsg_len, NLMSG_LENGTH(sizeof(ifi)));
	outer = rtnl_nest(&q, IFLA_LINKINFO);
	rtnl_add_str(&q, IFLA_INFO_KIND, "veth");
	inner = rtnl_nest(&q, IFLA_INFO_DATA);
	rtnl_add_u32(&q, 1, 7);
	rtnl_end(&q, inner);
	rtnl_end(&q, outer);
	/* "veth" and its NUL are padded from 5 to 8 bytes. */
	cr_assert_eq(inner->rta_len, RTA_LENGTH(0) + RTA_LENGTH(4));
	cr_assert_eq(outer->rta_len, RTA_LENGTH(0) + RTA_LENGTH(8) +
	    inner->rta_len);
	cr_assert_eq(q.nh.nlmsg_len, NLMSG_LENGTH(sizeof(ifi)) +
	    outer->rta_len);
	TEST_END();
}

Test(rtnl, a_request_that_does_not_fit_is_not_sent)
{
	struct ifinfomsg	 ifi = { .ifi_family = 0 };
	struct rtnl		 q;
	char			 big[sizeof(q.data)];

	memset(big, 'x', sizeof(big));
	rtnl_start(&q, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	rtnl_add(&q, IFLA_IFNAME, big, sizeof(big));
	/* Nothing that follows makes it whole again. */
	rtnl_add_u32(&q, IFLA_MTU, 1500);
	rtnl_end(&q, rtnl_nest(&q, IFLA_LINKINFO));
	cr_assert_eq(rtnl_talk(&q), -EMSGSIZE);
	TEST_END();
}
