/*
 * Each program judged alone.  The object is opened and prepared once; every
 * attempt runs in a child that inherits this state, switches all other
 * programs off, and goes through libbpf's own load.  So an attempt sees a
 * fresh object without paying for parsing it and the kernel's BTF again,
 * and a crash of libbpf on a hostile object kills the child only.
 *
 * Objects with many programs are tried in batches first, since most
 * programs are good; where a batch fails each of it is tried alone.
 *
 * The first attempt asks for statistics only.  A program that fails is
 * tried again with the full log, into a buffer so large that the log fits;
 * its memory is only used as far as the kernel writes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench.h"
#include "explain.h"
#include "kmsg.h"
#include "steps.h"

#define LEVEL_STATS	4
#define LEVEL_FULL	(1 | LEVEL_STATS)
/* With the state before every instruction, and for so many at most. */
#define LEVEL_STATES	(2 | LEVEL_STATS)
#define STATES_INSNS	20000

/* Sizes of the parts of a log that go into the result document. */
#define LOAD_LOG_MAX	4095
#define EXCERPT_MAX	4096
/* Logs up to this size are in the excerpts whole. */
#define POISON_WINDOW	(64 * 1024)

/*
 * From so many programs on they are tried in batches.  A batch is what is
 * known of the place when the kernel dies of it, so it is small.
 */
#define BATCH_FROM	32
#define SLICE		(256 * 1024) /* of the log buffer, for each */

/*
 * Writing a log makes the verifier some ten times slower.  A program that
 * is refused for being too complex would take minutes under emulation only
 * to log every turn of its loops; then the log is cut here, and ends with
 * what the attempt without it said.
 */
#define FULL_LOG_MS	20000

static void
program_sizes(const struct bpf_program *p, struct report *rep, size_t k)
{
	struct bpf_prog_info	 info;
	uint32_t		 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_prog_get_info_by_fd(bpf_program__fd(p), &info, &len) != 0)
		return;
	rep->len[k].jited = info.jited_prog_len;
	rep->len[k].xlated = info.xlated_prog_len;
}

/* Loads the programs [from, to) and no other; at most BENCH_BATCH of them. */
static void
child_programs(struct bench *b, struct bpf_object *tmpl, size_t from,
    size_t to, int level)
{
	struct bpf_program	*p, *mine[BENCH_BATCH];
	struct capture		 c;
	size_t			 i = 0, n = 0, k;
	size_t			 room = to - from > 1 ? SLICE : b->log_size;
	int			 err;

	capture_init(&c);
	capture_use(&c);
	bpf_object__for_each_program(p, tmpl) {
		bpf_program__set_autoload(p, i >= from && i < to);
		if (i >= from && i < to) {
			bpf_program__set_log_level(p, (uint32_t)level);
			bpf_program__set_log_buf(p, b->log + n * SLICE, room);
			mine[n++] = p;
		}
		i++;
	}
	/* In a batch each is named; one alone was announced. */
	if (to - from > 1)
		kmsg_loads("isolated", b->run->progs, from, to,
		    b->run->nprogs);
	err = bpf_object__load(tmpl);
	for (k = 0; err == 0 && k < n; k++)
		program_sizes(mine[k], b->rep, k);
	bench_finish(b, &c, err);
}

static void
child_map(struct bench *b, struct bpf_object *tmpl, size_t only)
{
	struct bpf_program	*p;
	struct bpf_map		*m;
	struct capture		 c;
	size_t			 i = 0;

	capture_init(&c);
	capture_use(&c);
	bpf_object__for_each_program(p, tmpl)
		bpf_program__set_autoload(p, false);
	bpf_object__for_each_map(m, tmpl)
		bpf_map__set_autocreate(m, i++ == only);
	bench_finish(b, &c, bpf_object__load(tmpl));
}

static char *
copy(const char *p, size_t len)
{
	return len == 0 ? NULL : strndup(p, len);
}

/* The log's end and then libbpf's words, as one bounded text. */
static char *
make_tail(const struct bench *b, size_t len)
{
	size_t	 m = b->rep->messages_len, n;
	char	*out = malloc(LOAD_LOG_MAX + 1);

	if (out == NULL)
		return NULL;
	if (m > LOAD_LOG_MAX)
		m = LOAD_LOG_MAX;
	n = len < LOAD_LOG_MAX - m ? len : LOAD_LOG_MAX - m;
	if (n > 0)
		memcpy(out, b->log + len - n, n);
	memcpy(out + n, b->rep->messages + b->rep->messages_len - m, m);
	out[n + m] = '\0';
	return out;
}

