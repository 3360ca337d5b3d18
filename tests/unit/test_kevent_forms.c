/*
 * The forms in which kernels complain, generation by generation.  Written
 * from the sources of those kernels, not caught from them: what stock kernels
 * could be made to say is in consoles/.  Each is one event of one program,
 * with its text to the end and nothing of what the next program did.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"
#include "worker/vm/splat.h"

/* Lines are "LEVEL text"; time goes on by 100 us a line. */
static const struct form {
	const char	*name;
	const char	*text;
	const char	*kind;
	const char	*title;		/* begins so */
	const char	*end;		/* is in the text, the last of it */
	bool		 fatal;
} forms[] = {
	{ "5.10: WARN_ON",
	  "4 ------------[ cut here ]------------\n"
	  "4 WARNING: CPU: 0 PID: 71 at kernel/bpf/trampoline.c:87 "
	  "bpf_trampoline_update+0x21/0x2a0\n"
	  "4 Modules linked in: virtio_net\n"
	  "4 CPU: 0 PID: 71 Comm: bpfcompat-valid Not tainted 5.10.0 #1\n"
	  "4 RIP: 0010:bpf_trampoline_update+0x21/0x2a0\n"
	  "4 Call Trace:\n4  bpf_trampoline_link_prog+0x31/0x90\n"
	  "4 ---[ end trace 0f3a1a9f8a2c0a51 ]---\n",
	  "warning", "WARNING: CPU: 0 PID: 71 at kernel/bpf/trampoline.c:87",
	  "end trace 0f3a", false },
	{ "5.10: WARN with a message",
	  "4 ------------[ cut here ]------------\n"
	  "4 refcount_t: underflow; use-after-free.\n"
	  "4 WARNING: CPU: 1 PID: 9 at lib/refcount.c:28 "
	  "refcount_warn_saturate+0xa6/0xf0\n"
	  "4 Call Trace:\n4 ---[ end trace 3b5 ]---\n",
	  "refcount", "refcount_t: underflow; use-after-free.",
	  "end trace 3b5", false },
	{ "6.1: WARN in the verifier",
	  "4 ------------[ cut here ]------------\n"
	  "4 verifier backtracking bug\n"
	  "4 WARNING: CPU: 0 PID: 88 at kernel/bpf/verifier.c:2589 "
	  "__mark_chain_precision+0x89a/0x8d0\n"
	  "4 Call Trace:\n4  <TASK>\n4  check_cond_jmp_op+0x3c/0x9e0\n"
	  "4  </TASK>\n4 ---[ end trace 0000000000000000 ]---\n",
	  "bpf", "verifier backtracking bug", "end trace 0000", false },
	{ "6.12: verifier bug",
	  "4 ------------[ cut here ]------------\n"
	  "4 verifier bug: REG INVARIANTS VIOLATION (true_reg1): range bounds\n"
	  "4 WARNING: CPU: 0 PID: 88 at kernel/bpf/verifier.c:2731 "
	  "reg_bounds_sanity_check+0x1ff/0x290\n"
	  "4 ---[ end trace 0000000000000000 ]---\n",
	  "bpf", "verifier bug: REG INVARIANTS VIOLATION", "end trace", false },
	{ "7: WARN in its new form",
	  "4 ------------[ cut here ]------------\n"
	  "4 WARNING: kernel/bpf/core.c:2401 at __bpf_prog_ret0_warn+0x8/0x10, "
	  "CPU#0: swapper/0/0\n"
	  "4 Modules linked in:\n"
	  "4 CPU: 0 UID: 0 PID: 0 Comm: swapper/0 Not tainted 7.0.0 #1 PREEMPT\n"
	  "4 ---[ end trace 0000000000000000 ]---\n",
	  "warning", "WARNING: kernel/bpf/core.c:2401 at", "end trace", false },
	{ "5.10: NULL pointer",
	  "1 BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
	  "1 #PF: supervisor read access in kernel mode\n"
	  "1 #PF: error_code(0x0000) - not-present page\n"
	  "4 Oops: 0000 [#1] SMP NOPTI\n"
	  "4 RIP: 0010:bpf_prog_6deef7357e7b4530+0x15/0xa00\n"
	  "0 Kernel panic - not syncing: Fatal exception\n"
	  "0 ---[ end Kernel panic - not syncing: Fatal exception ]---\n",
	  "oops", "BUG: kernel NULL pointer dereference", "end Kernel panic",
	  true },
	{ "6.12: general protection fault",
	  "4 Oops: general protection fault, probably for non-canonical address "
	  "0xdead000000000100: 0000 [#1] PREEMPT SMP NOPTI\n"
	  "4 Call Trace:\n"
	  "0 Kernel panic - not syncing: Fatal exception in interrupt\n"
	  "0 ---[ end Kernel panic - not syncing ]---\n",
	  "oops", "Oops: general protection fault", "end Kernel panic", true },
	{ "6.1: BUG_ON",
	  "4 ------------[ cut here ]------------\n"
	  "2 kernel BUG at kernel/bpf/helpers.c:1201!\n"
	  "4 invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n"
	  "0 Kernel panic - not syncing: Fatal exception\n"
	  "0 ---[ end Kernel panic - not syncing ]---\n",
	  "bug", "kernel BUG at kernel/bpf/helpers.c:1201!",
	  "end Kernel panic", true },
	{ "BUG: sleeping in atomic context",
	  "3 BUG: sleeping function called from invalid context at "
	  "include/linux/sched/mm.h:274\n"
	  "3 in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 88, name: x\n"
	  "4 Call Trace:\n4  dump_stack_lvl+0x44/0x5c\n",
	  "bug", "BUG: sleeping function called from invalid context",
	  "dump_stack_lvl", false },
	{ "SLUB",
	  "3 ==================================================================\n"
	  "3 BUG kmalloc-64 (Not tainted): Poison overwritten\n"
	  "3 ------------------------------------------------------------------\n"
	  "3 0xffff888003a1c5e0-0xffff888003a1c5e0 @offset=1504\n",
	  "bug", "BUG kmalloc-64 (Not tainted): Poison overwritten", "@offset",
	  false },
	{ "KASAN",
	  "3 ==================================================================\n"
	  "3 BUG: KASAN: slab-out-of-bounds in bpf_prog_test_run_xdp+0x5c3/0xa10\n"
	  "3 Write of size 8 at addr ffff888103a1c5e0 by task bpfcompat-valid/88\n"
	  "4 Call Trace:\n3 Memory state around the buggy address:\n"
	  "3 >ffff888103a1c580: 00 00 00 00 fc fc fc fc\n",
	  "kasan", "BUG: KASAN: slab-out-of-bounds in bpf_prog_test_run_xdp",
	  "fc fc", false },
	{ "lockdep: a circle",
	  "4 \n4 ======================================================\n"
	  "4 WARNING: possible circular locking dependency detected\n"
	  "4 6.12.0 #1 Not tainted\n"
	  "4 ------------------------------------------------------\n"
	  "4 bpfcompat-valid/88 is trying to acquire lock:\n"
	  "4 the existing dependency chain (in reverse order) is:\n",
	  "lockdep", "WARNING: possible circular locking dependency detected",
	  "in reverse order", false },
	{ "lockdep: a wait where none may be",
	  "4 =============================\n4 [ BUG: Invalid wait context ]\n"
	  "4 6.12.0 #1 Not tainted\n4 -----------------------------\n"
	  "4 bpfcompat-valid/88 is trying to lock:\n",
	  "lockdep", "[ BUG: Invalid wait context ]", "trying to lock", false },
	{ "UBSAN behind cut here",
	  "4 ------------[ cut here ]------------\n"
	  "3 UBSAN: array-index-out-of-bounds in kernel/bpf/verifier.c:311:7\n"
	  "3 index 8 is out of range for type 'int [8]'\n"
	  "4 ---[ end trace ]---\n",
	  "ubsan", "UBSAN: array-index-out-of-bounds in kernel/bpf",
	  "end trace", false },
	{ "6.1: a hung task",
	  "3 INFO: task bpfcompat-valid:88 blocked for more than 120 seconds.\n"
	  "3       Not tainted 6.1.0 #1\n"
	  "3 \"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables this "
	  "message.\n6 task:bpfcompat-valid state:D stack:0 pid:88\n",
	  "hung_task", "INFO: task bpfcompat-valid:88 blocked for more than",
	  "state:D", false },
	{ "a hung task that waits for a disk",
	  "3 INFO: task bpfcompat-valid:88 blocked in I/O wait for more than 120 "
	  "seconds.\n6 task:bpfcompat-valid state:D stack:0 pid:88\n",
	  "hung_task", "INFO: task bpfcompat-valid:88 blocked in I/O wait",
	  "state:D", false },
	{ "5.10: no memory for vmalloc()",
	  "4 bpfcompat-valid: vmalloc: allocation failure: 2147479616 bytes, "
	  "mode:0xdc0(GFP_KERNEL|__GFP_ZERO), nodemask=(null)\n"
	  "4 Call Trace:\n4 Mem-Info:\n",
	  "alloc_failure", "bpfcompat-valid: vmalloc: allocation failure:",
	  "Mem-Info", false },
	{ "7: control flow",
	  "2 CFI failure at bpf_dispatcher_nop_func+0x1f/0x30 (target: "
	  "bpf_prog_1+0x0/0x40; expected type: 0x5bb4cbf8)\n"
	  "4 Call Trace:\n",
	  "bug", "CFI failure at bpf_dispatcher_nop_func", "Call Trace", false },
};

