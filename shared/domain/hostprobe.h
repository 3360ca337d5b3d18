/*
 * What is known of a host, for selection: read from a probe document (schema
 * runtime_probe.v0.1), which may come from this machine or from an agent.
 * What is not said is unknown, never a "no"; members nobody knows here are
 * skipped, so that a newer agent is understood.
 */
#ifndef DOMAIN_HOSTPROBE_H
#define DOMAIN_HOSTPROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json_in.h"

#define HOSTPROBE_SCHEMA	"runtime_probe.v0.1"
#define HOSTPROBE_MAX		((size_t)256 * 1024)	/* of a document */

enum	host_answer { HOST_UNKNOWN, HOST_YES, HOST_NO };

/* The features clients know by name; their order is that of the document. */
enum	host_feature {
	HOST_MAP_RINGBUF, HOST_MAP_PERF_EVENT_ARRAY, HOST_PROG_TRACEPOINT,
	HOST_PROG_KPROBE, HOST_PROG_TRACING, HOST_PROG_XDP,
	HOST_ATTACH_TRACEFS, HOST_ATTACH_KPROBE_EVENTS, HOST_FEATURES
};

struct	host {
	char		 hostname[256];
	char		 arch[16];	/* "amd64", "arm64"; "": unknown */
	char		 os_id[64];	/* lower case, as /etc/os-release */
	char		 os_version[64];
	char		 release[128];	/* uname -r */
	unsigned int	 kernel;	/* KVER; 0: unknown */
	enum host_answer btf;
	enum host_answer feature[HOST_FEATURES];
	bool		 restricted[HOST_FEATURES]; /* it may be there */
	char		 lockdown[32];	/* "none", ...; "": unknown */
	enum host_answer jit;
	enum host_answer lsm_bpf;	/* is "bpf" among its LSMs? */
	int		 unprivileged_disabled;	/* sysctl; -1: unknown */
};

/*
 * "probe" is the object.  ERR_INVAL with the field under "label": no
 * schema_version, a wrong type, or a text that is too long.
 */
enum err	 hostprobe_read(const struct jval *probe, const char *label,
		    struct host *, struct diag *);
/* Name of a feature in the document ("map_ringbuf"). */
const char	*host_feature_name(enum host_feature);

#define HOST_HINT_SIZE	160
/*
 * The name existing clients give to a host: "ubuntu-22.04-5.15"; "" when a
 * part is unknown.
 */
void		 host_hint(const struct host *,
		    char [static HOST_HINT_SIZE]);

#endif /* !DOMAIN_HOSTPROBE_H */
