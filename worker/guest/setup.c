/*
 * What is changed in an object between open and load: fix-ups asked for on
 * the command line, then sizes and types that loaders of old set at run
 * time.  Every object opened gets the same, so that a program alone and the
 * whole object meet the same maps.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "steps.h"

/* For a map whose size the loader was to choose. */
#define AUTO_ENTRIES	4096

/* Keeps a descriptor open until the run ends. */
static int
keep_fd(struct run *r, int fd)
{
	int	*p;

	p = reallocarray(r->fds, r->nfds + 1, sizeof(*p));
	if (p == NULL)
		return -ENOMEM;
	r->fds = p;
	p[r->nfds++] = fd;
	return 0;
}

static int
set_inner(struct run *r, struct bpf_map *m, const struct map_fixup *f,
    bool ringbuf)
{
	int	 fd, err;

	if (ringbuf)
		fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "inner", 0, 0,
		    f->ringbuf_bytes, NULL);
	else
		fd = bpf_map_create(f->inner_type, "inner", f->inner_key,
		    f->inner_value, f->inner_entries, NULL);
	if (fd < 0)
		return fd;
	if ((err = keep_fd(r, fd)) != 0)
		return err;
	return bpf_map__set_inner_map_fd(m, fd);
}

static int
apply_fixup(struct run *r, struct bpf_map *m, const struct map_fixup *f,
    uint32_t *applied)
{
	uint32_t	 n = f->entries;
	int		 err = 0;

	if (f->entries_word != NULL) {
		if (n == 0)
			n = r->facts.cpus > 0 ? (uint32_t)r->facts.cpus : 1;
		err = bpf_map__set_max_entries(m, n);
		*applied = n;
	}
	if (err == 0 && f->ringbuf_bytes != 0)
		err = set_inner(r, m, f, true);
	if (err == 0 && f->inner_type != 0)
		err = set_inner(r, m, f, false);
	return err;
}

static void
apply_fixups(struct run *r, struct bpf_object *obj, bool record)
{
	const struct map_fixup	*f;
	struct fixup_result	 res;
	struct bpf_map		*m;
	size_t			 i;

	for (i = 0; i < r->args->nfixups; i++) {
		f = &r->args->fixups[i];
		memset(&res, 0, sizeof(res));
		m = bpf_object__find_map_by_name(obj, f->name);
		if (m == NULL) {
			res.status = "map_not_found";
			res.error = -ENOENT;
		} else {
			res.error = apply_fixup(r, m, f, &res.applied);
			res.status = res.error == 0 ? "applied" : "error";
		}
		if (record)
			r->fixups[i] = res;
	}
}

/* Types for which 0 entries can only mean "the loader sets it". */
static bool
sized_by_loader(enum bpf_map_type t)
{
	switch (t) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
		return true;
	default:
		return false;
	}
}

/* A map of maps that neither the object nor the command line fills in? */
static bool
lacks_inner(const struct run *r, const struct bpf_map *m)
{
	const struct map_fixup	*f = r->args->fixups;

	if ((bpf_map__type(m) != BPF_MAP_TYPE_ARRAY_OF_MAPS &&
	    bpf_map__type(m) != BPF_MAP_TYPE_HASH_OF_MAPS) ||
	    bpf_map__inner_map((struct bpf_map *)m) != NULL)
		return false;
	for (size_t i = 0; i < r->args->nfixups; i++)
		if (strcmp(f[i].name, bpf_map__name(m)) == 0 &&
		    (f[i].inner_type != 0 || f[i].ringbuf_bytes != 0))
			return false;
	return true;
}

static void
size_maps(struct run *r, struct bpf_object *obj, bool record)
{
	struct bpf_map	*m;
	bool		 sized;
	size_t		 i = 0;

	bpf_object__for_each_map(m, obj) {
		sized = bpf_map__max_entries(m) == 0 &&
		    sized_by_loader(bpf_map__type(m)) &&
		    bpf_map__set_max_entries(m, AUTO_ENTRIES) == 0;
		if (record) {
			r->maps[i].auto_sized = sized;
			r->maps[i].max_entries = bpf_map__max_entries(m);
			r->maps[i].no_inner = lacks_inner(r, m);
		}
		i++;
	}
}

static void
apply_overrides(struct run *r, struct bpf_object *obj, bool record)
{
	const struct type_override	*o;
	struct bpf_program		*p;
	const char			*status;
	size_t				 i;

	for (i = 0; i < r->args->noverrides; i++) {
		o = &r->args->overrides[i];
		status = "program_not_found";
		bpf_object__for_each_program(p, obj) {
			if (strcmp(bpf_program__name(p), o->selector) != 0 &&
			    strcmp(bpf_program__section_name(p),
			    o->selector) != 0)
				continue;
			status = bpf_program__set_type(p, o->prog_type) == 0 ?
			    "applied" : "error";
			break;
		}
		if (record)
			r->overrides[i] = status;
	}
}

static void
type_programs(struct run *r, struct bpf_object *obj, bool record)
{
	struct bpf_program	*p;
	bool			 typed;
	size_t			 i = 0;

	bpf_object__for_each_program(p, obj) {
		typed = bpf_program__type(p) == BPF_PROG_TYPE_UNSPEC &&
		    strncmp(bpf_program__section_name(p), "socket", 6) == 0 &&
		    bpf_program__set_type(p, BPF_PROG_TYPE_SOCKET_FILTER) ==
		    0;
		if (record) {
			r->progs[i].auto_typed = typed;
			r->progs[i].type = bpf_program__type(p);
		}
		i++;
	}
}

void
setup_apply(struct run *r, struct bpf_object *obj, bool record)
{
	struct bpf_program	*p;
	size_t			 i = 0;

	bpf_object__for_each_program(p, obj)
		bpf_program__set_autoload(p, r->progs[i++].autoload);
	apply_fixups(r, obj, record);
	size_maps(r, obj, record);
	apply_overrides(r, obj, record);
	type_programs(r, obj, record);
	declared_targets_apply(r, obj);
	freplace_apply(r, obj);
}