static void
keep_excerpts(struct load_log *l, const char *log, size_t len)
{
	size_t	 from = verlog_tail(log, len, EXCERPT_MAX);

	l->bytes = len;
	verlog_stats_parse(log, len, &l->stats);
	l->head = copy(log, verlog_head(log, len, EXCERPT_MAX));
	l->last = copy(log + from, len - from);
}

/* Why the log says that program "i" was refused. */
static char *
explain(const struct bench *b, const struct bpf_object *obj, size_t i,
    size_t len)
{
	const struct bpf_program	*p = NULL;
	struct explain_source		 src;
	char				*text;
	size_t				 k;

	for (k = 0; k <= i; k++)
		p = bpf_object__next_program(obj, (struct bpf_program *)p);
	if (p == NULL)
		return NULL;
	explain_source_init(&src, obj, p);
	text = explain_json(b->log, len, &src);
	explain_source_clear(&src);
	return text;
}

/* Takes over what the last attempt left of program "i". */
static void
keep_log(struct bench *b, const struct bpf_object *obj, size_t i, size_t len)
{
	struct prog	*p = &b->run->progs[i];
	struct load_log	*l = &p->log;
	size_t		 win;

	keep_excerpts(l, b->log, len);
	l->cut |= len + 1 >= b->log_size;
	l->messages = copy(b->rep->messages, b->rep->messages_len);
	if (p->load != OUT_FAIL)
		return;
	win = len > POISON_WINDOW ? len - POISON_WINDOW : 0;
	l->npoison = verlog_poison_parse(b->log + win, len - win, l->poison,
	    VERLOG_POISON_MAX);
	l->tail = make_tail(b, len);
	l->explanation = explain(b, obj, i, len);
	if (len > 0) {
		snprintf(l->id, sizeof(l->id), "p%03zu.isolated", i);
		if (!sink_log(b->run->sink, l->id, p->name, "verifier",
		    b->log, len))
			l->id[0] = '\0';
	}
}

static int
attempt(struct bench *b, struct bpf_object *tmpl, size_t i)
{
	pid_t	 pid;

	if ((pid = bench_fork(b)) == 0)
		child_programs(b, tmpl, i, i + 1, LEVEL_STATS);
	bench_wait(b, pid);
	return b->rep->error;
}

/* Puts the short log behind what there is of the long one. */
static void
join_logs(struct bench *b, const char *shortlog)
{
	size_t	 len = strnlen(b->log, b->log_size);
	size_t	 room = strlen(shortlog) + 256;

	if (len + room >= b->log_size)
		len = b->log_size - room - 1;
	snprintf(b->log + len, b->log_size - len, "\n[... the log is cut "
	    "here: writing it took more than %d seconds ...]\n%s",
	    FULL_LOG_MS / 1000, shortlog);
}

/*
 * Since 5.17 the full log says what each instruction changed.  Before, it
 * takes the next level to learn what was in the registers.  That also keeps
 * the paths that were fine, so not for a program that has many of them.
 */
static int
level_full(const struct bench *b)
{
	unsigned int		 major = 0, minor = 0;
	struct verlog_stats	 stats;

	if (sscanf(b->run->uts.release, "%u.%u", &major, &minor) != 2 ||
	    major > 5 || (major == 5 && minor >= 17))
		return LEVEL_FULL;
	verlog_stats_parse(b->log, strnlen(b->log, b->log_size), &stats);
	return stats.processed_insns >= 0 &&
	    stats.processed_insns < STATES_INSNS ? LEVEL_STATES : LEVEL_FULL;
}

/*
 * The same again with the whole log; the outcome is known.  libbpf's words
 * of the attempt before stay if this one has none.
 */
static void
attempt_logged(struct bench *b, struct bpf_object *tmpl, size_t i)
{
	char	*shortlog = strndup(b->log, POISON_WINDOW);
	char	*messages = strndup(b->rep->messages, b->rep->messages_len);
	int	 level = level_full(b);
	pid_t	 pid;
	bool	 done;

	bench_log_reset(b, 1);
	if ((pid = bench_fork(b)) == 0)
		child_programs(b, tmpl, i, i + 1, level);
	done = pid == -1 || bench_in_time(pid, FULL_LOG_MS);
	bench_wait(b, pid);
	if (!done && shortlog != NULL && messages != NULL) {
		join_logs(b, shortlog);
		b->run->progs[i].log.cut = true;
		b->rep->messages_len = strlen(messages);
		memcpy(b->rep->messages, messages, b->rep->messages_len);
	}
	free(shortlog);
	free(messages);
}

