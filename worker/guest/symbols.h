/*
 * What the running kernel has: its symbols, the functions ftrace can trace,
 * those that must not be probed, its BTF and that of loaded modules.  Each
 * list is read when first asked for, whole, and kept.
 */
#ifndef GUEST_SYMBOLS_H
#define GUEST_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

struct	sym_found {
	unsigned	 n;	/* symbols of exactly this name */
	char		 type;	/* nm's letter of the first */
	char		 module[64]; /* of the first, or "" */
	/* Names the compiler made of it: "name.isra.0,name.constprop.0". */
	char		 variants[192];
};

/* NULL without memory. */
struct symbols	*symbols_new(void);
void		 symbols_free(struct symbols *);

/* 0, or a negative errno when the list cannot be read. */
int		 symbols_kallsyms(struct symbols *, const char *name,
		    struct sym_found *);
/* 1 yes, 0 no, or a negative errno. */
int		 symbols_traceable(struct symbols *, const char *name);
/* How many ftrace can trace match the shell pattern, or a negative errno. */
int		 symbols_matching(struct symbols *, const char *pattern);
int		 symbols_blacklisted(struct symbols *, const char *name);
/*
 * "btf_kind" is BTF_KIND_*.  The kernel's own, then modules': which one goes
 * into "module", at most "size" bytes.
 */
int		 symbols_btf(struct symbols *, const char *name,
		    uint32_t btf_kind);
int		 symbols_module_btf(struct symbols *, const char *name,
		    uint32_t btf_kind, char *module, size_t size);

/* Whether an enum of the kernel's BTF has the value; as above. */
int		 symbols_enum(struct symbols *, const char *name,
		    int64_t value);

/* The readers of lines behind these; pure. */
void		 sym_scan_kallsyms(const char *text, size_t len,
		    const char *name, struct sym_found *);
/* "name" or "name [module]" a line. */
bool		 sym_scan_list(const char *text, size_t len,
		    const char *name);
int		 sym_scan_pattern(const char *text, size_t len,
		    const char *pattern);
/* "0xfrom-0xto<tab>name" a line. */
bool		 sym_scan_blacklist(const char *text, size_t len,
		    const char *name);

#endif /* !GUEST_SYMBOLS_H */
