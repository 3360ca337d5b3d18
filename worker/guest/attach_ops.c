/*
 * struct_ops programs are attached together, through the map that holds
 * them; libbpf does not say which program is in which map, so all share the
 * outcome.
 *
 * Registering makes most of them available by name, and no more.  A
 * scheduler takes the whole guest over: it is switched on, looked at and
 * switched off, unless commands are to see it at work; the kernel's own
 * watchdog ends one that starves a task.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "attach.h"
#include "steps.h"

#define SCHED_STATE	"/sys/kernel/sched_ext/state"

/* enum bpf_struct_ops_state: what a map in use says in its second word. */
#define STATE_INUSE	1
#define STATE_READY	3

enum	ops_way { OPS_REGISTER, OPS_BRIEFLY, OPS_NOT_HERE };

static const struct {
	const char	*type;
	enum ops_way	 way;
	const char	*why;
} ops_types[] = {
	{ "sched_ext_ops", OPS_BRIEFLY, NULL },
	{ "bpf_dummy_ops", OPS_NOT_HERE,
	    "is only run by the kernel's test interface" },
	{ "hid_bpf_ops", OPS_NOT_HERE, "needs an input device" },
};

/* The type of the variable in the object, "sched_ext_ops"; or "". */
static const char *
ops_type(const struct bpf_object *obj, const struct bpf_map *m)
{
	const struct btf	*btf = bpf_object__btf(obj);
	const struct btf_type	*type;
	int			 id;

	if (btf == NULL || (id = btf__find_by_name_kind(btf,
	    bpf_map__name(m), BTF_KIND_VAR)) < 0)
		return "";
	type = btf__type_by_id(btf, (uint32_t)id);
	id = btf__resolve_type(btf, type->type);
	if (id < 0 || (type = btf__type_by_id(btf, (uint32_t)id)) == NULL)
		return "";
	return btf__name_by_offset(btf, type->name_off);
}

static enum ops_way
ops_way(const char *type, const char **why)
{
	const char	*flavor = strstr(type, "___");
	size_t		 i, n = flavor == NULL ? strlen(type) :
			    (size_t)(flavor - type);

	for (i = 0; i < sizeof(ops_types) / sizeof(ops_types[0]); i++)
		if (strncmp(ops_types[i].type, type, n) == 0 &&
		    ops_types[i].type[n] == '\0') {
			*why = ops_types[i].why;
			return ops_types[i].way;
		}
	return OPS_REGISTER;
}

/* The map's value begins with its uses and its state. */
static int
check_registered(struct attach_try *t, const struct bpf_map *m)
{
	uint32_t	 zero = 0, *value;
	int		 err;

	value = calloc(1, bpf_map__value_size(m) + 2 * sizeof(*value));
	if (value == NULL)
		return -ENOMEM;
	err = bpf_map_lookup_elem(bpf_map__fd(m), &zero, value);
	if (err == 0 && value[1] != STATE_INUSE && value[1] != STATE_READY) {
		snprintf(t->why, sizeof(t->why), "registering it was "
		    "accepted, but it is not in use");
		err = -ENODATA;
	}
	free(value);
	attach_tried(t, "ask for the map's state", NULL, err);
	return err == -ENODATA ? err : 0;
}

static int
check_scheduler(struct attach_try *t)
{
	char	 word[32] = "";
	int	 fd = open(SCHED_STATE, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t	 n;

	if (fd == -1) {
		attach_tried(t, "read the scheduler's state", NULL, -errno);
		return 0;
	}
	n = read(fd, word, sizeof(word) - 1);
	close(fd);
	word[n > 0 ? strcspn(word, "\n") : 0] = '\0';
	if (strcmp(word, "enabled") != 0) {
		snprintf(t->why, sizeof(t->why), "the scheduler was accepted, "
		    "and is now \"%s\"", word);
		err = -ENODATA;
	}
	return attach_tried(t, "read the scheduler's state", word, err);
}

static int
register_map(struct attach_try *t, struct bpf_map *m)
{
	const char	*type = ops_type(t->run->obj, m), *why = NULL;
	enum ops_way	 way = ops_way(type, &why);
	struct bpf_link	*link;
	int		 err;

	snprintf(t->where, sizeof(t->where), "%.48s %.64s", type,
	    bpf_map__name(m));
	if (way == OPS_NOT_HERE)
		return attach_not_here(t, "%.64s %s", type, why);
	errno = 0;
	link = bpf_map__attach_struct_ops(m);
	if (link == NULL)
		return attach_tried(t, "register", NULL, errno == 0 ?
		    -EINVAL : -errno);
	attach_tried(t, "register", NULL, 0);
	err = check_registered(t, m);
	if (err == 0 && way == OPS_BRIEFLY)
		err = check_scheduler(t);
	if (way == OPS_BRIEFLY && t->run->functional.n == 0)
		attach_tried(t, "unregister", NULL, bpf_link__destroy(link));
	else
		undo_link(t->env, link);
	return err;
}

/* What happened to one map, in the records of all programs. */
static void
spread(struct run *r, const struct attach_try *t, int err, bool final)
{
	struct attach_try	 own;
	struct prog		*p;
	size_t			 i, k;

	for (i = 0; i < r->nprogs; i++) {
		p = &r->progs[i];
		if (p->type != BPF_PROG_TYPE_STRUCT_OPS || !p->autoload)
			continue;
		own = *t;
		own.rec = p;
		own.section = p->section;
		for (k = 0; k < t->rec->ntried; k++)
			attach_tried(&own, t->rec->tried[k].what,
			    t->rec->tried[k].on, t->rec->tried[k].error);
		if (!final)
			continue;
		p->attach_kind = "struct_ops";
		if (own.where[0] != '\0')
			p->attach_target = strdup(own.where);
		attach_settle(&own, err);
	}
}

static void
forget(struct prog *scratch)
{
	size_t	 i;

	for (i = 0; i < scratch->ntried; i++)
		free(scratch->tried[i].on);
	free(scratch->tried);
	scratch->tried = NULL;
	scratch->ntried = 0;
}

/* The worst of the maps' outcomes is that of the programs. */
static bool
worse(int err, int than)
{
	return than == 0 ? err != 0 : than > 0 && err < 0;
}

void
attach_struct_ops(struct run *r, struct attach_env *env)
{
	struct prog		 scratch;
	struct attach_try	 t, last;
	struct bpf_map		*m;
	size_t			 i = 0;
	int			 err, all = 0;
	bool			 any = false;

	memset(&scratch, 0, sizeof(scratch));
	memset(&last, 0, sizeof(last));
	last.run = r;
	last.env = env;
	last.rec = &scratch;
	bpf_object__for_each_map(m, r->obj) {
		struct map	*o = &r->maps[i++];

		if (o->type != BPF_MAP_TYPE_STRUCT_OPS || !o->autocreate)
			continue;
		sink_progress(r->sink, "attach", o->name, i, r->nmaps);
		t = (struct attach_try){ .run = r, .env = env,
		    .rec = &scratch, .section = o->name };
		err = register_map(&t, m);
		o->attach = err == 0 ? OUT_PASS : err < 0 ? OUT_FAIL :
		    OUT_SKIPPED;
		o->attach_errno = err < 0 ? err : 0;
		spread(r, &t, err, false);
		forget(&scratch);
		if (!any || worse(err, all)) {
			last = t;
			all = err;
		}
		any = true;
	}
	if (!any)
		all = attach_not_here(&last, "no struct_ops map uses it");
	spread(r, &last, all, true);
	forget(&scratch);
}
