/*
 * Whether more memory would do for what failed for want of it.  A limit can
 * be raised here, so that is tried; a guest cannot grow, so what it needs is
 * held against what there was, and against what the kernel took of it.
 */
#include "experiment.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <sys/resource.h>

#include "environ.h"
#include "steps.h"

#define MB	(1024.0 * 1024.0)
/* The largest limit that is tried, as a power of two. */
#define LIMIT_TRIES	24
/*
 * Nothing is created that takes more than half of what is free (too_big() of
 * experiment_map.c), and sizes are powers of two: so an eighth is as much as
 * the kernel can be sure to have been asked for.
 */
#define SHARE_TAKEN	8
/* A kernel that refuses this small a share of what is free has another reason. */
#define SHARE_REFUSED	4

static int
failed_with(const struct exp_case *c)
{
	return c->stage == EXP_AT_CREATE ? c->map->error :
	    c->prog->load_errno;
}

bool
exp_wants_memory(const struct exp_case *c)
{
	int	 err = failed_with(c);

	return err == -ENOMEM || (err == -EPERM && environ_memlock() != 0);
}

static int
again(const struct exp_case *c)
{
	struct bpf_prog_load_opts	 opts;
	struct prog_load		 l;
	int				 fd;

	if (c->stage == EXP_AT_CREATE) {
		fd = loadhook_create(c->create);
	} else {
		opts = *c->load->opts;
		opts.log_level = 0;
		opts.log_buf = NULL;
		opts.log_size = 0;
		l = *c->load;
		l.opts = &opts;
		fd = loadhook_load(&l);
	}
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static bool
set_limit(rlim_t bytes)
{
	const struct rlimit	 r = { bytes, RLIM_INFINITY };

	return setrlimit(RLIMIT_MEMLOCK, &r) == 0;
}

/*
 * What was freed a moment ago may still count, and with it the answer would
 * be too large: the limit that was there is asked for once more, first.
 */
static void
raise_limit(struct exp_case *c)
{
	rlim_t	 had = (rlim_t)environ_memlock(), bytes = had;
	char	 subject[64];
	int	 err, i;

	for (i = 0; i < LIMIT_TRIES; i++, bytes *= 2) {
		environ_settle();
		if (!set_limit(bytes) || (err = again(c)) != -EPERM)
			break;
	}
	if (i == LIMIT_TRIES) {
		set_limit(RLIM_INFINITY);
		err = again(c);
	}
	set_limit(had);
	snprintf(subject, sizeof(subject), "a memory lock limit of %llu KiB",
	    (unsigned long long)bytes / 1024);
	if (err == 0 && i > 0 && i < LIMIT_TRIES)
		exp_say(c, subject, EXP_YES, 0, "the limit was %llu KiB",
		    (unsigned long long)had / 1024);
	else if (err == 0 && i == 0)
		exp_say(c, "", EXP_UNCLEAR, 0, "it is taken under the same "
		    "limit, now that nothing else is loaded");
	else
		exp_say(c, subject, EXP_NO, err, "the limit was %llu KiB",
		    (unsigned long long)had / 1024);
}

/* --- the guest itself ------------------------------------------------------- */

/* Bytes a map takes at its creation; as the kernel's sources have it. */
static double
map_bytes(const struct map_create *m)
{
	double	 n = m->max_entries, value = (m->value_size + 7) & ~7U;

	switch (m->type) {
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
		return n;
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return n * value;
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return n * (8 + value * libbpf_num_possible_cpus());
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		/* A bucket, the element's head, its key. */
		return n * (16 + 48 + m->key_size +
		    value * libbpf_num_possible_cpus());
	default:
		return n * (16 + 48 + m->key_size + value);
	}
}

static void
weigh_map(struct exp_case *c)
{
	double	 page = (double)sysconf(_SC_PAGESIZE);
	double	 all = (double)sysconf(_SC_PHYS_PAGES) * page;
	double	 unused = (double)sysconf(_SC_AVPHYS_PAGES) * page;
	double	 need = map_bytes(c->create), took;
	char	 subject[64];

	took = need * (double)c->notes->allowed_entries /
	    (double)c->create->max_entries;
	snprintf(subject, sizeof(subject), "a guest with %.0f MiB more",
	    (need - unused) / MB + 1);
	if (need >= unused && took >= unused / SHARE_TAKEN)
		exp_say(c, subject, EXP_YES, 0, "needs %.0f MiB; %.0f of %.0f "
		    "MiB were free, a map of %.0f MiB was made", need / MB,
		    unused / MB, all / MB, took / MB);
	else if (need < unused / SHARE_REFUSED)
		exp_say(c, "a larger guest", EXP_NO, -ENOMEM, "needs %.1f "
		    "MiB, %.0f MiB were free", need / MB, unused / MB);
	else
		exp_say(c, "a larger guest", EXP_UNCLEAR, -ENOMEM, "needs "
		    "%.0f MiB, %.0f MiB were free", need / MB, unused / MB);
}

/* What the verifier or the JIT would take is not known beforehand. */
static void
weigh_program(struct exp_case *c)
{
	double	 page = (double)sysconf(_SC_PAGESIZE);
	int	 err = again(c);

	exp_say(c, "a larger guest", EXP_UNCLEAR, err, "%s; %.0f of %.0f MiB "
	    "were free", err == 0 ? "alone and a second time it loads" :
	    err == -ENOMEM ? "a second time it fails the same way" :
	    "a second time it fails otherwise",
	    (double)sysconf(_SC_AVPHYS_PAGES) * page / MB,
	    (double)sysconf(_SC_PHYS_PAGES) * page / MB);
}

void
exp_memory(struct exp_case *c)
{
	if (failed_with(c) == -EPERM)
		raise_limit(c);
	else if (c->stage == EXP_AT_CREATE)
		weigh_map(c);
	else
		weigh_program(c);
}
