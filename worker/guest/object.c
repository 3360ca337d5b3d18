/* Opens the object and lists what is in it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "steps.h"
#include "symbols.h"

/* As libbpf names an object after its file: up to the first dot. */
static void
object_name(const struct run *r, char *out, size_t size)
{
	const char	*p = r->args->artifact, *slash;

	if (p == NULL)
		p = "artifact";
	slash = strrchr(p, '/');
	snprintf(out, size, "%s", slash == NULL ? p : slash + 1);
	out[strcspn(out, ".")] = '\0';
	if (out[0] == '\0')
		snprintf(out, size, "artifact");
}

struct bpf_object *
object_open(struct run *r, int *error)
{
	char			 name[64];
	struct bpf_object	*obj;
	LIBBPF_OPTS(bpf_object_open_opts, opts);

	object_name(r, name, sizeof(name));
	opts.object_name = name;
	errno = 0;
	obj = bpf_object__open_mem(r->artifact.data, r->artifact.len, &opts);
	*error = obj == NULL ? (errno == 0 ? -EINVAL : -errno) : 0;
	return obj;
}

static bool
list_programs(struct run *r)
{
	struct bpf_program	*p;
	struct prog		*o;
	size_t			 n = 0;

	bpf_object__for_each_program(p, r->obj)
		n++;
	if ((r->progs = calloc(n + 1, sizeof(*o))) == NULL)
		return false;
	bpf_object__for_each_program(p, r->obj) {
		o = &r->progs[r->nprogs++];
		o->name = strdup(bpf_program__name(p));
		o->section = strdup(bpf_program__section_name(p));
		if (o->name == NULL || o->section == NULL)
			return false;
		o->type = bpf_program__type(p);
		o->attach_type = bpf_program__expected_attach_type(p);
		o->flags = bpf_program__flags(p);
		o->insn_count = bpf_program__insn_cnt(p);
		o->autoload = bpf_program__autoload(p);
	}
	return true;
}

/* The name of the struct a struct_ops map is made of, or NULL. */
static char *
ops_type(const struct bpf_object *obj, const struct bpf_map *m)
{
	const struct btf	*btf = bpf_object__btf(obj);
	const struct btf_type	*t = NULL;
	const char		*name;

	if (btf != NULL)
		t = btf__type_by_id(btf, bpf_map__btf_value_type_id(m));
	name = t == NULL ? NULL : btf__name_by_offset(btf, t->name_off);
	return name == NULL || *name == '\0' ? NULL : strdup(name);
}

static bool
list_maps(struct run *r)
{
	struct bpf_map	*m;
	struct map	*o;
	size_t		 n = 0;

	bpf_object__for_each_map(m, r->obj)
		n++;
	if ((r->maps = calloc(n + 1, sizeof(*o))) == NULL)
		return false;
	bpf_object__for_each_map(m, r->obj) {
		o = &r->maps[r->nmaps++];
		o->name = strdup(bpf_map__name(m));
		if (o->name == NULL)
			return false;
		o->type = bpf_map__type(m);
		o->key_size = bpf_map__key_size(m);
		o->value_size = bpf_map__value_size(m);
		o->max_entries = bpf_map__max_entries(m);
		o->flags = bpf_map__map_flags(m);
		o->internal = bpf_map__is_internal(m);
		o->autocreate = bpf_map__autocreate(m);
		if (o->type == BPF_MAP_TYPE_STRUCT_OPS)
			o->ops_type = ops_type(r->obj, m);
	}
	return true;
}

/* From the file's BTF as it is: libbpf rewrites externs in its own copy. */
static void
list_externs(struct run *r)
{
	struct btf	*btf;

	if (r->elf.btf_len == 0)
		return;
	btf = btf__new(r->artifact.data + r->elf.btf_off,
	    (uint32_t)r->elf.btf_len);
	if (btf == NULL)
		return;
	externs_list(&r->externs, btf);
	externs_weak(&r->externs, r->artifact.data, r->artifact.len);
	btf__free(btf);
}

void
object_run(struct run *r)
{
	int	 err = r->artifact_errno;

	if (err == 0)
		r->obj = object_open(r, &err);
	if (r->obj != NULL) {
		list_externs(r);
		if (!list_programs(r) || !list_maps(r))
			err = -ENOMEM;
	}
	if (err != 0) {
		bpf_object__close(r->obj);
		r->obj = NULL;
		r->load.status = OUT_FAIL;
		r->load.error = err;
	}
}

static void
free_prog(struct prog *p)
{
	size_t	 i;

	for (i = 0; i < p->ntried; i++)
		free(p->tried[i].on);
	free(p->tried);
	free(p->name);
	free(p->section);
	free(p->log.tail);
	free(p->log.head);
	free(p->log.last);
	free(p->log.explanation);
	free(p->log.messages);
	free(p->attach_error);
	free(p->attach_target);
}

void
run_free(struct run *r)
{
	size_t	 i;

	attach_undo(r);
	bpf_object__close(r->obj);
	for (i = 0; i < r->nfds; i++)
		close(r->fds[i]);
	free(r->fds);
	for (i = 0; i < r->nprogs; i++)
		free_prog(&r->progs[i]);
	free(r->progs);
	for (i = 0; i < r->nmaps; i++) {
		free(r->maps[i].name);
		free(r->maps[i].message);
		free(r->maps[i].ops_type);
	}
	free(r->maps);
	for (i = 0; r->groups != NULL && i < r->args->ngroups; i++)
		free(r->groups[i].disabled);
	free(r->groups);
	free(r->fixups);
	free(r->overrides);
	externs_free(&r->externs);
	relocs_free(&r->relocs);
	experiments_free(&r->experiments);
	symbols_free(r->symbols);
	facts_free(&r->facts);
	functional_free(&r->functional);
	capture_use(NULL);
	capture_free(&r->capture);
	buf_clear(&r->artifact);
	buf_clear(&r->plan);
	sink_free(r->sink);
}

const char *
outcome_word(enum outcome o)
{
	switch (o) {
	case OUT_SKIPPED:
		return "skipped";
	case OUT_PASS:
		return "pass";
	case OUT_FAIL:
		return "fail";
	case OUT_WARN:
		return "warn";
	}
	return "skipped";
}

void
error_text(int err, char *out, size_t size)
{
	out[0] = '\0';
	if (err != 0)
		libbpf_strerror(err, out, size);
}
