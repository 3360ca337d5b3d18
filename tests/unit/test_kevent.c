/* What a guest's console says about its kernel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "tests/unit/test.h"
#include "worker/vm/splat.h"

static void
feed(struct splat *s, const char *text)
{
	/* In pieces of three, as reads may cut anywhere. */
	for (size_t n = strlen(text), i = 0; i < n; i += 3)
		splat_feed(s, text + i, n - i < 3 ? n - i : 3);
}

static void
console(struct splat *s, const char *text)
{
	splat_init(s);
	feed(s, text);
	splat_finish(s);
}

Test(kevent, a_panic_is_found_with_what_follows)
{
	struct splat	 s;

	console(&s, "<6>[    1.000000] all is well\r\n"
	    "<0>[    2.000000] Kernel panic - not syncing: sysrq\r\n"
	    "<4>[    2.100000] Call Trace:\r\n"
	    "<0>[    2.200000] ---[ end Kernel panic - not syncing ]---\r\n"
	    "<4>[    2.300000] after\r\n");
	cr_assert_eq(s.events.n, 1);
	cr_assert(s.events.panicked && s.events.fatal);
	cr_assert(s.events.v[0].fatal);
	cr_assert_str_eq(s.events.v[0].kind, "panic");
	cr_assert_eq(s.events.v[0].time_us, 2000000);
	cr_assert_str_eq(splat_text(&s),
	    "[    2.000000] Kernel panic - not syncing: sysrq\n"
	    "[    2.100000] Call Trace:\n"
	    "[    2.200000] ---[ end Kernel panic - not syncing ]---\n");
	splat_clear(&s);
	TEST_END();
}

Test(kevent, every_kind_of_complaint_is_known)
{
	static const char	*const lines[][2] = {
		{ "BUG: kernel NULL pointer dereference, address: 0", "oops" },
		{ "BUG: unable to handle page fault for address: f", "oops" },
		{ "Oops: 0002 [#1] PREEMPT SMP NOPTI", "oops" },
		{ "general protection fault, probably for address", "oops" },
		{ "kernel BUG at kernel/bpf/verifier.c:123!", "bug" },
		{ "BUG: scheduling while atomic: a/1/0x2", "bug" },
		{ "WARNING: CPU: 0 PID: 9 at kernel/bpf/core.c:1 f+0x1",
		  "warning" },
		{ "WARNING: kernel/bpf/core.c:1 at f+0x1/0x2, CPU#0: a/1",
		  "warning" },
		{ "BUG: KASAN: slab-out-of-bounds in f+0x1/0x2", "kasan" },
		{ "BUG: KFENCE: use-after-free read in f+0x1/0x2", "kfence" },
		{ "UBSAN: array-index-out-of-bounds in a.c:1:2", "ubsan" },
		{ "WARNING: possible circular locking dependency detected",
		  "lockdep" },
		{ "WARNING: suspicious RCU usage", "lockdep" },
		{ "INFO: task foo:12 blocked for more than 120 seconds.",
		  "hung_task" },
		{ "rcu: INFO: rcu_preempt self-detected stall on CPU",
		  "rcu_stall" },
		{ "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [a:1]",
		  "soft_lockup" },
		{ "watchdog: Watchdog detected hard LOCKUP on cpu 0",
		  "hard_lockup" },
		{ "Out of memory: Killed process 12 (hog) total-vm:1kB",
		  "oom_kill" },
		{ "a: page allocation failure: order:4, mode:0xcc0",
		  "alloc_failure" },
		{ "unregister_netdevice: waiting for lo to become free.",
		  "netdev_leak" },
		{ "Illegal XDP return value 77 on prog x (id 1) dev lo",
		  "bpf" },
	};
	struct splat		 s;
	char			 text[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "<4>[    1.000000] %s\n",
		    lines[i][0]);
		console(&s, text);
		cr_assert_eq(s.events.n, 1, "not found: %s", lines[i][0]);
		cr_assert_str_eq(s.events.v[0].kind, lines[i][1]);
		splat_clear(&s);
	}
	TEST_END();
}

