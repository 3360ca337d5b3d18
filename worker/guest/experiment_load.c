/*
 * Experiments on a program the kernel refused, at the moment libbpf hands
 * it over: other instructions or another licence in its place, everything
 * else as it was.
 */
#include "experiment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "helpers.h"
#include "steps.h"
#include "tryload.h"

bool
exp_is_program(const struct exp_case *c)
{
	return c->prog != NULL;
}

static const char *
type_name(uint32_t type)
{
	const char	*s = libbpf_bpf_prog_type_str(type);

	return s == NULL ? "unknown" : s;
}

void
exp_control(struct exp_case *c)
{
	struct tryload		 a;
	char			 words[256];

	c->ask = *c->load;
	c->control = tryload_return(c->load, &a);
	c->notes->refused = !c->control;
	tryload_last_words(&a, words, sizeof(words));
	exp_say(c, type_name(c->load->type), c->control ? EXP_YES : EXP_NO,
	    a.error, "%s", c->control ? "" : words);
}

bool
exp_control_flags(const struct exp_case *c)
{
	return c->load != NULL && !c->control &&
	    c->load->opts->prog_flags != 0;
}

void
exp_no_prog_flags(struct exp_case *c)
{
	struct tryload			 a;
	char				 flags[32], words[256];

	snprintf(flags, sizeof(flags), "0x%x", c->load->opts->prog_flags);
	c->ask_opts = *c->load->opts;
	c->ask_opts.prog_flags = 0;
	c->ask.opts = &c->ask_opts;
	c->control = tryload_return(&c->ask, &a);
	tryload_last_words(&a, words, sizeof(words));
	exp_say(c, flags, c->control ? EXP_YES : EXP_NO, a.error, "%s",
	    c->control ? "" : words);
}

/* --- helpers ------------------------------------------------------------- */

bool
exp_has_helpers(const struct exp_case *c)
{
	return c->use != NULL && c->use->nhelpers > 0;
}

/* The line that is in; later ones of 7.3 are advice. */
static void
line_of(const char *log, const char *at, char *out, size_t size)
{
	while (at > log && at[-1] != '\n')
		at--;
	snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
}

/*
 * Other types are asked without the program's own attach point.  What is
 * only there for tracing and security programs stays unclear.
 */
static void
ask_any(struct exp_case *c, uint32_t id, const char *name, bool invalid)
{
	static const struct { enum bpf_prog_type type; int attach; int flags; }
	t[] = {
		{ BPF_PROG_TYPE_KPROBE, 0, 0 },
		{ BPF_PROG_TYPE_PERF_EVENT, 0, 0 },
		{ BPF_PROG_TYPE_SOCKET_FILTER, 0, 0 },
		{ BPF_PROG_TYPE_SCHED_CLS, 0, 0 },
		{ BPF_PROG_TYPE_XDP, 0, 0 },
		{ BPF_PROG_TYPE_CGROUP_SKB, 0, 0 },
		{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT,
		    0 },
		{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, 0 },
		{ BPF_PROG_TYPE_CGROUP_SYSCTL, 0, 0 },
		{ BPF_PROG_TYPE_SOCK_OPS, 0, 0 },
		{ BPF_PROG_TYPE_SK_SKB, 0, 0 }, { BPF_PROG_TYPE_SK_MSG, 0, 0 },
		{ BPF_PROG_TYPE_SK_REUSEPORT, 0, 0 },
		{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0 },
		{ BPF_PROG_TYPE_LWT_XMIT, 0, 0 },
		{ BPF_PROG_TYPE_LWT_SEG6LOCAL, 0, 0 },
		{ BPF_PROG_TYPE_SYSCALL, 0, BPF_F_SLEEPABLE },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	struct prog_load	 l = { .name = NULL, .opts = &opts };
	struct tryload		 a;
	size_t			 i;

	if (invalid) {
		exp_say_as(c, "helper_known_any", name, EXP_NO, 0,
		    "the number is past the last one this kernel has");
		return;
	}
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		l.type = t[i].type;
		opts.expected_attach_type = (enum bpf_attach_type)t[i].attach;
		opts.prog_flags = (uint32_t)t[i].flags;
		if (tryload_helper(&l, id, &a) || (a.log[0] != '\0' &&
		    tryload_no_helper(&a, id) == NULL)) {
			exp_say_as(c, "helper_known_any", name, EXP_YES, 0,
			    type_name(t[i].type));
			return;
		}
	}
	exp_say_as(c, "helper_known_any", name, EXP_UNCLEAR, 0, "the kernel "
	    "knows the number, but no type that can be asked has it");
}

