#include "worker/vm/kevent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "worker/guest/wire.h"

/* Lines that still tell about an event: registers, trace, memory. */
#define FOLLOW_LINES	100
#define OOM_LINES	400	/* a list of all tasks may be among them */
/* A silence that long ends what is told. */
#define GAP_US		2000000
#define FACILITY_KERNEL	0
#define FACILITY_USER	1

/*
 * The words of a mark so short may stand in a task's name (15 bytes, the
 * first of them an end of line); see forgeable().
 */
#define NAME_LINE	14
/* Of a text, kept for the line that says how it ended. */
#define LAST_RESERVE	512

#define OOM		"oom_kill"
#define CUT_HERE	"------------[ cut here ]"

/*
 * How a complaint begins.  The first row that holds decides.  "has": words
 * further on in the line, or NULL.  Rows without "begin" are about lines that
 * begin with a task's name, which may be anything; they come first.
 */
static const struct {
	const char	*begin;
	const char	*has;
	const char	*kind;
	bool		 fatal;
} marks[] = {
	{ NULL, " invoked oom-killer: gfp_mask=", OOM, false },
	{ NULL, ": page allocation failure: order:", "alloc_failure", false },
	{ NULL, ": vmalloc error: size ", "alloc_failure", false },
	{ NULL, ": vmalloc: allocation failure: ", "alloc_failure", false },
	{ "Out of memory", "Killed process ", OOM, false },
	{ "Memory cgroup out of memory", "Killed process ", OOM, false },
	{ "Kernel panic - not syncing", NULL, "panic", true },
	{ "BUG: KASAN: ", NULL, "kasan", false },
	{ "BUG: KFENCE: ", NULL, "kfence", false },
	{ "BUG: KMSAN: ", NULL, "kmsan", false },
	{ "BUG: KCSAN: ", NULL, "kcsan", false },
	{ "UBSAN: ", NULL, "ubsan", false },
	{ "watchdog: BUG: soft lockup", NULL, "soft_lockup", false },
	{ "watchdog: ", "hard LOCKUP", "hard_lockup", false },
	{ "NMI watchdog: ", "hard LOCKUP", "hard_lockup", false },
	{ "BUG: workqueue lockup", NULL, "workqueue_lockup", false },
	{ "BUG: kernel NULL pointer dereference", NULL, "oops", true },
	{ "BUG: unable to handle ", NULL, "oops", true },
	{ "BUG: ", "stack guard page was hit", "oops", true },
	{ "BUG: ", NULL, "bug", false },
	/* An allocator's cache: "BUG kmalloc-64 (Not tainted): ...". */
	{ "BUG ", "ainted", "bug", false },
	{ "[ BUG: ", NULL, "lockdep", false },
	{ "CFI failure at ", NULL, "bug", false },
	{ "kernel BUG at ", NULL, "bug", true },
	{ "Oops: ", NULL, "oops", true },
	{ "Oops[", NULL, "oops", true },
	{ "Internal error: ", NULL, "oops", true },
	{ "general protection fault", NULL, "oops", true },
	{ "stack segment: ", NULL, "oops", true },
	{ "PANIC: double fault", NULL, "oops", true },
	{ "traps: PANIC: double fault", NULL, "oops", true },
	{ "double fault: ", NULL, "oops", true },
	{ "divide error: ", NULL, "oops", true },
	{ "invalid opcode: ", NULL, "oops", true },
	{ "Unable to handle kernel ", NULL, "oops", true },
	{ "WARNING: ", "suspicious RCU usage", "lockdep", false },
	{ "WARNING: ", "locking dependency detected", "lockdep", false },
	{ "WARNING: possible recursive locking", NULL, "lockdep", false },
	{ "WARNING: possible irq lock inversion", NULL, "lockdep", false },
	{ "WARNING: inconsistent lock state", NULL, "lockdep", false },
	{ "WARNING: bad unlock balance", NULL, "lockdep", false },
	{ "WARNING: ", NULL, "warning", false },
	{ "rcu: INFO: ", "detected", "rcu_stall", false },
	{ "INFO: rcu", "detected", "rcu_stall", false },
	/* "blocked for more than", newer ones "blocked in I/O wait for ...". */
	{ "INFO: task ", " for more than ", "hung_task", false },
	{ "unregister_netdevice: waiting for ", NULL, "netdev_leak", false },
	{ "Illegal XDP return value", NULL, "bpf", false },
	{ "verifier bug: ", NULL, "bpf", false },
};
#define NMARKS	(sizeof(marks) / sizeof(marks[0]))