Test(kevent, ordinary_lines_are_none)
{
	struct splat	 s;

	console(&s, "<6>[    0.100000] x86/fpu: x87 FPU will use FXSAVE\n"
	    "<3>[    0.150000] Spectre V2 : WARNING: Unprivileged eBPF is on\n"
	    "bpfcompat-init: ready\n<5>[    0.200000] NOTICE: deprecated\n");
	cr_assert_eq(s.events.n, 0);
	cr_assert_not(s.events.fatal);
	cr_assert_str_eq(splat_text(&s), "");
	splat_clear(&s);
	TEST_END();
}

Test(kevent, a_warning_has_its_message_as_title)
{
	struct splat	 s;

	console(&s, "<4>[    1.000000] ------------[ cut here ]------------\n"
	    "<4>[    1.000000] refcount_t: underflow; use-after-free.\n"
	    "<4>[    1.000100] WARNING: CPU: 0 PID: 9 at lib/refcount.c:28 f\n"
	    "<4>[    1.000200] RIP: 0010:f+0x1/0x2\n"
	    "<4>[    1.000300] ---[ end trace 0000000000000000 ]---\n"
	    "<4>[    1.000400] something else\n");
	cr_assert_eq(s.events.n, 1);
	cr_assert_str_eq(s.events.v[0].kind, "refcount");
	cr_assert_str_eq(s.events.v[0].title,
	    "refcount_t: underflow; use-after-free.");
	cr_assert(strncmp(s.events.v[0].line, "WARNING: CPU: 0", 15) == 0);
	cr_assert_not_null(strstr(splat_text(&s), "RIP: 0010"));
	cr_assert_null(strstr(splat_text(&s), "something else"));
	splat_clear(&s);
	TEST_END();
}

Test(kevent, oops_and_panic_are_one_death)
{
	struct splat	 s;

	console(&s, "<1>[    1.000000] BUG: kernel NULL pointer dereference\n"
	    "<4>[    1.000100] Oops: 0002 [#1] SMP\n"
	    "<4>[    1.000200] ---[ end trace 0000000000000000 ]---\n"
	    "<4>[    1.000300] RIP: 0010:f+0x1/0x2\n"
	    "<0>[    1.000400] Kernel panic - not syncing: Fatal exception\n");
	cr_assert_eq(s.events.n, 1);
	cr_assert_str_eq(s.events.v[0].kind, "oops");
	cr_assert(s.events.panicked);
	cr_assert_not_null(strstr(splat_text(&s), "Fatal exception"));
	splat_clear(&s);
	TEST_END();
}

/* --- which program ------------------------------------------------------- */

Test(kevent, an_event_belongs_to_the_step_before_it)
{
	struct splat		 s;
	const struct kevent	*ev;

	console(&s, "<4>[    0.500000] WARNING: at boot\n"
	    "<12>[    1.000000] bpfcompat: step isolated 6 300 p6\n"
	    "<12>[    2.000000] bpfcompat: step isolated 7 300 p7\n"
	    "<4>[    2.100000] WARNING: CPU: 0 PID: 1 at a.c:1 f\n"
	    "<12>[    2.200000] bpfcompat: step isolated 8 300 p8\n"
	    "<4>[    2.300000] not part of it\n");
	cr_assert_eq(s.events.n, 2);
	cr_assert_str_eq(s.events.v[0].step.phase, "");
	ev = &s.events.v[1];
	cr_assert_str_eq(ev->step.phase, "isolated");
	cr_assert_str_eq(ev->step.program, "p7");
	cr_assert_eq(ev->step.index, 7);
	cr_assert_eq(ev->step.total, 300);
	cr_assert_null(strstr(buf_str(&ev->text), "not part of it"));
	cr_assert_str_eq(s.events.step.program, "p8");
	splat_clear(&s);
	TEST_END();
}

