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

#define PROFILE_ID_MAX		64
#define PROFILES_MAX		512
#define PROFILE_SUITES_MAX	8

enum	profile_source {
	PROFILE_PACKAGE,	/* a distribution's kernel package */
	PROFILE_URL,		/* a disk image to download */
	PROFILE_LOCAL		/* a file the operator supplies */
};

struct	profile {
	char			*id;
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