static void
line(struct splat *s, unsigned level, unsigned us, const char *text, size_t n)
{
	char	 out[512];
	int	 len;

	len = snprintf(out, sizeof(out), "<%u>[    5.%06u] %.*s\r\n", level,
	    us, (int)n, text);
	cr_assert_lt(len, (int)sizeof(out));
	splat_feed(s, out, (size_t)len);
}

static void
step(struct splat *s, unsigned us, const char *what)
{
	line(s, 12, us, what, strlen(what));
}

static void
show(const struct form *f, struct splat *s)
{
	unsigned	 us = 1000;
	size_t		 n;

	splat_init(s);
	step(s, us, "bpfcompat: step isolated 1 2 guilty");
	for (const char *p = f->text; *p != '\0'; p += n + 1) {
		n = strcspn(p, "\n");
		line(s, (unsigned)(*p - '0'), us += 100, p + 2, n - 2);
	}
	if (!f->fatal)
		step(s, us + 100, "bpfcompat: step isolated 2 2 innocent");
	splat_finish(s);
}

Test(kevent_forms, each_is_one_event_with_its_text)
{
	const struct kevent	*ev;
	struct splat		 s;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form	*f = &forms[i];

		show(f, &s);
		cr_assert_eq(s.events.n, 1, "%s: %zu events", f->name,
		    s.events.n);
		ev = &s.events.v[0];
		cr_expect_str_eq(ev->kind, f->kind, "%s: %s", f->name,
		    ev->kind);
		cr_expect_eq(strncmp(ev->title, f->title, strlen(f->title)), 0,
		    "%s: %s", f->name, ev->title);
		cr_expect_str_eq(ev->step.program, "guilty", "%s", f->name);
		cr_expect_eq(ev->fatal, f->fatal, "%s", f->name);
		cr_expect_not_null(strstr(buf_str((struct buf *)(uintptr_t)
		    &ev->text), f->end), "%s: %.*s", f->name,
		    (int)ev->text.len, ev->text.data);
		splat_clear(&s);
	}
	TEST_END();
}

