/*
 * A profile names one kernel a user cares about and says where it comes
 * from; the set of all profiles is the kernel catalogue.  One file
 * matrices/profiles/ID.yaml each.
 */
#ifndef DOMAIN_PROFILE_H
#define DOMAIN_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "base/yaml_in.h"

#define PROFILE_ID_MAX		64
#define PROFILES_MAX		512
#define PROFILE_SUITES_MAX	8
#define PROFILE_SYSCTLS_MAX	16
#define PROFILE_SYSCTL_LEN	120
/* The longest list profile_env_word() gives. */
#define PROFILE_ENV_WORD_MAX	256

enum	profile_source {
	PROFILE_PACKAGE,	/* a distribution's kernel package */
	PROFILE_URL,		/* a disk image to download */
	PROFILE_LOCAL		/* a file the operator supplies */
};

/*
 * How a variant's guest differs from that of its base.  A kernel is the same
 * file in every variant; these are the policies it runs under.
 */
struct	profile_env {
	char	*cmdline;	/* further kernel parameters, or "" */
	char	*sysctl[PROFILE_SYSCTLS_MAX];	/* "net.core.x=0" */
	int	 nsysctls;
	int	 memlock_kb;	/* of who loads; 0: without limit */
	bool	 hide_btf;	/* /sys/kernel/btf is empty */
};

struct	profile {
	char			*id;
	/*
	 * A variant has all that follows from its base, once the set was
	 * read: profile_set_load() fills it in.
	 */
	char			*base;	/* "": no variant */
	const struct profile	*of;	/* that profile; belongs to the set */
	struct profile_env	 env;
	char			*distro;
	char			*version;	/* may be "" */
	char			*kernel_family;
	char			*arch;		/* "x86_64" or "arm64" */
	enum profile_source	 source;
	/* PROFILE_PACKAGE */
	char			*suite[PROFILE_SUITES_MAX];
	int			 nsuites;
	char			*line;	/* "6.12"; "": the newest of all */
	char			*flavour;	/* "cloud", "generic", "rt" */
	/* PROFILE_URL, PROFILE_LOCAL; "" when not given */
	char			*image_url;
	char			*image_path;
	char			*image_sha256;
	/* the guest */
	int			 memory_mb;
	int			 cpus;
	char			*cmdline;	/* extra kernel parameters or "" */
	bool			 says_btf;	/* expected_btf was given */
	bool			 expected_btf;
};

/* ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ */
bool			 profile_id_ok(const char *);

/*
 * Reads one file; its id must be the file's name without ".yaml".  "label"
 * is how messages name the file.  On ERR_OK the caller frees with
 * profile_free().
 */
enum err		 profile_load(const char *path, const char *label,
			    struct profile **, struct diag *);
enum err		 profile_parse(const char *label, const char *text,
			    size_t len, const char *id, struct profile **,
			    struct diag *);
void			 profile_free(struct profile *);

/* The profile whose kernel this one boots: itself, or its base. */
const struct profile	*profile_kernel(const struct profile *);
/*
 * Difference "i" from the base in a few words ("lockdown=integrity", "sysctl
 * net.core.bpf_jit_enable=0"); NULL behind the last.
 */
const char		*profile_env_word(const struct profile *, int i,
			    char out[PROFILE_ENV_WORD_MAX]);
/* Kernel parameters: printable ASCII, no quotes or backslashes. */
bool			 profile_cmdline_ok(const char *);
/* profile_variant.c: the keys of "environment", and what it must have. */
extern const struct ykey profile_env_keys[];
enum err		 profile_env_read(const struct ydoc *,
			    const struct yval *, struct profile *,
			    struct diag *);
void			 profile_env_clear(struct profile_env *);
/* Takes from the base what a variant does not say. */
enum err		 profile_inherit(struct profile *,
			    const struct profile *base);

/* What /api/profiles reports. */
const char		*profile_source_mode(const struct profile *);
/* "ssh" or "unsupported". */
const char		*profile_transport(const struct profile *);
/* Why the transport is unsupported; "" when it is supported. */
const char		*profile_transport_note(const struct profile *);
bool			 profile_transport_supported(const struct profile *);

struct	profile_set {
	struct profile	**item;	/* sorted by id */
	size_t		 n;
};

/*
 * Every *.yaml of the folder.  The first bad file is the error: a
 * catalogue with a hole would hide a target.
 */
enum err		 profile_set_load(const char *dir,
			    struct profile_set *, struct diag *);
/* The catalogue of this installation: matrices/profiles in the data folder. */
enum err		 profile_set_load_default(const struct conf *,
			    struct profile_set *, struct diag *);
void			 profile_set_clear(struct profile_set *);
/* NULL when there is none of that id. */
const struct profile	*profile_set_find(const struct profile_set *,
			    const char *id);

#endif /* !DOMAIN_PROFILE_H */