void
kevents_init(struct kevents *k)
{
	memset(k, 0, sizeof(*k));
	k->last_us = -1;
}

void
kevents_clear(struct kevents *k)
{
	for (size_t i = 0; i < k->n; i++)
		buf_clear(&k->v[i].text);
	k->n = 0;
}

/* --- one line ------------------------------------------------------------ */

/* "[   12.345678]" at *p, which moves behind it; -1 when it is not there. */
static int64_t
take_time(const char **p)
{
	const char	*s = *p;
	char		*end;
	long long	 sec, us;

	if (*s++ != '[')
		return -1;
	while (*s == ' ')
		s++;
	if (*s < '0' || *s > '9')
		return -1;
	sec = strtoll(s, &end, 10);
	if (*end != '.' || sec > INT32_MAX)
		return -1;
	s = end + 1;
	us = strtoll(s, &end, 10);
	if (end - s != 6 || us < 0 || *end != ']')
		return -1;
	*p = end + 1;
	return sec * 1000000 + us;
}

/*
 * Facility, time and what was said; "[   T12]" of kernels that tell the
 * caller is skipped.  False for a line that did not come through printk().
 */
static bool
parse_line(const char *line, long *facility, int64_t *us, const char **text)
{
	const char	*p = line;
	char		*end;
	long		 pri;

	if (*p++ != '<' || *p < '0' || *p > '9')
		return false;
	pri = strtol(p, &end, 10);
	if (*end != '>' || end - p > 4)
		return false;
	p = end + 1;
	if ((*us = take_time(&p)) == -1)
		return false;
	if (*p == '[' && (end = strchr(p, ']')) != NULL &&
	    strspn(p + 1, " TC0123456789") == (size_t)(end - p - 1))
		p = end + 1;
	*facility = pri >> 3;
	*text = *p == ' ' ? p + 1 : p;
	return true;
}

static void
copy(char *out, size_t size, const char *s)
{
	snprintf(out, size, "%.*s", (int)(size - 1), s);
}

/* "isolated 3 300 name" */
static void
take_step(struct kevents *k, const char *s)
{
	struct kstep	 st = { .index = 0 };
	size_t		 n = strspn(s, "abcdefghijklmnopqrstuvwxyz_");
	char		*end;

	if (n == 0 || n >= sizeof(st.phase) || s[n] != ' ')
		return;
	memcpy(st.phase, s, n);
	st.index = (unsigned)strtoul(s + n, &end, 10);
	st.total = (unsigned)strtoul(end, &end, 10);
	if (*end == ' ')
		copy(st.program, sizeof(st.program), end + 1);
	k->step = st;
	/* What was told about the step before is over. */
	if (k->open != NULL && !k->open->fatal)
		k->open = NULL;
}

/* --- events ---------------------------------------------------------------*/

static size_t
find_mark(const char *text)
{
	size_t	 i, n;

	for (i = 0; i < NMARKS; i++) {
		n = marks[i].begin == NULL ? 0 : strlen(marks[i].begin);
		if (n > 0 && strncmp(text, marks[i].begin, n) != 0)
			continue;
		if (marks[i].has == NULL ||
		    strstr(text + n, marks[i].has) != NULL)
			break;
	}
	return i;
}

/* "last": how it ended has its place behind a long trace, too. */
static void
keep(struct kevents *k, int64_t us, const char *text, bool last)
{
	struct kevent	*ev = k->open;
	size_t		 before = ev->text.len;
	size_t		 need = strlen(text) + 32;

	if (!last)
		need += LAST_RESERVE;
	if (need > ev->text.max - before ||
	    (!ev->fatal && need > KEVENTS_TEXT_MAX - k->text_len))
		return;
	buf_addf(&ev->text, "[%5lld.%06lld] %s\n", (long long)us / 1000000,
	    (long long)us % 1000000, text);
	if (!ev->fatal)
		k->text_len += ev->text.len - before;
}

/* "Killed process 12 (name) total-vm:..." */
static void
take_victim(struct kevent *ev, const char *text)
{
	const char	*p = strstr(text, "Killed process "), *to;
	char		*end;
	long		 pid;

	if (p == NULL)
		return;
	pid = strtol(p + strlen("Killed process "), &end, 10);
	if (strncmp(end, " (", 2) != 0 || pid <= 0)
		return;
	/*
	 * The name may hold such marks, too; the last one is the kernel's.
	 * It may also go on in the next line, and is cut then.
	 */
	if ((to = strstr(end, ") total-vm:")) == NULL &&
	    (to = strrchr(end, ')')) == NULL)
		to = end + strlen(end);
	ev->victim_pid = pid;
	snprintf(ev->victim, sizeof(ev->victim), "%.*s", (int)(to - end - 2),
	    end + 2);
	copy(ev->title, sizeof(ev->title), text);
}

