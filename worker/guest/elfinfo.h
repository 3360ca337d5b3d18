/*
 * What the object file says of itself before libbpf judges it: so that "not
 * an ELF file" and "32-bit" are told apart.  Reads hostile bytes, bounded.
 */
#ifndef GUEST_ELFINFO_H
#define GUEST_ELFINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct	elfinfo {
	bool		 is_elf;
	uint8_t		 class;	/* ELFCLASS*, as in the file */
	uint8_t		 data;	/* ELFDATA* */
	uint16_t	 type;	/* ET_* */
	uint16_t	 machine; /* EM_* */
	bool		 is_bpf; /* 64-bit, relocatable, machine BPF or none */
	bool		 native; /* byte order of this machine */
	bool		 has_btf;
	bool		 has_btf_ext;
	size_t		 btf_off; /* of the .BTF section's bytes */
	size_t		 btf_len; /* 0: none, or outside of the file */
	/* Static; one sentence, "" when nothing is wrong. */
	const char	*problem;
};

void	 elfinfo_read(const void *, size_t len, struct elfinfo *);
const char *elfinfo_class(const struct elfinfo *);	/* "32", "64", ... */
const char *elfinfo_endian(const struct elfinfo *);	/* "little", "big" */
const char *elfinfo_machine(const struct elfinfo *);	/* "bpf", "x86_64" */
const char *elfinfo_type(const struct elfinfo *);	/* "rel", "exec" */

#endif /* !GUEST_ELFINFO_H */