Test(kevent, what_repeats_is_counted)
{
	struct splat	 s;

	console(&s, "<0>[    1.0] no time\n"
	    "<0>[    1.000000] unregister_netdevice: waiting for lo\n"
	    "<0>[   11.000000] unregister_netdevice: waiting for lo\n"
	    "<0>[   21.000000] unregister_netdevice: waiting for lo\n");
	cr_assert_eq(s.events.n, 1);
	cr_assert_eq(s.events.v[0].count, 3);
	splat_clear(&s);
	TEST_END();
}

Test(kevent, steps_and_ticks_carry_the_guests_clock)
{
	struct splat	 s;

	console(&s, "<12>[    1.000000] bpfcompat: tick\n"
	    "<12>[    2.500000] bpfcompat: step facts 0 0\n"
	    "<4>[    3.000000] bpfcompat: tick\nbpfcompat: tick\n");
	cr_assert_eq(s.events.ticks, 2);
	cr_assert_eq(s.events.tick_us, 2500000);
	cr_assert_str_eq(s.events.step.phase, "facts");
	splat_clear(&s);
	TEST_END();
}

/* --- who was killed ------------------------------------------------------ */

Test(kevent, an_oom_kill_names_its_victim)
{
	struct splat		 s;
	const struct kevent	*ev;

	console(&s, "<12>[    1.000000] bpfcompat: step map 0 0 big\n"
	    "<4>[    1.100000] bpfcompat-valid invoked oom-killer: "
	    "gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
	    "<4>[    1.200000] Mem-Info:\n"
	    "<3>[    1.300000] Out of memory: Killed process 90 "
	    "(bpfcompat-valid) total-vm:10kB, anon-rss:5kB\n"
	    "<4>[    1.400000] later\n");
	cr_assert_eq(s.events.n, 1);
	ev = kevents_find(&s.events, "oom_kill", "bpfcompat");
	cr_assert_not_null(ev);
	cr_assert_null(kevents_find(&s.events, "oom_kill", "dropbear"));
	cr_assert_eq(ev->victim_pid, 90);
	cr_assert_str_eq(ev->victim, "bpfcompat-valid");
	cr_assert_str_eq(ev->step.program, "big");
	cr_assert(strncmp(ev->title, "Out of memory: Killed", 21) == 0);
	cr_assert_null(strstr(buf_str(&ev->text), "later"));
	splat_clear(&s);
	TEST_END();
}

/* --- who may say so ------------------------------------------------------ */

Test(kevent, what_is_no_kernel_line_is_no_event)
{
	static const char	*const lines[] = {
		/* the console, written to by a process */
		"Kernel panic - not syncing: not really",
		"[    1.000000] BUG: unable to handle page fault",
		"<4> WARNING: no time",
		/* /dev/kmsg: the kernel gives a process facility 1 or more */
		"<12>[    1.000000] WARNING: CPU: 0 PID: 1 at a.c:1 f",
		"<8>[    1.000000] Kernel panic - not syncing: forged",
		"<30>[    1.000000] Kernel panic - not syncing: forged",
		/* words of the kernel elsewhere in the line */
		"<4>[    1.000000] comm Kernel panic - not syncing: x",
		"<4>[    1.000000] prog 'WARNING: x' is loaded",
		"<1>[    1.000000]",
		"<99999>[    1.000000] Kernel panic - not syncing",
		"<4>[ 99999999999999999999.000000] Kernel panic - not syncing",
	};
	struct splat		 s;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		console(&s, lines[i]);
		cr_assert_eq(s.events.n, 0, "an event: %s", lines[i]);
		cr_assert_not(s.events.panicked);
		splat_clear(&s);
	}
	TEST_END();
}

Test(kevent, a_name_with_an_end_of_line_makes_no_event)
{
	struct splat	 s;

	/* The kernel puts its mark before each line of one message. */
	console(&s, "<3>[    1.000000] INFO: task x\n"
	    "<3>[    1.000000] Oops: y:12 blocked for more than 120 s\n"
	    "<4>[    2.000000] x\n"
	    "<4>[    2.000000] BUG: z invoked something\n");
	cr_assert_eq(s.events.n, 0);
	cr_assert_not(s.events.fatal);
	splat_clear(&s);
	console(&s, "<4>[    2.000000] BUG: evil invoked oom-killer: "
	    "gfp_mask=0x1\n");
	cr_assert_eq(s.events.n, 1);
	cr_assert_str_eq(s.events.v[0].kind, "oom_kill");
	splat_clear(&s);
	TEST_END();
}

