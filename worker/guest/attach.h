/*
 * How one program is attached: attach.c has the table of kinds, the other
 * attach_*.c the kinds themselves and the little each needs set up.
 *
 * A kind says what it tries (attach_tried), and a program counts as attached
 * only when the kernel, asked afterwards, lists it (attach_check.c).  What
 * was made for it is undone in reverse order (attach_undo.c).
 */
#ifndef GUEST_ATTACH_H
#define GUEST_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/bpf.h>

struct bpf_link;
struct bpf_object;
struct bpf_program;
struct map;
struct prog;
struct run;
struct undo;

/* Interfaces to put a program on, best first. */
enum	iface_kind { IFACE_VETH, IFACE_DUMMY, IFACE_LO };

/* Set-up shared by the attempts of one run, made when first needed. */
struct	attach_env {
	struct undo	*undo;	/* newest first */
	bool		 netns;	/* we are in a network namespace of our own */
	int		 netns_error; /* 0 or negative */
	int		 ifaces; /* names given so far */
	unsigned int	 routes; /* the same */
	enum iface_kind	 best;	/* better ones could not be made */
	int		 cgroup_fd; /* -1: not made */
	char		 cgroup_path[64];
	struct bpf_link	*lo_xdp; /* owned by "undo" */
};

/* One attempt.  The kind fills in what it learned. */
struct	attach_try {
	struct run	*run;
	struct attach_env *env;
	struct prog	*rec;	/* its record in the run */
	struct bpf_program *prog;
	const char	*section;
	const char	*target; /* behind the section's slash, or NULL */
	struct bpf_link	*link;	/* out; NULL for kinds without one */
	char		 where[128]; /* out: what it was attached to */
	char		 why[192]; /* out: for ATTACH_NOT_HERE, or with an
				    * error that needs words */
};

/* Returned when a program of this kind cannot be judged in this guest. */
#define ATTACH_NOT_HERE	1

struct attach_to;
/* attach_declared.c: where the plan says, for a section without a target. */
int	 attach_declared(struct attach_try *, const struct attach_to *);

/* Sets "why" and returns ATTACH_NOT_HERE. */
int	 attach_not_here(struct attach_try *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * Notes one attempt: "what" (static) was done on "on" (NULL: t->where or
 * t->target) with this outcome, 0 or negative errno.  Returns the outcome.
 */
int	 attach_tried(struct attach_try *, const char *what, const char *on,
	    int err);
/*
 * The link libbpf returned for "what": 0 or negative errno.  The link is
 * kept until attach_undo(), and looked up in the kernel.
 */
int	 attach_took(struct attach_try *, const char *what,
	    struct bpf_link *);

/* Kinds: 0, negative errno, or ATTACH_NOT_HERE. */
int	 attach_auto(struct attach_try *);
int	 attach_kprobe(struct attach_try *);
int	 attach_iter(struct attach_try *);
int	 attach_perf_event(struct attach_try *);
int	 attach_cgroup(struct attach_try *);
int	 attach_syscall(struct attach_try *);
int	 attach_xdp(struct attach_try *);
int	 attach_xdp_map(struct attach_try *);
int	 attach_tc(struct attach_try *);
int	 attach_action(struct attach_try *);
int	 attach_lwt(struct attach_try *);
int	 attach_netns(struct attach_try *);
int	 attach_netfilter(struct attach_try *);
int	 attach_sockmap(struct attach_try *);
int	 attach_socket(struct attach_try *);

/* attach_ops.c: all struct_ops maps and the programs in them. */
void	 attach_struct_ops(struct run *, struct attach_env *);
/* attach.c: writes the outcome of one program down. */
void	 attach_settle(struct attach_try *, int err);

/* attach_net.c: 0 or negative errno. */
int	 attach_netns_enter(struct attach_env *);
/* The name of an interface for one program, also put into "where". */
int	 attach_iface(struct attach_try *, char *name);
/* Hands a descriptor over, to stay open until attach_undo(). */
void	 attach_hold(struct attach_try *, int fd);

/*
 * attach_check.c: does the kernel list the program?  0: yes, or it cannot
 * be asked; -ENODATA: it denies it, with "why" set.  Each notes an attempt.
 */
int	 attach_check_link(struct attach_try *);
/* "target": descriptor or interface, as "type" wants it. */
int	 attach_check_query(struct attach_try *, int target,
	    enum bpf_attach_type type);
/* The id a query said, against the program's own. */
int	 attach_check_id(struct attach_try *, const char *what, int err,
	    uint32_t id);

/* attach_undo.c: takes the argument over; on lack of memory undoes at once. */
void	 undo_link(struct attach_env *, struct bpf_link *);
void	 undo_fd(struct attach_env *, int fd);
void	 undo_iface(struct attach_env *, const char *name);
void	 undo_cgroup(struct attach_env *, int fd, const char *path);
void	 undo_attached(struct attach_env *, int prog_fd, int target_fd,
	    enum bpf_attach_type);

#endif /* !GUEST_ATTACH_H */