static enum exp_answer
ask_helper(struct exp_case *c, uint32_t id, bool can_tell)
{
	struct tryload	 a;
	const char	*no;
	char		 name[64], words[256];

	if (tryload_helper(&c->ask, id, &a))
		return EXP_YES;
	if (!can_tell || a.log[0] == '\0')
		return EXP_UNCLEAR;
	if ((no = tryload_no_helper(&a, id)) == NULL)
		return EXP_YES;
	if (helper_name(id)[0] == '\0')
		snprintf(name, sizeof(name), "#%u", id);
	else
		snprintf(name, sizeof(name), "%s", helper_name(id));
	line_of(a.log, no, words, sizeof(words));
	exp_say(c, name, EXP_NO, a.error, "%s", words);
	ask_any(c, id, name, tryload_past_last(&a));
	return EXP_NO;
}

/*
 * libbpf's own probe takes every error it does not recognise for a yes and
 * cannot ask for tracing programs.  Here the program is asked in its own
 * place (without its flags if it is those the kernel minds), and a "no" counts
 * only when a program without the call loads and the kernel is seen to refuse
 * a helper that cannot exist.
 */
void
exp_helpers(struct exp_case *c)
{
	struct tryload	 a;
	bool		 can_tell;
	size_t		 i;

	can_tell = c->control &&
	    !tryload_helper(&c->ask, TRYLOAD_NO_HELPER, &a) &&
	    tryload_no_helper(&a, TRYLOAD_NO_HELPER) != NULL;
	for (i = 0; i < c->use->nhelpers; i++)
		c->notes->helpers[i] = (uint8_t)ask_helper(c,
		    c->use->helpers[i], can_tell);
}

/* --- callbacks ------------------------------------------------------------ */

bool
exp_has_callbacks(const struct exp_case *c)
{
	return c->use != NULL && c->use->callbacks;
}

void
exp_callbacks(struct exp_case *c)
{
	const struct bpf_insn	 insns[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_FUNC, 0, 3),
		INSN(0, 0, 0, 0, 0),
		INSN_MOV0(0), INSN_EXIT,
		INSN_MOV0(0), INSN_EXIT,
	};
	struct tryload		 a;
	char			 words[256];
	bool			 ok;

	if (!c->control) {
		exp_say(c, "", EXP_UNCLEAR, 0, "a program that only returns "
		    "is refused as well");
		return;
	}
	/* Taken, the kernel goes on to ask for the debug info it needs. */
	ok = tryload_insns(&c->ask, insns, sizeof(insns) / sizeof(insns[0]),
	    &a) || strstr(a.log, "func_info") != NULL;
	tryload_last_words(&a, words, sizeof(words));
	exp_say(c, "", ok ? EXP_YES : EXP_NO, a.error, "%s", words);
}

/* --- licence --------------------------------------------------------------- */

/* As the kernel has it, include/linux/license.h. */
static bool
gpl_compatible(const char *s)
{
	static const char *const ok[] = { "GPL", "GPL v2",
	    "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL",
	    "Dual MPL/GPL" };
	size_t	 i;

	for (i = 0; i < sizeof(ok) / sizeof(ok[0]); i++)
		if (strcmp(s, ok[i]) == 0)
			return true;
	return false;
}

bool
exp_not_gpl(const struct exp_case *c)
{
	return c->load != NULL && !gpl_compatible(c->load->license);
}

void
exp_gpl(struct exp_case *c)
{
	struct bpf_prog_load_opts	 opts = *c->load->opts;
	struct prog_load		 l = *c->load;
	int				 fd;

	opts.log_level = 0;
	opts.log_buf = NULL;
	opts.log_size = 0;
	l.opts = &opts;
	l.license = "GPL";
	fd = loadhook_load(&l);
	exp_say(c, c->load->license, fd >= 0 ? EXP_YES : EXP_NO,
	    fd < 0 ? fd : 0, "%s", "");
	if (fd >= 0)
		close(fd);
}
