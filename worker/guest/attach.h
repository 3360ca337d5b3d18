/*
 * How one program is attached: attach.c has the table of kinds, the other
 * attach_*.c the kinds themselves and the little each needs set up.
 */
#ifndef GUEST_ATTACH_H
#define GUEST_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

struct bpf_link;
struct bpf_object;
struct bpf_program;
struct run;

/* Set-up shared by the attempts of one run, made when first needed. */
struct	attach_env {
	bool		 netns;	/* we are in a network namespace of our own */
	int		 netns_error; /* 0 or negative */
	int		 ifaces; /* made so far */
	bool		 no_dummy; /* use the loopback interface */
	int		 cgroup_fd; /* -1: not made */
	char		 cgroup_path[64];
	struct bpf_link	*lo_xdp; /* into the run's links */
};

/* One attempt.  The kind fills in what it learned. */
struct	attach_try {
	struct run	*run;
	struct attach_env *env;
	struct bpf_program *prog;
	const char	*section;
	const char	*target; /* behind the section's slash, or NULL */
	struct bpf_link	*link;	/* out; NULL for kinds without one */
	char		 where[128]; /* out: what it was attached to */
	char		 why[192]; /* out: for ATTACH_NOT_HERE */
};

/* Returned when a program of this kind cannot be judged in this guest. */
#define ATTACH_NOT_HERE	1

/* Sets "why" and returns ATTACH_NOT_HERE. */
int	 attach_not_here(struct attach_try *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* The link libbpf returned: 0 or negative errno. */
int	 attach_took(struct attach_try *, struct bpf_link *);

/* Kinds: 0, negative errno, or ATTACH_NOT_HERE. */
int	 attach_auto(struct attach_try *);
int	 attach_kprobe(struct attach_try *);
int	 attach_iter(struct attach_try *);
int	 attach_perf_event(struct attach_try *);
int	 attach_cgroup(struct attach_try *);
int	 attach_xdp(struct attach_try *);
int	 attach_tc(struct attach_try *);
int	 attach_netns(struct attach_try *);
int	 attach_netfilter(struct attach_try *);
int	 attach_sockmap(struct attach_try *);
int	 attach_socket(struct attach_try *);

/* rtnl.c: interfaces by netlink; 0 or negative errno. */
int	 rtnl_add_link(const char *name, const char *kind);
int	 rtnl_up(const char *name);

#endif /* !GUEST_ATTACH_H */
