#include "domain/hostprobe.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "domain/features.h"

static const char *const names[HOST_FEATURES] = {
	[HOST_MAP_RINGBUF] = "map_ringbuf",
	[HOST_MAP_PERF_EVENT_ARRAY] = "map_perf_event_array",
	[HOST_PROG_TRACEPOINT] = "prog_tracepoint",
	[HOST_PROG_KPROBE] = "prog_kprobe",
	[HOST_PROG_TRACING] = "prog_tracing",
	[HOST_PROG_XDP] = "prog_xdp",
	[HOST_ATTACH_TRACEFS] = "attach_tracefs",
	[HOST_ATTACH_KPROBE_EVENTS] = "attach_kprobe_events",
};

const char *
host_feature_name(enum host_feature f)
{
	return names[f];
}

/* Takes a text; what is there and of another type or too long is an error. */
struct	reading {
	const char	*label;
	struct diag	*d;
	enum err	 e;	/* the first */
};

static void
take_text(struct reading *r, const struct jval *obj, const char *part,
    const char *key, char *out, size_t size)
{
	const struct jval	*v = jval_get(obj, key);
	const char		*s = jval_str(v, NULL);
	char			 field[DIAG_FIELD_MAX];

	if (v == NULL || jval_type(v) == JVAL_NULL || r->e != ERR_OK)
		return;
	if (s != NULL && strlen(s) < size) {
		snprintf(out, size, "%s", s);
		return;
	}
	snprintf(field, sizeof(field), "%s.%s.%s", r->label, part, key);
	r->e = diag_set(r->d, ERR_INVAL, field, "%s must be a text of less "
	    "than %zu bytes", field, size);
}

static enum host_answer
answer_of(const struct jval *v)
{
	if (v == NULL || jval_type(v) != JVAL_BOOL)
		return HOST_UNKNOWN;
	return jval_bool(v, false) ? HOST_YES : HOST_NO;
}

static void
read_features(const struct jval *all, struct host *h)
{
	for (int i = 0; i < HOST_FEATURES; i++) {
		const struct jval	*f = jval_get(all, names[i]);
		const char		*s = jval_get_str(f, "status", "");

		h->feature[i] = strcmp(s, "supported") == 0 ? HOST_YES :
		    strcmp(s, "unsupported") == 0 ? HOST_NO : HOST_UNKNOWN;
		h->restricted[i] = jval_get_bool(f, "restricted", false);
	}
}

static void
read_facts(struct reading *r, const struct jval *facts, struct host *h)
{
	const struct jval	*lsm = jval_get(jval_get(facts, "lsm"),
				    "value");
	const struct jval	*jit = jval_get(jval_get(facts, "jit"),
				    "value");

	take_text(r, jval_get(facts, "lockdown"), "facts.lockdown", "value",
	    h->lockdown, sizeof(h->lockdown));
	if (lsm != NULL && jval_type(lsm) == JVAL_ARR) {
		h->lsm_bpf = HOST_NO;
		for (size_t i = 0; i < jval_len(lsm); i++)
			if (strcmp(jval_str(jval_at(lsm, i), ""), "bpf") == 0)
				h->lsm_bpf = HOST_YES;
	}
	if (jit != NULL && jval_type(jit) == JVAL_INT)
		h->jit = jval_int(jit, 0) != 0 ? HOST_YES : HOST_NO;
	h->unprivileged_disabled = (int)jval_get_int(jval_get(facts,
	    "unprivileged_bpf_disabled"), "value", -1);
}

enum err
hostprobe_read(const struct jval *probe, const char *label, struct host *h,
    struct diag *d)
{
	struct reading	 r = { label, d, ERR_OK };
	const struct jval *host = jval_get(probe, "host");
	const struct jval *os = jval_get(probe, "os");

	memset(h, 0, sizeof(*h));
	h->unprivileged_disabled = -1;
	if (probe == NULL || jval_type(probe) != JVAL_OBJ ||
	    jval_get_str(probe, "schema_version", "")[0] == '\0')
		return diag_set(d, ERR_INVAL, label, "%s must be what "
		    "\"bpfcompat runtime probe\" prints: an object with a "
		    "schema_version", label);
	take_text(&r, host, "host", "hostname", h->hostname,
	    sizeof(h->hostname));
	take_text(&r, host, "host", "arch", h->arch, sizeof(h->arch));
	take_text(&r, os, "os", "id", h->os_id, sizeof(h->os_id));
	take_text(&r, os, "os", "version_id", h->os_version,
	    sizeof(h->os_version));
	take_text(&r, jval_get(probe, "kernel"), "kernel", "release",
	    h->release, sizeof(h->release));
	for (char *p = h->os_id; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	h->kernel = kver_parse(h->release);
	h->btf = answer_of(jval_get(jval_get(probe, "btf"),
	    "kernel_available"));
	read_features(jval_get(probe, "features"), h);
	read_facts(&r, jval_get(probe, "facts"), h);
	return r.e;
}

void
host_hint(const struct host *h, char out[static HOST_HINT_SIZE])
{
	const char	*dot = strchr(h->os_version, '.');
	char		 kernel[KVER_TEXT_SIZE];
	size_t		 n = strlen(h->os_version);

	out[0] = '\0';
	if (h->os_id[0] == '\0' || n == 0 || h->kernel == 0)
		return;
	if (dot != NULL && (dot = strchr(dot + 1, '.')) != NULL)
		n = (size_t)(dot - h->os_version);
	snprintf(out, HOST_HINT_SIZE, "%s-%.*s-%s", h->os_id, (int)n,
	    h->os_version, kver_text(h->kernel, kernel));
}
