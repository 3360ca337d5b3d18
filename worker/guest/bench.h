/*
 * The place where something of the object is tried: a child process that
 * inherits the prepared object, a buffer for the verifier's log, and memory
 * for what the child has to say.  A crash of libbpf kills the child only,
 * and what one attempt did is gone with it.
 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "capture.h"

struct bpf_object;
struct prog;
struct run;

/* At most so many programs are loaded by one child. */
#define BENCH_BATCH	16
#define BENCH_MESSAGES	(64 * 1024)

/* What a child leaves for its parent, in shared memory. */
struct	report {
	int		 done;
	int		 error;	/* 0 or negative */
	struct {
		uint32_t jited;
		uint32_t xlated;
	}		 len[BENCH_BATCH]; /* of each program loaded */
	size_t		 messages_len;
	char		 messages[BENCH_MESSAGES];
};

struct	bench {
	struct run	*run;
	struct report	*rep;	/* NULL: the bench could not be set up */
	char		*log;
	size_t		 log_size;
	struct bpf_object *aux; /* opened besides run->obj when needed */
	bool		 aux_tried;
};

bool	 bench_open(struct bench *, struct run *);
void	 bench_close(struct bench *);
/* Shared with children to come; NULL without memory.  munmap(2) it. */
void	*bench_share(size_t);

/* Starts a child; 0 in it, its pid in the parent, -1 when that fails. */
pid_t	 bench_fork(struct bench *);
/* In the child: leaves error and libbpf's words, and ends it. */
void	 bench_finish(struct bench *, struct capture *, int error)
	    __attribute__((noreturn));
/* Kills the child and returns false when it is not done in time. */
bool	 bench_in_time(pid_t, int ms);
/* Waits; a child that died without a word leaves an error all the same. */
void	 bench_wait(struct bench *, pid_t);
/* Gives the log's pages back when any was used. */
void	 bench_log_reset(struct bench *, size_t used);

/*
 * A second object, for attempts that cannot start from run->obj.  Maps
 * known to fail are left out, so that only programs that use them suffer.
 * "prepare": every program is switched on, maps and relocations are done.
 * NULL when it does not come so far.
 */
struct bpf_object *bench_aux(struct bench *, bool prepare);
/* The object to try this program from; its state is shared, so fork first. */
struct bpf_object *bench_template(struct bench *, const struct prog *);

#endif /* !GUEST_BENCH_H */
