/*
 * What a manifest expects of a kernel, held against what happened there.
 * The verdict on the kernel stays what the kernel said; this decides
 * whether it was news.  A failure that was expected does not block, a pass
 * that was not does, because the manifest is then out of date.
 */
#ifndef DOMAIN_EXPECT_H
#define DOMAIN_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

struct manifest;

/*
 * "<5.17", ">=5.4,<6.1": conditions that all hold.  Only as many numbers
 * are compared as a condition gives, so "=5.10" and "<=5.10" take in every
 * 5.10.x, and ">5.10" none of them.
 */
bool	 expect_kernels_ok(const char *ranges);
/* "release" is as uname -r says it; false when it begins with no number. */
bool	 expect_kernel_in(const char *ranges, const char *release);

struct	expect_prog {
	const char	*name;
	const char	*code;	/* of its failure; NULL: it did not fail */
};

/* What happened on one target. */
struct	expect_seen {
	const char		*profile_id;
	const char		*release;	/* of the kernel, or "" */
	bool			 told;		/* there is a verdict */
	bool			 failed;
	const char		*code;		/* of the failure, or "" */
	/* Only programs failed, so that they explain the failure. */
	bool			 by_programs;
	const struct expect_prog *progs;
	size_t			 nprogs;
};

#define EXPECT_TEXT_MAX	400

struct	expect_result {
	bool		 applies;	/* the manifest expects something */
	bool		 fail;		/* namely a failure */
	const char	*code, *reason, *program;	/* of the manifest */
	bool		 met;
	bool		 unexpected_pass;
	bool		 blocks;	/* a required target stops the run */
	char		 text[EXPECT_TEXT_MAX];	/* one sentence */
};

/* Always fills *res; its pointers are the manifest's. */
void	 expect_judge(const struct manifest *, const struct expect_seen *,
	    struct expect_result *res);

#endif /* !DOMAIN_EXPECT_H */
