/*
 * Experiments on a map the kernel refused: the same call again with one
 * attribute made small at a time, so that the one it minds is found.
 */
#include "experiment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "steps.h"
#include "symbols.h"

/* Flags without which a type is never taken. */
static uint32_t
needed_flags(enum bpf_map_type t)
{
	switch (t) {
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_CGRP_STORAGE:
		return BPF_F_NO_PREALLOC;
	case BPF_MAP_TYPE_ARENA:
		return BPF_F_MMAPABLE;
	default:
		return 0;
	}
}

static int
create(const struct map_create *m)
{
	int	 fd = loadhook_create(m);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/*
 * An attempt that would take more than half of what is free says more about
 * this guest than about the kernel, and may bring it down.
 */
static bool
too_big(const struct map_create *m)
{
	long		 pages = sysconf(_SC_AVPHYS_PAGES);
	long		 page = sysconf(_SC_PAGESIZE);
	double		 need;

	if (pages <= 0 || page <= 0)
		return false;
	need = ((double)m->key_size + m->value_size + 16) * m->max_entries;
	if (m->type == BPF_MAP_TYPE_RINGBUF ||
	    m->type == BPF_MAP_TYPE_USER_RINGBUF)
		need = m->max_entries;
	return need > (double)pages * (double)page / 2;
}

static const char *
type_name(uint32_t type)
{
	const char	*s = libbpf_bpf_map_type_str(type);

	return s == NULL ? "unknown" : s;
}

bool
exp_is_map(const struct exp_case *c)
{
	return c->map != NULL;
}

void
exp_map_type(struct exp_case *c)
{
	int	 ret = probes_map_type(c->map->type);

	/* A type libbpf does not know; the kernel's own list has it or not. */
	if (ret < 0)
		ret = symbols_enum(c->run->symbols, "bpf_map_type",
		    c->map->type);
	exp_say(c, type_name(c->map->type), ret > 0 ? EXP_YES : ret == 0 ?
	    EXP_NO : EXP_UNCLEAR, ret < 0 ? ret : 0, "%s", "");
}

/* --- the type, with as little as it may have ------------------------------- */

static void
smallest(const struct map_create *from, struct map_create *m,
    struct bpf_map_create_opts *opts)
{
	m->key_size = m->value_size = 4;
	m->max_entries = 1;
	opts->map_flags = needed_flags(m->type);
	switch (m->type) {
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		m->key_size = 8;
		m->value_size = 8;
		break;
	case BPF_MAP_TYPE_STACK_TRACE:
		m->value_size = 8;
		break;
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
		m->key_size = m->value_size = 0;
		m->max_entries = (uint32_t)sysconf(_SC_PAGESIZE);
		break;
	case BPF_MAP_TYPE_ARENA:
		m->key_size = m->value_size = 0;
		break;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_BLOOM_FILTER:
		m->key_size = 0;
		break;
	case BPF_MAP_TYPE_STRUCT_OPS:
		m->value_size = from->value_size;
		break;
	default:
		break;
	}
	if (m->type == BPF_MAP_TYPE_CGROUP_STORAGE ||
	    m->type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE)
		m->max_entries = 0;
}

/* Types described by BTF, or made for another map, keep that. */
static bool
keeps_btf(enum bpf_map_type t)
{
	switch (t) {
	case BPF_MAP_TYPE_STRUCT_OPS:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_CGRP_STORAGE:
		return true;
	default:
		return false;
	}
}

void
exp_map_small(struct exp_case *c)
{
	struct bpf_map_create_opts	 opts = *c->create->opts;
	struct map_create		 m = *c->create;
	int				 err;

	smallest(c->create, &m, &opts);
	if (keeps_btf(m.type)) {
		m.key_size = c->create->key_size;
		m.value_size = c->create->value_size;
		m.max_entries = c->create->max_entries;
	} else {
		opts.btf_fd = opts.btf_key_type_id = 0;
		opts.btf_value_type_id = 0;
	}
	opts.map_extra = 0;
	m.opts = &opts;
	err = create(&m);
	exp_say(c, type_name(m.type), err == 0 ? EXP_YES : EXP_NO, err,
	    "key %u, value %u, entries %u, flags 0x%x", m.key_size,
	    m.value_size, m.max_entries, opts.map_flags);
}

/* --- one attribute at a time ------------------------------------------------ */

bool
exp_map_has_flags(const struct exp_case *c)
{
	return c->create->opts->map_flags != needed_flags(c->create->type);
}

void
exp_map_no_flags(struct exp_case *c)
{
	struct bpf_map_create_opts	 opts = *c->create->opts;
	struct map_create		 m = *c->create;
	char				 flags[32];
	int				 err;

	opts.map_flags = needed_flags(m.type);
	snprintf(flags, sizeof(flags), "0x%x", c->create->opts->map_flags);
	m.opts = &opts;
	err = create(&m);
	c->notes->allowed_no_flags = err == 0;
	exp_say(c, flags, err == 0 ? EXP_YES : EXP_NO, err, "flags 0x%x",
	    opts.map_flags);
}

/*
 * The largest power of two below *field that makes a map, or 0.  What the
 * kernel takes at n it takes below n; the sizes are tried from the top down
 * in halves of the exponent.
 */
static uint32_t
largest(struct map_create *m, uint32_t *field, uint32_t least, int *error)
{
	uint32_t	 want = *field, best = 0;
	int		 lo, hi = 31, mid, err;

	while (hi > 0 && (1U << hi) >= want)
		hi--;
	for (lo = 0; (1U << lo) < least && lo < 31; lo++)
		continue;
	*error = -EINVAL;
	while (lo <= hi) {
		mid = (lo + hi + 1) / 2;
		*field = 1U << mid;
		err = too_big(m) ? -ENOMEM : create(m);
		if (err == 0) {
			best = *field;
			lo = mid + 1;
		} else {
			*error = err;
			hi = mid - 1;
		}
	}
	*field = want;
	return best;
}

static void
say_largest(struct exp_case *c, uint32_t best, uint32_t asked, int err)
{
	char	 subject[32];

	snprintf(subject, sizeof(subject), "%u", best == 0 ? asked : best);
	if (best != 0)
		exp_say(c, subject, EXP_YES, 0, "%u were asked for", asked);
	else
		exp_say(c, subject, EXP_NO, err, "no size below %u was taken",
		    asked);
}

bool
exp_map_has_entries(const struct exp_case *c)
{
	return c->create->max_entries > 1 && !keeps_btf(c->create->type);
}

void
exp_map_entries(struct exp_case *c)
{
	struct map_create	 m = *c->create;
	uint32_t		 best, least = 1;
	int			 err;

	if (m.type == BPF_MAP_TYPE_RINGBUF ||
	    m.type == BPF_MAP_TYPE_USER_RINGBUF)
		least = (uint32_t)sysconf(_SC_PAGESIZE);
	best = largest(&m, &m.max_entries, least, &err);
	c->notes->allowed_entries = best;
	say_largest(c, best, c->create->max_entries, err);
}

bool
exp_map_has_value(const struct exp_case *c)
{
	return c->create->value_size > 8;
}

/* A type that describes another size would be refused for that. */
static void
forget_btf(struct map_create *m, struct bpf_map_create_opts *opts)
{
	if (keeps_btf(m->type))
		return;
	*opts = *m->opts;
	opts->btf_fd = opts->btf_key_type_id = opts->btf_value_type_id = 0;
	m->opts = opts;
}

void
exp_map_value(struct exp_case *c)
{
	struct bpf_map_create_opts	 opts;
	struct map_create		 m = *c->create;
	uint32_t			 best;
	int				 err;

	forget_btf(&m, &opts);
	best = largest(&m, &m.value_size, 4, &err);
	c->notes->allowed_value = best;
	say_largest(c, best, c->create->value_size, err);
}

bool
exp_map_has_key(const struct exp_case *c)
{
	return c->create->key_size > 4;
}

void
exp_map_key(struct exp_case *c)
{
	struct bpf_map_create_opts	 opts;
	struct map_create		 m = *c->create;
	uint32_t			 best;
	int				 err;

	forget_btf(&m, &opts);
	best = largest(&m, &m.key_size, 4, &err);
	c->notes->allowed_key = best;
	say_largest(c, best, c->create->key_size, err);
}