/* Much ado that is no complaint: none of it may become an event. */
Test(kevent_forms, what_kernels_say_in_passing_is_none)
{
	static const char *const	 lines[] = {
		"**   NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE   **",
		"** trace_printk() being used. Allocating extra memory.  **",
		"bpfcompat-valid[88] is installing a program with "
		    "bpf_probe_write_user helper that may corrupt user memory!",
		"Lockdown: bpfcompat-valid: use of kprobes is restricted; see "
		    "man kernel_lockdown.7",
		"Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS "
		    "on, data leaks possible via Spectre v2 BHB attacks!",
		"module verification failed: signature and/or required key "
		    "missing - tainting kernel",
		"sysrq: Show Blocked State", "sysrq: HELP : loglevel(0-9)",
		"INFO: NMI handler (perf_event_nmi_handler) took too long to "
		    "run: 1.201 msecs",
		"perf: interrupt took too long (2501 > 2500), lowering "
		    "kernel.perf_event_max_sample_rate to 79750",
		"hrtimer: interrupt took 20811230 ns",
		"workqueue: bpf_map_free_deferred hogged CPU for >10000us 4 "
		    "times, consider switching to WQ_UNBOUND",
	};
	struct splat	 s;

	splat_init(&s);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		line(&s, 4, 1000 + i, lines[i], strlen(lines[i]));
	splat_finish(&s);
	cr_assert_eq(s.events.n, 0, "%s", s.events.n > 0 ?
	    s.events.v[0].line : "");
	splat_clear(&s);
	TEST_END();
}