/*
 * The program itself was taken, only its place in a tail-call table was
 * not filled: the programs that belong there are switched off.
 */
static bool
only_slots_failed(const struct bench *b)
{
	return memmem(b->rep->messages, b->rep->messages_len,
	    "failed to initialize slot", 25) != NULL;
}

static void
one_program(struct bench *b, size_t i)
{
	struct prog		*p = &b->run->progs[i];
	struct bpf_object	*tmpl = bench_template(b, p);
	size_t			 len;
	int			 err;

	if (tmpl == NULL) {
		p->load = OUT_FAIL;
		p->load_errno = -ENOMEM;
		return;
	}
	err = attempt(b, tmpl, i);
	if (err == 0 || only_slots_failed(b)) {
		p->load = OUT_PASS;
		p->jited_len = b->rep->len[0].jited;
		p->xlated_len = b->rep->len[0].xlated;
	} else {
		p->load = OUT_FAIL;
		p->load_errno = err;
		/* Without any log the kernel never saw the program. */
		if (b->log[0] != '\0')
			attempt_logged(b, tmpl, i);
	}
	len = strnlen(b->log, b->log_size);
	keep_log(b, tmpl, i, len);
	bench_log_reset(b, len);
}

/* How many programs from "i" on make a batch; 1: try it alone. */
static size_t
batch_size(const struct run *r, size_t i)
{
	size_t	 n = 0;

	if (r->nprogs < BATCH_FROM || !r->prepared)
		return 1;
	while (n < BENCH_BATCH && i + n < r->nprogs && r->progs[i + n].autoload)
		n++;
	return n == 0 ? 1 : n;
}

/* True when all of them load. */
static bool
batch_passes(struct bench *b, size_t from, size_t n)
{
	struct prog	*p;
	const char	*log;
	size_t		 k;
	pid_t		 pid;
	bool		 ok;

	if ((pid = bench_fork(b)) == 0)
		child_programs(b, b->run->obj, from, from + n, LEVEL_STATS);
	bench_wait(b, pid);
	ok = b->rep->error == 0;
	for (k = 0; ok && k < n; k++) {
		p = &b->run->progs[from + k];
		log = b->log + k * SLICE;
		p->load = OUT_PASS;
		p->jited_len = b->rep->len[k].jited;
		p->xlated_len = b->rep->len[k].xlated;
		keep_excerpts(&p->log, log, strnlen(log, SLICE));
	}
	bench_log_reset(b, 1);
	return ok;
}

static void
all_programs(struct bench *b)
{
	struct run	*r = b->run;
	size_t		 i, n, end;

	for (i = 0; i < r->nprogs; i = end) {
		n = batch_size(r, i);
		end = i + n;
		sink_progress(r->sink, "isolated", r->progs[i].name, i + 1,
		    r->nprogs);
		if (n > 1 && batch_passes(b, i, n))
			continue;
		for (; i < end; i++) {
			if (n > 1)
				sink_progress(r->sink, "isolated",
				    r->progs[i].name, i + 1, r->nprogs);
			one_program(b, i);
		}
	}
}

void
isolated_run(struct bench *b)
{
	struct run	*r = b->run;

	if (r->obj != NULL && r->elf.native && b->rep != NULL)
		all_programs(b);
}

static void
one_map(struct bench *b, struct bpf_object *tmpl, size_t i)
{
	struct map	*m = &b->run->maps[i];
	pid_t		 pid;

	if ((pid = bench_fork(b)) == 0)
		child_map(b, tmpl, i);
	bench_wait(b, pid);
	m->tried = true;
	m->error = b->rep->error;
	m->created = m->error == 0;
	if (!m->created)
		m->message = copy(b->rep->messages, b->rep->messages_len);
}

/*
 * libbpf stops at the first map the kernel refuses.  Then every map is
 * tried alone, so that all that fail are known.
 */
void
isolated_maps_run(struct bench *b)
{
	struct run		*r = b->run;
	struct bpf_object	*tmpl;
	size_t			 i;

	if (r->obj == NULL || r->prepared || !r->elf.native ||
	    b->rep == NULL ||
	    strstr(buf_str(&r->capture.text), "': failed to create: ") == NULL)
		return;
	if ((tmpl = bench_aux(b, false)) == NULL)
		return;
	for (i = 0; i < r->nmaps; i++)
		if (r->maps[i].autocreate)
			one_map(b, tmpl, i);
	bpf_object__close(tmpl);
}