/* The same complaint at the same step, as those of a stall come. */
static struct kevent *
seen_before(struct kevents *k, const char *kind, const char *title)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].kind == kind &&
		    strcmp(k->v[i].title, title) == 0 &&
		    memcmp(&k->v[i].step, &k->step, sizeof(k->step)) == 0)
			return &k->v[i];
	return NULL;
}

static const char *
kind_of_message(const char *message, const char *kind)
{
	if (strncmp(message, "refcount_t: ", 12) == 0)
		return "refcount";
	if (strncmp(message, "verifier bug: ", 14) == 0 ||
	    strncmp(message, "verifier backtracking bug", 25) == 0 ||
	    strncmp(message, "Illegal XDP return value", 24) == 0)
		return "bpf";
	return kind;
}

static void
begin(struct kevents *k, size_t mark, int64_t us, const char *text)
{
	const char	*kind = kind_of_message(k->message, marks[mark].kind);
	const char	*title = k->message[0] != '\0' ? k->message : text;
	char		 shown[KEVENT_TITLE_MAX];
	struct kevent	*ev;

	copy(shown, sizeof(shown), title);
	k->open = NULL;
	if ((ev = seen_before(k, kind, shown)) != NULL) {
		ev->count++;
		return;
	}
	/* One place is kept for what ends the kernel. */
	if (k->n == KEVENTS_MAX || (k->n == KEVENTS_MAX - 1 &&
	    !marks[mark].fatal)) {
		k->dropped++;
		return;
	}
	ev = &k->v[k->n++];
	memset(ev, 0, sizeof(*ev));
	buf_init(&ev->text, KEVENT_TEXT_MAX);
	ev->kind = kind;
	memcpy(ev->title, shown, sizeof(shown));
	copy(ev->line, sizeof(ev->line), text);
	ev->time_us = us;
	ev->fatal = marks[mark].fatal;
	ev->count = 1;
	ev->step = k->step;
	k->open = ev;
	k->follow = strcmp(kind, OOM) == 0 ? OOM_LINES : FOLLOW_LINES;
	if (k->message[0] != '\0')
		keep(k, us, k->message, false);
	take_victim(ev, text);
}

/*
 * Could this be the second line of a message, behind a task's name with an
 * end of line in it?  The lines of one message have one timestamp.
 */
static bool
forgeable(const struct kevents *k, size_t mark, int64_t us)
{
	return us == k->last_us && !k->cut_here &&
	    marks[mark].begin != NULL &&
	    strlen(marks[mark].begin) <= NAME_LINE;
}

/* The event this line belongs to; NULL: it begins another. */
static struct kevent *
joins(struct kevents *k, size_t mark)
{
	/* "BUG: unable to handle", "Oops", "Kernel panic": one death. */
	for (size_t i = 0; marks[mark].fatal && i < k->n; i++)
		if (k->v[i].fatal)
			return &k->v[i];
	if (k->open == NULL)
		return NULL;
	if (marks[mark].fatal)
		return strcmp(marks[mark].kind, "panic") == 0 ? k->open :
		    NULL;
	/* The kill at the end of the OOM killer's report. */
	return strcmp(marks[mark].kind, OOM) == 0 &&
	    strcmp(k->open->kind, OOM) == 0 && k->open->victim_pid == 0 ?
	    k->open : NULL;
}

static void
take_mark(struct kevents *k, size_t mark, int64_t us, const char *text)
{
	struct kevent	*whole = joins(k, mark);

	if (strcmp(marks[mark].kind, "panic") == 0)
		k->panicked = true;
	if (marks[mark].fatal)
		k->fatal = true;
	if (whole == NULL) {
		begin(k, mark, us, text);
		return;
	}
	k->open = whole;
	if (marks[mark].fatal) {
		whole->fatal = true;
		k->follow = FOLLOW_LINES;
	} else
		take_victim(whole, text);
}

