/*
 * The ELF file of a BPF object, as bytes from a stranger: every offset,
 * size, name and index is checked against the file before it is used, and
 * nothing is copied.  Only 64-bit relocatable objects; either byte order.
 */
#ifndef INSPECT_ELFOBJ_H
#define INSPECT_ELFOBJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* More of either is no BPF object that libbpf would load in sensible time. */
#define ELFOBJ_SECTIONS_MAX	16384
#define ELFOBJ_SYMBOLS_MAX	((size_t)1 << 20)

struct	elfsec {
	const char	*name;		/* inside the file; "" when damaged */
	const uint8_t	*data;		/* NULL without contents (.bss) */
	uint64_t	 size;		/* as stated; of the data if any */
	uint64_t	 flags;
	uint32_t	 type;
	uint32_t	 link, info;
};

struct	elfsym {
	const char	*name;
	uint64_t	 value, size;
	uint32_t	 sec;		/* section, ELFOBJ_UNDEF, other */
	uint8_t		 type, bind;
};

#define ELFOBJ_UNDEF		0
#define ELFOBJ_NOSEC		0xffffffffu	/* absolute, common, ... */

struct	elfrel {
	uint64_t	 off;
	uint32_t	 sym, type;
};

struct	elfobj {
	const uint8_t	*p;
	size_t		 len;
	bool		 is_elf, bits64, big, swap;
	uint16_t	 type, machine;
	struct elfsec	*sec;
	size_t		 nsec;
	struct elfsym	*sym;
	size_t		 nsym;
	const char	*problem;	/* static; NULL: it can be read */
};

/*
 * Reads headers, sections and symbols.  ERR_SYNTAX with o->problem set when
 * the file is no BPF object or damaged; ERR_NOMEM.  Free in any case.
 */
enum err	 elfobj_open(struct elfobj *, const void *, size_t);
void		 elfobj_free(struct elfobj *);

/* Numbers in the byte order of the object, from any address. */
uint16_t	 elfobj_u16(const struct elfobj *, const uint8_t *);
uint32_t	 elfobj_u32(const struct elfobj *, const uint8_t *);
uint64_t	 elfobj_u64(const struct elfobj *, const uint8_t *);

/* Index of the first section of this name; 0 (never a real one): none. */
size_t		 elfobj_find(const struct elfobj *, const char *name);
/* Entries of a relocation section (SHT_REL), and one of them. */
size_t		 elfobj_nrel(const struct elfsec *);
struct elfrel	 elfobj_rel(const struct elfobj *, const struct elfsec *,
		    size_t);

#endif /* !INSPECT_ELFOBJ_H */