Test(kevent, only_the_validators_own_line_is_a_step)
{
	struct splat	 s;

	console(&s, "<4>[    1.000000] bpfcompat: step load 1 1 kernel\n"
	    "bpfcompat: step load 1 1 console\n"
	    "<12>[    1.000000] x bpfcompat: step load 1 1 inside\n"
	    "<12>[    1.000000] bpfcompat: step LOAD 1 1 p\n"
	    "<12>[    1.000000] bpfcompat: step \n");
	cr_assert_str_eq(s.events.step.phase, "");
	feed(&s, "<12>[    1.000000] bpfcompat: step load 1 2 BUG:_evil\n");
	cr_assert_str_eq(s.events.step.phase, "load");
	cr_assert_str_eq(s.events.step.program, "BUG:_evil");
	cr_assert_eq(s.events.n, 0);
	splat_clear(&s);
	TEST_END();
}

/* --- what kernels really said --------------------------------------------- */

static const struct {
	const char	*file;
	const char	*kind;		/* NULL: no complaint in it */
	const char	*title;		/* begins so */
	const char	*program;
	const char	*phase;
	const char	*victim;
	bool		 fatal;
} real[] = {
	{ "5.10.panic", "panic", "Kernel panic - not syncing: sysrq triggered",
	  "prog_7", "isolated", "", true },
	{ "6.1.panic", "panic", "Kernel panic - not syncing: sysrq triggered",
	  "prog_7", "isolated", "", true },
	{ "7.3.panic", "panic", "Kernel panic - not syncing: sysrq triggered",
	  "prog_7", "isolated", "", true },
	{ "5.10.stack", "oops", "BUG: stack guard page was hit", "start",
	  "attach", "", true },
	{ "6.1.stack", "oops", "BUG: TASK stack guard page was hit", "start",
	  "attach", "", true },
	{ "7.3.stack", "oops", "BUG: TASK stack guard page was hit", "start",
	  "attach", "", true },
	{ "7.3.stall", "rcu_stall", "rcu: INFO: rcu_preempt detected stalls",
	  "start", "attach", "", false },
	{ "5.10.oom", "oom_kill", "Out of memory: Killed process", "big",
	  "map", "bpfcompat-valid", false },
	{ "6.1.oom", "oom_kill", "Out of memory: Killed process", "big",
	  "map", "bpfcompat-valid", false },
	{ "7.3.oom", "oom_kill", "Out of memory: Killed process", "big",
	  "map", "bpfcompat-valid", false },
	/* The victim called itself "x\nBUG: evil". */
	{ "6.1.oom-name", "oom_kill", "Out of memory: Killed process",
	  "prog_7", "isolated", "x", false },
	{ "7.3.oom-name", "oom_kill", "Out of memory: Killed process",
	  "prog_7", "isolated", "x", false },
	/* Forged lines of a process, then sysrq-m and sysrq-w. */
	{ "6.1.asked", NULL, NULL, NULL, NULL, NULL, false },
	{ "7.3.asked", NULL, NULL, NULL, NULL, NULL, false },
};

static void
read_console(const char *name, struct splat *s)
{
	const char	*src = getenv("top_srcdir");
	struct buf	 b = BUF_INIT(65536);
	char		 path[4096];

	snprintf(path, sizeof(path), "%s/tests/unit/consoles/%s",
	    src == NULL ? "." : src, name);
	cr_assert_eq(fsio_read(path, &b, NULL), ERR_OK, "%s", path);
	console(s, buf_str(&b));
	buf_clear(&b);
}

