/*
 * All that is asked of a guest's kernel, and how the answers of a guest that
 * is saved are kept for its clones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "facts.h"

/* In memory, so it is gone with the boot it is true for. */
#define ANSWERS	"/run/bpfcompat-probes"

/*
 * Some thousand little programs are loaded to know the helpers of each type:
 * two seconds under emulation, more on a busy machine, and a guest that is to
 * be saved has to be ready in time (half of the boot's deadline, 45 s as it
 * comes).  Each guest goes on with the types that were left out then.  What
 * is missing after that is named, and only missed in the list: a program that
 * fails has its own helpers asked for.
 */
#define HELPERS_KEEP_MS	15000
#define HELPERS_MS	1000

static void
list_types(struct facts *f)
{
	probes_list_types(f);
	probes_list_helpers(f);
	probes_list_attach(f);
}

int
probes_target(const struct btf *btf, const char *name, int attach_type)
{
	const char	*prefix = attach_type == BPF_TRACE_RAW_TP ?
			    "btf_trace_" : attach_type == BPF_TRACE_ITER ?
			    "bpf_iter_" : attach_type == BPF_LSM_MAC ||
			    attach_type == BPF_LSM_CGROUP ? "bpf_lsm_" : "";
	char		 full[128];

	if (btf == NULL)
		return -ENOENT;
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return btf__find_by_name_kind(btf, full,
	    attach_type == BPF_TRACE_RAW_TP ? BTF_KIND_TYPEDEF :
	    BTF_KIND_FUNC);
}

static void
ask_kernel(struct facts *f, int ms)
{
	struct btf	*btf = btf__load_vmlinux_btf();

	probes_ask_types(f);
	probes_ask_attach(f, btf);
	probes_ask_helpers(f, btf, time_mono_ms() + ms);
	btf__free(btf);
}

static void
write_bits(FILE *out, const struct helper_probe *h)
{
	size_t	 i;

	for (i = 0; h->asked && i < sizeof(h->known); i++)
		fprintf(out, "%02x", h->known[i]);
	fputs(h->asked ? "\n" : h->late ? "?\n" : "-\n", out);
}

static bool
read_bits(FILE *in, struct helper_probe *h)
{
	char		 line[HELPER_BITS / 4 + 4];
	unsigned	 byte;
	size_t		 i;

	if (fgets(line, sizeof(line), in) == NULL)
		return false;
	h->late = line[0] == '?';
	h->asked = line[0] != '-' && !h->late;
	for (i = 0; h->asked && i < sizeof(h->known); i++) {
		if (sscanf(line + 2 * i, "%2x", &byte) != 1)
			return false;
		h->known[i] = (uint8_t)byte;
	}
	return true;
}

/*
 * The kept answers are one line for the kernel, then one a type, a kind of
 * attaching, and the helpers of a type.
 */
static bool
write_answers(FILE *out, const char *kernel, const struct facts *f)
{
	size_t	 i;

	fprintf(out, "%s\n", kernel);
	for (i = 0; i < f->nmaps; i++)
		fprintf(out, "%d %d\n", (int)f->maps[i].status,
		    f->maps[i].error);
	for (i = 0; i < f->nprogs; i++)
		fprintf(out, "%d %d\n", (int)f->progs[i].status,
		    f->progs[i].error);
	for (i = 0; i < f->nattach; i++)
		fprintf(out, "%d %d\n", (int)f->attach[i].status,
		    f->attach[i].error);
	for (i = 0; i < f->nhelpers; i++)
		write_bits(out, &f->helpers[i]);
	return fflush(out) == 0 && !ferror(out);
}

static bool
read_answer(FILE *in, struct probe *p)
{
	char	 line[64], *end;
	long	 status;

	if (fgets(line, sizeof(line), in) == NULL)
		return false;
	status = strtol(line, &end, 10);
	if (*end != ' ' || status < 0 || status > PROBE_ERROR)
		return false;
	p->status = (enum probe_status)status;
	p->error = (int)strtol(end, &end, 10);
	return *end == '\n';
}

static bool
read_answers(struct facts *f, const char *kernel)
{
	FILE	*in = fopen(ANSWERS, "re");
	char	 line[512];
	size_t	 i;
	bool	 ok;

	if (in == NULL)
		return false;
	ok = fgets(line, sizeof(line), in) != NULL;
	line[ok ? strcspn(line, "\n") : 0] = '\0';
	ok = ok && strcmp(line, kernel) == 0;
	for (i = 0; ok && i < f->nmaps; i++)
		ok = read_answer(in, &f->maps[i]);
	for (i = 0; ok && i < f->nprogs; i++)
		ok = read_answer(in, &f->progs[i]);
	for (i = 0; ok && i < f->nattach; i++)
		ok = read_answer(in, &f->attach[i]);
	for (i = 0; ok && i < f->nhelpers; i++)
		ok = read_bits(in, &f->helpers[i]);
	fclose(in);
	return ok;
}

bool
probes_keep(const char *kernel)
{
	struct facts	 f;
	FILE		*out;
	bool		 ok;

	memset(&f, 0, sizeof(f));
	list_types(&f);
	ask_kernel(&f, HELPERS_KEEP_MS);
	if ((out = fopen(ANSWERS ".new", "we")) == NULL)
		return false;
	ok = write_answers(out, kernel, &f);
	ok = fclose(out) == 0 && ok;
	return ok && rename(ANSWERS ".new", ANSWERS) == 0;
}

/* With what the guest that was saved had no time for. */
static void
go_on(struct facts *f)
{
	struct btf	*btf = btf__load_vmlinux_btf();

	probes_ask_helpers(f, btf, time_mono_ms() + HELPERS_MS);
	btf__free(btf);
}

void
probes_run(struct facts *f, bool ask, const char *kernel)
{
	size_t	 i;

	list_types(f);
	if (!ask) {
		for (i = 0; i < f->nhelpers; i++)
			f->helpers[i].late = false;
		return;
	}
	f->cached = read_answers(f, kernel);
	if (!f->cached) {
		list_types(f);
		ask_kernel(f, HELPERS_MS);
	} else if (probes_helpers_late(f)) {
		go_on(f);
	}
}

void
probes_write(struct jsonw *w, const struct facts *f)
{
	static const char *const none[] = { NULL };

	probes_write_types(w, f);
	probes_write_list(w, "attach_kinds", f->attach, f->nattach, none);
	probes_write_helpers(w, f);
}
