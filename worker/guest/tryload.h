/*
 * A few instructions loaded in the place of a program, to see whether the
 * kernel takes a type, an attach point, a helper.
 */
#ifndef GUEST_TRYLOAD_H
#define GUEST_TRYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>

#include "loadhook.h"

#define INSN(c, dst, src, o, i)						\
	((struct bpf_insn){ .code = (c), .dst_reg = (dst),		\
	    .src_reg = (src), .off = (o), .imm = (i) })
#define INSN_MOV0(reg)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, (reg), 0, 0, 0)
#define INSN_CALL(id)	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, (int32_t)(id))
#define INSN_EXIT	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* A helper number no kernel will have, to see how this one says so. */
#define TRYLOAD_NO_HELPER	0x7fffff00

struct	tryload {
	int	 error;	/* 0 or negative errno */
	char	 log[4096];
};

/*
 * Loads the instructions with everything else as in "as", but without debug
 * info; true when the kernel takes them.
 */
bool	 tryload_insns(const struct prog_load *as, const struct bpf_insn *,
	    size_t, struct tryload *);
/* Nothing but "return 0". */
bool	 tryload_return(const struct prog_load *as, struct tryload *);
/* A call of one helper, licence GPL, arguments as they are at the start. */
bool	 tryload_helper(const struct prog_load *as, uint32_t id,
	    struct tryload *);
/*
 * Where the log of tryload_helper() says that there is no such helper for
 * this type, or NULL: then the kernel complained of something later.
 */
const char *tryload_no_helper(const struct tryload *, uint32_t id);
/* The kernel has no helper of that number for any type. */
bool	 tryload_past_last(const struct tryload *);

/* The last line of the log that is no statistics. */
void	 tryload_last_words(const struct tryload *, char *out, size_t size);

#endif /* !GUEST_TRYLOAD_H */
