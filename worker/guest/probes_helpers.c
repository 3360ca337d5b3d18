/*
 * Which helpers each type of program may call.  A type is asked only when a
 * program of it that does nothing loads, and when this kernel's refusal of a
 * helper that cannot exist is understood.
 */
#include <errno.h>
#include <string.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "facts.h"
#include "helpers.h"
#include "tryload.h"

/* A function and a hook that are there since 5.8 where BTF is. */
#define SOME_FUNCTION	"bpf_fentry_test1"
#define SOME_HOOK	"file_open"

static const struct {
	enum bpf_prog_type type;
	int		 attach; /* expected attach type */
	uint32_t	 flags;
	const char	*target; /* of tracing and security programs */
} types[] = {
	{ BPF_PROG_TYPE_KPROBE, 0, 0, NULL },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, 0, SOME_FUNCTION },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 0, SOME_HOOK },
	{ BPF_PROG_TYPE_SCHED_CLS, 0, 0, NULL },
	{ BPF_PROG_TYPE_XDP, 0, 0, NULL },
	{ BPF_PROG_TYPE_TRACEPOINT, 0, 0, NULL },
	{ BPF_PROG_TYPE_CGROUP_SKB, 0, 0, NULL },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 0, NULL },
	{ BPF_PROG_TYPE_SOCK_OPS, 0, 0, NULL },
	{ BPF_PROG_TYPE_SYSCALL, 0, BPF_F_SLEEPABLE, NULL },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, NULL },
	{ BPF_PROG_TYPE_PERF_EVENT, 0, 0, NULL },
	{ BPF_PROG_TYPE_SK_MSG, 0, 0, NULL },
	{ BPF_PROG_TYPE_SK_SKB, 0, 0, NULL },
	{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0, NULL },
	{ BPF_PROG_TYPE_SOCKET_FILTER, 0, 0, NULL },
	{ BPF_PROG_TYPE_CGROUP_SOCK, 0, 0, NULL },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, 0, NULL },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, 0, 0, NULL },
	{ BPF_PROG_TYPE_SK_REUSEPORT, 0, 0, NULL },
	{ BPF_PROG_TYPE_LWT_XMIT, 0, 0, NULL },
};

void
probes_list_helpers(struct facts *f)
{
	size_t	 i;

	f->nhelpers = 0;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		f->helpers[f->nhelpers++] = (struct helper_probe){
		    .type = types[i].type, .late = true,
		    .name = libbpf_bpf_prog_type_str(types[i].type) };
}

/* The last number this kernel has; those behind it need not be asked for. */
static uint32_t
first_unknown(const struct prog_load *l)
{
	struct tryload	 t;
	uint32_t	 id = helper_end();

	if (id > HELPER_BITS)
		id = HELPER_BITS;
	while (id > 1 && !tryload_helper(l, id - 1, &t) &&
	    tryload_past_last(&t))
		id--;
	return id;
}

/* Where it cannot be asked at all, it is not late either. */
static void
ask_type(struct helper_probe *h, const struct prog_load *l, int64_t deadline)
{
	struct tryload	 t;
	uint32_t	 id, end;

	if (time_mono_ms() > deadline)
		return;
	h->late = false;
	if (!tryload_return(l, &t) ||
	    tryload_helper(l, TRYLOAD_NO_HELPER, &t) ||
	    tryload_no_helper(&t, TRYLOAD_NO_HELPER) == NULL)
		return;
	h->late = true;
	end = first_unknown(l);
	for (id = 1; id < end; id++) {
		if (time_mono_ms() > deadline)
			return;
		if (tryload_helper(l, id, &t) ||
		    tryload_no_helper(&t, id) == NULL)
			h->known[id / 8] |= (uint8_t)(1U << (id % 8));
	}
	h->asked = true;
	h->late = false;
}

bool
probes_helpers_late(const struct facts *f)
{
	size_t	 i;

	for (i = 0; i < f->nhelpers; i++)
		if (f->helpers[i].late)
			return true;
	return false;
}

void
probes_ask_helpers(struct facts *f, const struct btf *btf, int64_t deadline)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	struct prog_load	 l = { .license = "GPL", .opts = &opts };
	size_t			 i;
	int			 id;

	for (i = 0; i < f->nhelpers; i++) {
		if (!f->helpers[i].late)
			continue;
		l.type = types[i].type;
		opts.expected_attach_type =
		    (enum bpf_attach_type)types[i].attach;
		opts.prog_flags = types[i].flags;
		opts.attach_btf_id = 0;
		if (types[i].target != NULL) {
			id = probes_target(btf, types[i].target,
			    types[i].attach);
			if (id < 0) {
				f->helpers[i].late = false;
				continue;
			}
			opts.attach_btf_id = (uint32_t)id;
		}
		ask_type(&f->helpers[i], &l, i == 0 ? INT64_MAX : deadline);
	}
}

static bool
has_bit(const struct helper_probe *h, uint32_t id)
{
	return (h->known[id / 8] & (1U << (id % 8))) != 0;
}

int
probes_helper(const struct facts *f, uint32_t type, uint32_t id)
{
	const struct helper_probe	*mine = NULL;
	uint32_t			 last = 0, n;
	size_t				 i;

	for (i = 0; i < f->nhelpers; i++) {
		if (!f->helpers[i].asked)
			continue;
		if (f->helpers[i].type == type)
			mine = &f->helpers[i];
		for (n = last + 1; n < HELPER_BITS; n++)
			if (has_bit(&f->helpers[i], n))
				last = n;
	}
	if (mine == NULL || id == 0)
		return -1;
	if (id < HELPER_BITS && has_bit(mine, id))
		return 1;
	if (type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM)
		return id > last ? 0 : -1;
	return 0;
}

/* By number: the names of a kernel's helpers are the same everywhere. */
void
probes_write_helpers(struct jsonw *w, const struct facts *f)
{
	const struct helper_probe	*h;
	size_t				 i, id;

	jsonw_obj(w, "helpers");
	for (i = 0; i < f->nhelpers; i++) {
		h = &f->helpers[i];
		if (!h->asked || h->name == NULL)
			continue;
		jsonw_arr(w, h->name);
		for (id = 1; id < HELPER_BITS; id++)
			if (has_bit(h, (uint32_t)id))
				jsonw_int(w, NULL, (int64_t)id);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_bool(w, "helpers_complete", !probes_helpers_late(f));
	if (!probes_helpers_late(f))
		return;
	jsonw_arr(w, "helpers_not_listed");
	for (i = 0; i < f->nhelpers; i++)
		if (f->helpers[i].late && f->helpers[i].name != NULL)
			jsonw_str(w, NULL, f->helpers[i].name);
	jsonw_end(w);
}
