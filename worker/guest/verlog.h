/*
 * What can be read out of a verifier log: the statistics the kernel prints
 * at its end, and libbpf's markers for what it could not resolve.  Pure
 * text work; the log comes from a guest kernel and is only read.
 */
#ifndef GUEST_VERLOG_H
#define GUEST_VERLOG_H

#include <stddef.h>
#include <stdint.h>

/* Numbers are -1 where the kernel did not print them. */
struct	verlog_stats {
	int64_t		 processed_insns;
	int64_t		 insn_limit;
	int64_t		 total_states;
	int64_t		 peak_states;
	int64_t		 max_states_per_insn;
	int64_t		 longest_mark_read;
	int64_t		 verification_time_us;
	char		 stack_depth[64]; /* "8+0", one number a subprogram */
};

void	 verlog_stats_parse(const char *log, size_t len,
	    struct verlog_stats *);

enum	poison_kind {
	POISON_CORE_RELO,	/* a CO-RE relocation had no match here */
	POISON_MAP,		/* a map that was not created */
	POISON_KFUNC		/* a kfunc this kernel does not have */
};

struct	poison {
	enum poison_kind kind;
	int64_t		 insn; /* instruction index, -1 unknown */
	int64_t		 index; /* map or extern index, -1 unknown */
	char		 detail[256]; /* libbpf's explanation, or "" */
};

#define VERLOG_POISON_MAX	16

/* Finds at most "max" markers, in order; returns how many. */
size_t	 verlog_poison_parse(const char *log, size_t len,
	    struct poison *, size_t max);
const char *poison_word(enum poison_kind);

/*
 * Whole lines at the start or the end, at most "max" bytes; a first or
 * last line longer than that is cut.
 */
size_t	 verlog_head(const char *log, size_t len, size_t max);
/* Offset where the tail begins. */
size_t	 verlog_tail(const char *log, size_t len, size_t max);

#endif /* !GUEST_VERLOG_H */
