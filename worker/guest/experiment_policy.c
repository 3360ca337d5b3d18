/*
 * Experiments on how the kernel is set up to be used: its security modules,
 * lockdown, the JIT.
 */
#include "experiment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "steps.h"
#include "wire.h"

#define JIT_SWITCH	"/proc/sys/net/core/bpf_jit_enable"
/* The kernel's record: "level,number,time,flags;text", one read each. */
#define RECORD_MAX	1024

bool
exp_is_lsm(const struct exp_case *c)
{
	return c->prog != NULL && c->prog->type == BPF_PROG_TYPE_LSM;
}

void
exp_lsm_active(struct exp_case *c)
{
	int	 ret = facts_lsm_active(&c->run->facts, "bpf");

	exp_say(c, "bpf", ret > 0 ? EXP_YES : ret == 0 ? EXP_NO : EXP_UNCLEAR,
	    ret < 0 ? ret : 0, "%s", c->run->facts.lsm);
}

/* --- lockdown --------------------------------------------------------------- */

bool
exp_is_locked(const struct exp_case *c)
{
	const char	*mode = c->run->facts.lockdown;

	return mode[0] != '\0' && strcmp(mode, "none") != 0;
}

void
exp_lockdown(struct exp_case *c)
{
	exp_say(c, "", EXP_YES, 0, "%s", c->run->facts.lockdown);
}

/* The name behind "bpfcompat: step PHASE INDEX TOTAL ". */
static const char *
step_name(const char *text)
{
	size_t	 n = strlen(WIRE_STEP), i;

	if (strncmp(text, WIRE_STEP, n) != 0)
		return NULL;
	for (i = 0; i < 3 && text != NULL; i++)
		if ((text = strchr(text + (i == 0 ? n : 0), ' ')) != NULL)
			text++;
	return text == NULL ? "" : text;
}

/* "Lockdown: COMM: use of kprobes is restricted; see ..." */
static bool
reason_of(const char *text, char *out, size_t size)
{
	const char	*end;

	if (strncmp(text, "Lockdown: ", 10) != 0 ||
	    (end = strstr(text, " is restricted")) == NULL)
		return false;
	text = strstr(text + 10, ": ");
	if (text == NULL || text > end)
		return false;
	text += 2;
	snprintf(out, size, "%.*s", (int)(end - text), text);
	return true;
}

/*
 * What the kernel's log says between the steps of this program or map and the
 * next ones.  The kernel says so ten times in five seconds at most, so that
 * nothing was said proves nothing.
 */
static bool
find_reason(const char *name, char *reason, size_t size)
{
	int	 fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char	 record[RECORD_MAX], *text;
	const char *step;
	bool	 mine = false, found = false;
	ssize_t	 n;

	while (fd != -1 && !found) {
		n = read(fd, record, sizeof(record) - 1);
		if (n == -1 && (errno == EPIPE || errno == EINTR))
			continue;	/* overwritten meanwhile: the next */
		if (n <= 0)
			break;
		record[n] = '\0';
		record[strcspn(record, "\n")] = '\0';
		if ((text = strchr(record, ';')) == NULL)
			continue;
		text++;
		if ((step = step_name(text)) != NULL)
			mine = strcmp(step, name) == 0;
		else if (mine)
			found = reason_of(text, reason, size);
	}
	if (fd != -1)
		close(fd);
	return found;
}

void
exp_lockdown_said(struct exp_case *c)
{
	const char	*name = c->prog != NULL ? c->prog->name :
			    c->map->name;
	char		 reason[128];

	if (find_reason(name, reason, sizeof(reason)))
		exp_say(c, reason, EXP_YES, 0, "Lockdown: %s is restricted",
		    reason);
	else
		exp_say(c, "", EXP_UNCLEAR, 0, "%s", "the kernel's log has "
		    "no such line; it says so a few times only");
}

/*
 * A kernel that was locked down before tracefs was filled has the file
 * system, and nothing in it.
 */
bool
exp_wants_tracefs(const struct exp_case *c)
{
	return exp_is_locked(c) && c->target.kind == TARGET_TRACEPOINT;
}

void
exp_tracefs(struct exp_case *c)
{
	const struct facts	*f = &c->run->facts;

	if (!f->tracefs)
		exp_say(c, "", EXP_UNCLEAR, 0, "%s", "tracefs is not mounted");
	else
		exp_say(c, "", f->tracepoint_events ? EXP_YES : EXP_NO, 0,
		    "%s", f->tracepoint_events ? "" :
		    "tracefs is mounted and has no events");
}

/* --- the JIT ------------------------------------------------------------------ */

bool
exp_jit_off(const struct exp_case *c)
{
	return c->prog != NULL && c->run->facts.jit == 0;
}

static bool
jit_switch(char value)
{
	int	 fd = open(JIT_SWITCH, O_WRONLY | O_CLOEXEC);
	bool	 ok = fd != -1 && write(fd, &value, 1) == 1;

	if (fd != -1)
		close(fd);
	return ok;
}

void
exp_jit_restore(const struct run *r)
{
	if (r->facts.jit == 0)
		jit_switch('0');
}

void
exp_jit_on(struct exp_case *c)
{
	struct bpf_prog_load_opts	 opts = *c->load->opts;
	struct prog_load		 l = *c->load;
	int				 fd;

	opts.log_level = 0;
	opts.log_buf = NULL;
	opts.log_size = 0;
	l.opts = &opts;
	if (!jit_switch('1')) {
		exp_say(c, "", EXP_UNCLEAR, -errno, "%s",
		    "it cannot be turned on");
		return;
	}
	fd = loadhook_load(&l);
	exp_jit_restore(c->run);
	exp_say(c, "", fd >= 0 ? EXP_YES : EXP_NO, fd < 0 ? fd : 0, "%s",
	    "net.core.bpf_jit_enable was set to 1 for this");
	if (fd >= 0)
		close(fd);
}