/* A line between "cut here" and the warning is its message. */
static bool
takes_message(struct kevents *k, size_t mark, const char *text)
{
	if (strncmp(text, CUT_HERE, strlen(CUT_HERE)) == 0) {
		if (k->open != NULL && !k->open->fatal)
			k->open = NULL;
		k->cut_here = true;
		k->message[0] = '\0';
		return true;
	}
	if (!k->cut_here)
		return false;
	if (mark == NMARKS || strcmp(marks[mark].kind, "bpf") == 0) {
		if (k->message[0] == '\0')
			copy(k->message, sizeof(k->message), text);
		return true;
	}
	return false;
}

static void
kernel_line(struct kevents *k, int64_t us, const char *text)
{
	size_t	 mark = find_mark(text);
	bool	 last = false;

	if (k->open != NULL && !k->open->fatal &&
	    us - k->last_us > GAP_US)
		k->open = NULL;
	if (takes_message(k, mark, text))
		return;
	if (mark < NMARKS && !forgeable(k, mark, us)) {
		take_mark(k, mark, us, text);
		last = k->panicked || (k->open != NULL &&
		    k->open->victim_pid != 0);
	}
	k->cut_here = false;
	k->message[0] = '\0';
	if (k->open == NULL)
		return;
	keep(k, us, text, last);
	if (--k->follow <= 0 || strstr(text, "---[ end Kernel panic") !=
	    NULL || (!k->open->fatal && (k->open->victim_pid != 0 ||
	    strncmp(text, "---[ end trace", 14) == 0)))
		k->open = NULL;
}

void
kevents_line(struct kevents *k, const char *line)
{
	const char	*text;
	int64_t		 us;
	long		 facility;

	if (!parse_line(line, &facility, &us, &text))
		return;
	if (facility == FACILITY_KERNEL) {
		kernel_line(k, us, text);
		k->last_us = us;
		return;
	}
	if (facility != FACILITY_USER)
		return;
	if (strncmp(text, WIRE_STEP, strlen(WIRE_STEP)) == 0)
		take_step(k, text + strlen(WIRE_STEP));
	else if (strncmp(text, WIRE_TICK, strlen(WIRE_TICK)) != 0)
		return;
	k->ticks++;
	k->tick_us = us;
}

/* --- what was found -------------------------------------------------------*/

const struct kevent *
kevents_find(const struct kevents *k, const char *kind, const char *victim)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->v[i].kind, kind) == 0 && (victim == NULL ||
		    strncmp(k->v[i].victim, victim, strlen(victim)) == 0))
			return &k->v[i];
	return NULL;
}

static void
step_members(const struct kstep *s, struct jsonw *w)
{
	jsonw_str(w, "phase", s->phase[0] == '\0' ? "boot" : s->phase);
	jsonw_str_opt(w, "program", s->program);
	if (s->total > 0) {
		jsonw_int(w, "index", s->index);
		jsonw_int(w, "total", s->total);
	}
}

void
kstep_write(const struct kstep *s, struct jsonw *w, const char *key)
{
	jsonw_obj(w, key);
	step_members(s, w);
	jsonw_end(w);
}

static void
write_one(const struct kevent *ev, struct jsonw *w)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "kind", ev->kind);
	jsonw_str(w, "title", ev->title);
	jsonw_str(w, "line", ev->line);
	jsonw_int(w, "time_us", ev->time_us);
	jsonw_bool(w, "fatal", ev->fatal);
	jsonw_int(w, "count", ev->count);
	step_members(&ev->step, w);
	if (ev->victim_pid != 0) {
		jsonw_str(w, "victim", ev->victim);
		jsonw_int(w, "victim_pid", ev->victim_pid);
	}
	jsonw_str(w, "text", buf_str(&ev->text));
	jsonw_end(w);
}

void
kevents_write(const struct kevents *k, struct jsonw *w)
{
	if (k->n == 0)
		return;
	jsonw_arr(w, "kernel_events");
	for (size_t i = 0; i < k->n; i++)
		write_one(&k->v[i], w);
	jsonw_end(w);
	if (k->dropped > 0)
		jsonw_int(w, "kernel_events_dropped", k->dropped);
}

void
kevents_text(const struct kevents *k, struct buf *b, size_t max)
{
	/* What ended the kernel first, then the rest in order. */
	for (int fatal = 1; fatal >= 0; fatal--)
		for (size_t i = 0; i < k->n; i++) {
			const struct buf	*t = &k->v[i].text;

			if (k->v[i].fatal == (fatal == 1) &&
			    b->len + t->len <= max)
				buf_add(b, buf_str(t), t->len);
		}
}
