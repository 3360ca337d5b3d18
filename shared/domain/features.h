/*
 * Which upstream release first had a feature of the BPF machine: helpers,
 * kfuncs, map and program types, instructions.  The tables are
 * helpers.def, kfuncs.def and features.def.
 */
#ifndef DOMAIN_FEATURES_H
#define DOMAIN_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A release as one number that compares: 5.17 is KVER(5, 17); 0: none. */
#define KVER(major, minor)	((unsigned)(major) << 8 | (unsigned)(minor))
#define KVER_TEXT_SIZE		12

struct	feature {
	int		 id;	/* number where it has one */
	const char	*name;	/* static */
	unsigned int	 since;	/* KVER; 0: always there */
};

struct	sec_meaning {
	const char	*prog_type;	/* static; "" when unknown */
	const char	*attach;
	const char	*target;	/* behind the "/"; inside of "section" */
	unsigned int	 load, attach_since;	/* KVER; 0: nothing to add */
	bool		 known, sleepable, needs_btf, optional;
};

/* NULL for one that is not in the table. */
const struct feature *feature_helper(int id);
/* What libbpf calls instead on kernels without the helper. */
const struct feature *feature_standin(int id);
const struct feature *feature_kfunc(const char *name);
/* "since" is the release from which on it is not there as it was. */
const struct feature *feature_kfunc_gone(const char *name);
const struct feature *feature_map_type(int64_t type);
const struct feature *feature_map_flag(int bit);
const struct feature *feature_insn(const char *word);
const struct feature *feature_struct_ops(const char *type);
/* The target of SEC("iter/X"). */
const struct feature *feature_iter(const char *target);
/* How libbpf understands the name of a program's section. */
struct sec_meaning	 feature_section(const char *section);

/* "5.17"; "" for 0. */
const char	*kver_text(unsigned int, char [static KVER_TEXT_SIZE]);
/* From "5.17", "6.1.0-28-amd64", ...; 0 when it does not begin so. */
unsigned int	 kver_parse(const char *);

#endif /* !DOMAIN_FEATURES_H */
