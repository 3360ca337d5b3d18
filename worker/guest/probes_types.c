/*
 * Which map and program types the kernel takes.  libbpf's probes answer
 * 1, 0 or an error; that is kept apart, so that "no" is never "don't know".
 * Nothing is attached, so it can be asked of any host.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/json_out.h"
#include "facts.h"

/* The kernel's own error number, which libc has no name for. */
#define KERNEL_ENOTSUPP	524

void
probes_settle(struct probe *p, int ret)
{
	p->error = 0;
	if (ret > 0) {
		p->status = PROBE_SUPPORTED;
	} else if (ret == 0 || ret == -EOPNOTSUPP) {
		p->status = PROBE_UNSUPPORTED;
		p->error = ret;
	} else {
		p->status = ret == -EPERM || ret == -EACCES ? PROBE_DENIED :
		    PROBE_ERROR;
		p->error = ret;
	}
}

void
probes_list_types(struct facts *f)
{
	const char	*name;
	uint32_t	 t;

	f->nmaps = f->nprogs = 0;
	for (t = 1; t < PROBES_MAX; t++) {
		if ((name = libbpf_bpf_map_type_str(t)) == NULL)
			break;
		f->maps[f->nmaps++] = (struct probe){ .type = t,
		    .name = name };
	}
	for (t = 1; t < PROBES_MAX; t++) {
		if ((name = libbpf_bpf_prog_type_str(t)) == NULL)
			break;
		f->progs[f->nprogs++] = (struct probe){ .type = t,
		    .name = name };
	}
}

/*
 * libbpf 1.7 asks for struct_ops with a field kernels before 6.9 do not
 * know, and takes their refusal of it for one of the type.  ENOTSUPP for a
 * BTF id that is no struct_ops means that the type is there.
 */
static int
probe_struct_ops(void)
{
	int	 fd;
	LIBBPF_OPTS(bpf_map_create_opts, opts, .btf_vmlinux_value_type_id = 1);

	fd = bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, NULL, 4, 4, 1, &opts);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -KERNEL_ENOTSUPP;
}

int
probes_map_type(uint32_t type)
{
	if (type == BPF_MAP_TYPE_STRUCT_OPS)
		return probe_struct_ops();
	return libbpf_probe_bpf_map_type(type, NULL);
}

void
probes_ask_types(struct facts *f)
{
	size_t	 i;

	for (i = 0; i < f->nmaps; i++)
		probes_settle(&f->maps[i], probes_map_type(f->maps[i].type));
	for (i = 0; i < f->nprogs; i++)
		probes_settle(&f->progs[i],
		    libbpf_probe_bpf_prog_type(f->progs[i].type, NULL));
}

static const char *
status_word(enum probe_status s)
{
	switch (s) {
	case PROBE_SUPPORTED:
		return "supported";
	case PROBE_UNSUPPORTED:
		return "unsupported";
	case PROBE_DENIED:
		return "permission_denied";
	case PROBE_ERROR:
		return "probe_error";
	case PROBE_UNKNOWN:
		break;
	}
	return "unknown";
}

static void
write_probe(struct jsonw *w, const struct probe *p)
{
	const char	*text = "";

	if (p->error != 0)
		text = strerror(-p->error);
	else if (p->status == PROBE_UNSUPPORTED)
		text = "this kernel does not have it";
	jsonw_obj(w, p->name);
	jsonw_str(w, "status", status_word(p->status));
	jsonw_int(w, "error_code", p->error);
	jsonw_str(w, "error", text);
	jsonw_end(w);
}

static bool
listed(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* First the names that have always been there, then all others. */
void
probes_write_list(struct jsonw *w, const char *key, const struct probe *v, size_t n,
    const char *const *first)
{
	size_t	 i;

	jsonw_obj(w, key);
	for (i = 0; i < n; i++)
		if (listed(first, v[i].name))
			write_probe(w, &v[i]);
	for (i = 0; i < n; i++)
		if (!listed(first, v[i].name))
			write_probe(w, &v[i]);
	jsonw_end(w);
}

void
probes_write_types(struct jsonw *w, const struct facts *f)
{
	static const char *const maps[] = { "ringbuf", "perf_event_array",
	    "array", "hash", NULL };
	static const char *const progs[] = { "tracepoint", "kprobe",
	    "tracing", "xdp", NULL };

	probes_write_list(w, "map_types", f->maps, f->nmaps, maps);
	probes_write_list(w, "program_types", f->progs, f->nprogs, progs);
}