Test(kevent, real_consoles_are_understood)
{
	struct splat		 s;
	const struct kevent	*ev;

	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		read_console(real[i].file, &s);
		cr_assert_eq(s.events.n, real[i].kind == NULL ? 0 : 1, "%s: "
		    "%zu events", real[i].file, s.events.n);
		cr_assert_eq(s.events.fatal, real[i].fatal);
		cr_assert_eq(s.events.panicked, real[i].fatal);
		ev = &s.events.v[0];
		if (real[i].kind != NULL) {
			cr_assert_str_eq(ev->kind, real[i].kind);
			cr_assert_eq(strncmp(ev->title, real[i].title,
			    strlen(real[i].title)), 0, "%s: %s",
			    real[i].file, ev->title);
			cr_assert_str_eq(ev->step.program, real[i].program);
			cr_assert_str_eq(ev->step.phase, real[i].phase);
			cr_assert_str_eq(ev->victim, real[i].victim);
			cr_assert_eq(ev->fatal, real[i].fatal);
		}
		if (real[i].fatal)
			cr_assert_not_null(strstr(splat_text(&s),
			    "Kernel panic - not syncing"));
		splat_clear(&s);
	}
	TEST_END();
}

/* --- limits -------------------------------------------------------------- */

Test(kevent, it_never_grows_over_its_limits)
{
	struct splat	 s;
	size_t		 len = 0;
	char		 line[128];

	splat_init(&s);
	for (int i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), "<4>[%5d.000000] WARNING: "
		    "number %d of very many\n<4>[%5d.000001] more\n", i, i,
		    i);
		feed(&s, line);
	}
	cr_assert_eq(s.events.n, KEVENTS_MAX - 1);
	cr_assert_gt(s.events.dropped, 4900);
	/* What ends the kernel still has its place. */
	feed(&s, "<0>[ 6000.000000] Kernel panic - not syncing: end\n");
	cr_assert_eq(s.events.n, KEVENTS_MAX);
	cr_assert_eq(strncmp(splat_text(&s), "[ 6000.000000] Kernel", 21), 0);
	for (size_t i = 0; i < s.events.n; i++)
		len += s.events.v[i].text.len;
	cr_assert_leq(len, KEVENTS_TEXT_MAX + KEVENT_TEXT_MAX);
	cr_assert_leq(strlen(splat_text(&s)), SPLAT_MAX);
	splat_clear(&s);
	TEST_END();
}

static void
keep_line(void *arg, const char *line)
{
	snprintf(arg, 128, "%s", line);
}

Test(splat, terminal_escapes_are_taken_out)
{
	struct splat	 s;
	char		 last[128] = "";

	splat_init(&s);
	s.on_line = keep_line;
	s.arg = last;
	feed(&s, "\033[1;31mred\033[0m \033]0;title\atext\001\002\n");
	cr_assert_str_eq(last, "red text");
	feed(&s, "\033[999\nnext\n");
	cr_assert_str_eq(last, "next");
	splat_clear(&s);
	TEST_END();
}

/* --- as JSON ------------------------------------------------------------- */

Test(kevent, an_event_is_written_whole)
{
	struct buf		 b = BUF_INIT(65536);
	struct jsonw		 w;
	struct splat		 s;
	struct jval		*doc;
	const struct jval	*ev;

	console(&s, "<12>[    1.000000] bpfcompat: step load 2 3 p\n"
	    "<4>[    1.500000] WARNING: a \"quoted\" one\n");
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	kevents_write(&s.events, &w);
	jsonw_end(&w);
	cr_assert_eq(jval_parse(b.data, b.len, &doc, NULL), ERR_OK);
	ev = jval_at(jval_get(doc, "kernel_events"), 0);
	cr_assert_str_eq(jval_get_str(ev, "kind", ""), "warning");
	cr_assert_str_eq(jval_get_str(ev, "program", ""), "p");
	cr_assert_str_eq(jval_get_str(ev, "phase", ""), "load");
	cr_assert_eq(jval_get_int(ev, "index", 0), 2);
	cr_assert_eq(jval_get_int(ev, "time_us", 0), 1500000);
	cr_assert_not(jval_get_bool(ev, "fatal", true));
	jval_free(doc);
	buf_clear(&b);
	splat_clear(&s);
	TEST_END();
}
