/*
 * The manifest: what a project knows about its object that the object does
 * not say itself.  How its loader sizes maps and chooses between programs,
 * which programs have to attach, which commands show that it works, and
 * where it is known not to work.  doc/bpfcompat-manifest.5 is the format.
 *
 * Every limit of the guest is checked here, so a manifest that is accepted
 * can be carried out.
 */
#ifndef DOMAIN_MANIFEST_H
#define DOMAIN_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/yaml_in.h"
#include "domain/profile.h"
#include "store/store_job.h"

#define MANIFEST_MAX		YAML_FILE_MAX
#define MANIFEST_PROGRAMS_MAX	1024
#define MANIFEST_MAPS_MAX	256
#define MANIFEST_TYPES_MAX	128
#define MANIFEST_GROUPS_MAX	64
#define MANIFEST_VARIANTS_MAX	32	/* in one group */
#define MANIFEST_COMPANIONS_MAX	128
#define MANIFEST_TESTS_MAX	32
#define MANIFEST_EXPECT_MAX	256
#define MANIFEST_NAME_MAX	64	/* programs, maps, groups */
#define MANIFEST_COMMAND_MAX	1000
#define MANIFEST_TEST_MAX_MS	(5 * 60 * 1000)
#define MANIFEST_TEST_MS	10000	/* when none is given */

/* entries: 0 unchanged, MANIFEST_CPUS one per possible CPU. */
#define MANIFEST_CPUS		(-1)

struct	manifest_prog {
	char	*name;
	char	*section, *type;	/* "" or to be checked */
	char	*kind;			/* of the attach, or "" */
	char	*target;		/* "category/name", symbol or "" */
	bool	 required;		/* has to attach */
};

struct	manifest_map {
	char		*name;
	int64_t		 entries;
	uint32_t	 ringbuf_bytes;	/* 0: no inner ring buffer */
	char		*inner_type;	/* "": no inner map */
	uint32_t	 inner_key, inner_value, inner_entries;
};

struct	manifest_type {
	char	*selector;		/* program or section name */
	char	*type;
};

struct	manifest_variant {
	char		*name;
	uint32_t	 helper;	/* gate: helper id, 0 none */
	bool		 trial;		/* gate: does it load? */
};

struct	manifest_group {
	char			*name;
	struct manifest_variant	*v;	/* in order of preference */
	size_t			 n;
};

struct	manifest_test {
	char	*name, *command;
	char	*out, *err;		/* contained in the output; or "" */
	bool	 required;
	int	 timeout_s;
	int	 exit_code;
};

/* What is known beforehand about some kernels; expect.h judges it. */
struct	manifest_expect {
	char	**profiles;		/* ids or globs; none: all */
	size_t	 nprofiles;
	char	*kernels;		/* "<5.17", ">=5.4,<6.1"; or "" */
	char	*program;		/* "": the target as a whole */
	bool	 fail;			/* else it has to pass */
	char	*code;			/* of the failure; "": any */
	char	*reason;		/* for people, or "" */
	bool	 allow_pass;		/* an unexpected pass does not block */
};

struct	manifest {
	char			*label;	/* the file, for messages */
	char			*name;
	struct manifest_prog	*progs;
	size_t			 nprogs;
	struct manifest_map	*maps;
	size_t			 nmaps;
	struct manifest_type	*types;
	size_t			 ntypes;
	struct manifest_group	*groups;
	size_t			 ngroups;
	char			**companions;
	size_t			 ncompanions;
	char			**required;	/* profile ids */
	size_t			 nrequired;
	struct manifest_test	*tests;
	size_t			 ntests;
	struct manifest_expect	*expects;
	size_t			 nexpects;
};

/*
 * ERR_SYNTAX or ERR_INVAL with "label:line: key: what is wrong".  With
 * "known" a profile that the catalogue does not have is an error.  On ERR_OK
 * the caller releases *m with manifest_clear().
 */
enum err	 manifest_parse(const char *label, const char *text,
		    size_t len, const struct profile_set *known,
		    struct manifest *m, struct diag *);
void		 manifest_clear(struct manifest *);

/*
 * Every profile of required_profiles becomes a required target; ERR_INVAL
 * names the first one that is no target at all.
 */
enum err	 manifest_targets(const struct manifest *,
		    struct job_target_new *, size_t n, struct diag *);

/*
 * The plan that tells the guest what to do (worker/guest/functional.h).
 * "mode" is the validation mode; load_only and load_attach run no tests.
 */
enum err	 manifest_plan(const struct manifest *, const char *mode,
		    struct buf *);

/*
 * The manifest as a file that manifest_parse() reads, with one more test;
 * *m may be all zero.  A name that is there already shows when it is read.
 */
enum err	 manifest_write(const struct manifest *m,
		    const struct manifest_test *more, struct buf *);

/* The number of a helper that a manifest may name, or 0. */
uint32_t	 manifest_helper(const char *word);

#endif /* !DOMAIN_MANIFEST_H */
