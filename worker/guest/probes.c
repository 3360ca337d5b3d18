/*
 * Which map and program types the kernel takes.  libbpf's probes answer
 * 1, 0 or an error; that is kept apart, so that "no" is never "don't know".
 */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/json_out.h"
#include "facts.h"

static void
settle(struct probe *p, int ret)
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
probes_run(struct facts *f, bool ask)
{
	struct probe	*p;
	const char	*name;
	uint32_t	 t;

	for (t = 1; t < PROBES_MAX; t++) {
		if ((name = libbpf_bpf_map_type_str(t)) == NULL)
			break;
		p = &f->maps[f->nmaps++];
		p->type = t;
		p->name = name;
		if (ask)
			settle(p, libbpf_probe_bpf_map_type(t, NULL));
	}
	for (t = 1; t < PROBES_MAX; t++) {
		if ((name = libbpf_bpf_prog_type_str(t)) == NULL)
			break;
		p = &f->progs[f->nprogs++];
		p->type = t;
		p->name = name;
		if (ask)
			settle(p, libbpf_probe_bpf_prog_type(t, NULL));
	}
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
		text = "this kernel does not know the type";
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
static void
write_list(struct jsonw *w, const char *key, const struct probe *v, size_t n,
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
probes_write(struct jsonw *w, const struct facts *f)
{
	static const char *const maps[] = { "ringbuf", "perf_event_array",
	    "array", "hash", NULL };
	static const char *const progs[] = { "tracepoint", "kprobe",
	    "tracing", "xdp", NULL };

	write_list(w, "map_types", f->maps, f->nmaps, maps);
	write_list(w, "program_types", f->progs, f->nprogs, progs);
}
